"""Who may do what, as the house decides it: roles by two people, scopes, limits, reviews, samples, break-glass.

| state of a request | verb | next | who |
|---|---|---|---|
| – | request_role | pending | a security administrator, never for themselves |
| pending | approve | done, and the role is given, changed or taken | another security administrator |
| pending | reject | rejected | another security administrator |
| pending | withdraw_request, roles of the maker changed | voided | the maker |

| a break-glass account is | while |
|---|---|
| sealed | its secret lies in the envelope; no other way in |
| open | an hour from the breaking of the seal; security administrators and auditors are told at once |
| to-review | the hour is over, nobody has looked yet |
| reviewed | a security administrator said what they found |
| voided | a newer seal took its place |
"""

from __future__ import annotations

from portal.roles.break_glass import (
    BreakGlassView,
    Opening,
    break_seal,
    list_break_glass,
    new_secret,
    review_opening,
    seal_account,
)
from portal.roles.limits import approver_limit, limit_of_reader, maker_limit
from portal.roles.queries import (
    GRANT_SORTS,
    REQUEST_SORTS,
    GrantView,
    LimitView,
    RoleRequestView,
    count_overdue,
    count_role_requests,
    find_role_request,
    grants_of,
    list_access_review,
    list_role_requests,
    overdue_people,
)
from portal.roles.request import GRANT_KIND, entity_choices, other_security_admins, request_role
from portal.roles.review import Reviewed, review_grants
from portal.roles.rotation import (
    ROTATION_SORTS,
    HoldingView,
    OwnerView,
    list_rotation,
    portfolio_owners,
)
from portal.roles.rules import POPULATIONS, WITH_LIMITS, WITH_PORTFOLIO, LimitWish, RoleWish, SampleWish
from portal.roles.samples import (
    ITEM_SORTS,
    SAMPLE_SORTS,
    ItemView,
    Redrawn,
    SampleView,
    draw_sample,
    find_sample,
    list_sample_items,
    list_samples,
    redraw_sample,
    sample_choices,
)
from portal.roles.team import TeamView, double_hatted, send_weekly_list

__all__ = [
    "GRANT_KIND",
    "GRANT_SORTS",
    "ITEM_SORTS",
    "POPULATIONS",
    "REQUEST_SORTS",
    "ROTATION_SORTS",
    "SAMPLE_SORTS",
    "WITH_LIMITS",
    "WITH_PORTFOLIO",
    "BreakGlassView",
    "GrantView",
    "HoldingView",
    "ItemView",
    "LimitView",
    "LimitWish",
    "Opening",
    "OwnerView",
    "Redrawn",
    "Reviewed",
    "RoleRequestView",
    "RoleWish",
    "SampleView",
    "SampleWish",
    "TeamView",
    "approver_limit",
    "break_seal",
    "count_overdue",
    "count_role_requests",
    "double_hatted",
    "draw_sample",
    "entity_choices",
    "find_role_request",
    "find_sample",
    "grants_of",
    "limit_of_reader",
    "list_access_review",
    "list_break_glass",
    "list_role_requests",
    "list_rotation",
    "list_sample_items",
    "list_samples",
    "maker_limit",
    "new_secret",
    "other_security_admins",
    "overdue_people",
    "portfolio_owners",
    "redraw_sample",
    "request_role",
    "review_grants",
    "review_opening",
    "sample_choices",
    "seal_account",
    "send_weekly_list",
]
