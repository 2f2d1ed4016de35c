"""The append-only, hash-chained audit trail: exactly one row for each state change.

``record`` gathers rows in the session; they are numbered and hashed when it commits, after the head has been locked
as the last act. ``verify_chain`` finds rows that were altered, removed (also at the end, by anchors kept outside the
database), swapped or renumbered. Everybody's acts write here; only the auditor reads it.
"""

from __future__ import annotations

from portal.access import record_changes_with
from portal.audit.record import AuditDraft, record, record_many
from portal.audit.rules import Anchor

record_changes_with(record)

__all__ = ["Anchor", "AuditDraft", "record", "record_many"]
