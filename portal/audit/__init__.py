"""The append-only, hash-chained audit trail: exactly one row for each state change.

``record`` gathers rows in the session; they are numbered and hashed when it commits, after the head has been locked
as the last act. ``verify_chain`` finds rows that were altered, removed (also at the end, by anchors kept outside the
database), swapped or renumbered. Everybody's acts write here; only the auditor reads it.
"""

from __future__ import annotations

from portal.access import record_changes_with
from portal.audit.queries import AUDIT_SORTS, AuditView, history_of, list_audit
from portal.audit.record import AuditDraft, record, record_many
from portal.audit.rules import Anchor
from portal.audit.verify import ANCHORS, ChainReport, read_anchors, verify_chain, write_anchor

record_changes_with(record)

__all__ = [
    "ANCHORS",
    "AUDIT_SORTS",
    "Anchor",
    "AuditDraft",
    "AuditView",
    "ChainReport",
    "history_of",
    "list_audit",
    "read_anchors",
    "record",
    "record_many",
    "verify_chain",
    "write_anchor",
]
