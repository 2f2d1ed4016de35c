"""The one four-eyes mechanism: what is asked is frozen and hashed, a second person says yes to exactly that.

| state | verb | next | who |
|---|---|---|---|
| – | request_approval | pending | the maker, through a verb of the feature |
| pending | approve | approved, and the kind's ``run`` has run | a second person with the kind's permission |
| pending | approve above a limit | pending with a first yes | a second person; a third one says the second yes |
| pending | reject | rejected, and the kind's ``on_rejected`` has run | a second person |
| pending | withdraw_request | voided, and ``on_rejected`` has run | the maker |
| pending | void_approval | voided | the verb that edits the thing |
| pending | void_requests_of | voided | a change of the maker's roles |
"""

from __future__ import annotations

from portal.access import on_roles_changed
from portal.approvals.decide import approve, reject
from portal.approvals.kinds import ApprovalKind, Limit, Request, content_hash, register_kind
from portal.approvals.limits import released_today
from portal.approvals.queries import (
    APPROVAL_SORTS,
    ApprovalView,
    count_pending,
    find_approval,
    list_approvals,
    newest_approval,
)
from portal.approvals.request import (
    RequestDraft,
    request_approval,
    void_approval,
    void_requests_of,
    withdraw_request,
)

on_roles_changed(void_requests_of)

__all__ = [
    "APPROVAL_SORTS",
    "ApprovalKind",
    "ApprovalView",
    "Limit",
    "Request",
    "RequestDraft",
    "approve",
    "content_hash",
    "count_pending",
    "find_approval",
    "list_approvals",
    "newest_approval",
    "register_kind",
    "reject",
    "released_today",
    "request_approval",
    "void_approval",
    "void_requests_of",
    "withdraw_request",
]
