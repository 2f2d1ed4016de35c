"""Who may do what: permissions, roles and the actor; pure rules without tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from portal.errors import NotAllowed, NotFound

CUSTOMER_ROLES = ("viewer", "confirmer", "customer-admin")
STAFF_ROLES = ("clerk", "approver", "department", "auditor", "security-admin", "system-admin")
ALL_ROLES = (*CUSTOMER_ROLES, *STAFF_ROLES)


class Permission(StrEnum):
    """What can be allowed, ``<resource>:<act>``, in alphabetical order."""

    ACCOUNT_OWN = "account:own"
    ALLOCATIONS_PROPOSE = "allocations:propose"
    APPROVALS_DECIDE = "approvals:decide"
    APPROVALS_READ = "approvals:read"
    AUDIT_OWN = "audit:own"
    AUDIT_READ = "audit:read"
    BANK_READ = "bank:read"
    BANK_WORK = "bank:work"
    BOOKS_EDIT = "books:edit"
    BOOKS_READ = "books:read"
    CHECKS_RUN = "checks:run"
    CUSTOMERS_EDIT = "customers:edit"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_VIEW_AS = "customers:view-as"
    DISPUTES_NOTE = "disputes:note"
    DISPUTES_OPEN = "disputes:open"
    DISPUTES_READ = "disputes:read"
    DISPUTES_REPLY = "disputes:reply"
    DISPUTES_WORK = "disputes:work"
    DOCUMENTS_POST = "documents:post"
    FACTORS_RESET = "factors:reset"
    IMPORTS_READ = "imports:read"
    IMPORTS_RUN = "imports:run"
    ITEMS_READ = "items:read"
    MAIL_READ = "mail:read"
    MATCHES_READ = "matches:read"
    MATCHES_UNDO = "matches:undo"
    MATCHES_WORK = "matches:work"
    PEOPLE_COMPANY = "people:company"
    PEOPLE_CREATE = "people:create"
    PEOPLE_EDIT = "people:edit"
    PEOPLE_READ = "people:read"
    PERIODS_CLOSE = "periods:close"
    POLICIES_READ = "policies:read"
    POLICIES_SET = "policies:set"
    POSTINGS_REQUEST = "postings:request"
    PRIVACY_MANAGE = "privacy:manage"
    REMINDERS_RUN = "reminders:run"
    REVIEWS_DO = "reviews:do"
    REVIEWS_READ = "reviews:read"
    ROLES_GRANT = "roles:grant"
    ROTATION_READ = "rotation:read"
    SAMPLES_DRAW = "samples:draw"
    SAMPLES_READ = "samples:read"
    SECURITY_LOG_READ = "security-log:read"
    SESSIONS_END = "sessions:end"
    STATEMENTS_ANSWER = "statements:answer"
    STATEMENTS_ISSUE = "statements:issue"
    STATEMENTS_PREPARE = "statements:prepare"
    STATEMENTS_READ = "statements:read"
    STATEMENTS_RECORD = "statements:record"
    STATEMENTS_SIGN = "statements:sign"
    WORKLIST_READ = "worklist:read"


_P = Permission
_SEES = frozenset({_P.ACCOUNT_OWN, _P.STATEMENTS_READ, _P.ITEMS_READ, _P.DISPUTES_READ})
_STAFF_SEES = _SEES | {
    _P.WORKLIST_READ, _P.CUSTOMERS_READ, _P.BOOKS_READ, _P.IMPORTS_READ, _P.MAIL_READ, _P.APPROVALS_READ,
    _P.POLICIES_READ, _P.BANK_READ, _P.MATCHES_READ,
}  # fmt: skip

#: The matrix of security.md ("Roles and actions") as data; a test compares every route with it.
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "viewer": _SEES,
    "confirmer": _SEES
    | {_P.STATEMENTS_ANSWER, _P.STATEMENTS_SIGN, _P.DISPUTES_OPEN, _P.DISPUTES_REPLY, _P.ALLOCATIONS_PROPOSE},
    "customer-admin": _SEES | {_P.DISPUTES_REPLY, _P.PEOPLE_COMPANY},
    "clerk": _STAFF_SEES
    | {
        _P.BOOKS_EDIT, _P.BANK_WORK, _P.CUSTOMERS_EDIT, _P.DOCUMENTS_POST, _P.IMPORTS_RUN, _P.POSTINGS_REQUEST,
        _P.DISPUTES_REPLY,
        _P.DISPUTES_NOTE, _P.DISPUTES_WORK, _P.REMINDERS_RUN, _P.STATEMENTS_PREPARE, _P.CHECKS_RUN, _P.AUDIT_OWN,
        _P.CUSTOMERS_VIEW_AS, _P.PEOPLE_COMPANY, _P.STATEMENTS_RECORD, _P.MATCHES_WORK,
    },
    "approver": _STAFF_SEES
    | {
        _P.APPROVALS_DECIDE, _P.DISPUTES_NOTE, _P.DISPUTES_REPLY, _P.PERIODS_CLOSE, _P.STATEMENTS_ISSUE,
        _P.CHECKS_RUN, _P.AUDIT_OWN,
        _P.ROTATION_READ, _P.CUSTOMERS_VIEW_AS, _P.MATCHES_UNDO,
    },
    "department": frozenset({_P.ACCOUNT_OWN, _P.WORKLIST_READ, _P.DISPUTES_READ, _P.DISPUTES_NOTE}),
    "auditor": _STAFF_SEES
    | {
        _P.AUDIT_READ, _P.PEOPLE_READ, _P.REVIEWS_READ, _P.ROTATION_READ, _P.SAMPLES_READ,
        _P.SECURITY_LOG_READ,
    },
    "security-admin": frozenset({
        _P.ACCOUNT_OWN, _P.PEOPLE_READ, _P.PEOPLE_EDIT, _P.ROLES_GRANT, _P.POLICIES_READ, _P.POLICIES_SET,
        _P.SESSIONS_END, _P.FACTORS_RESET, _P.REVIEWS_READ, _P.REVIEWS_DO, _P.ROTATION_READ, _P.SAMPLES_DRAW,
        _P.SAMPLES_READ, _P.PRIVACY_MANAGE,
    }),
    "system-admin": frozenset({_P.ACCOUNT_OWN, _P.PEOPLE_READ, _P.PEOPLE_CREATE, _P.CHECKS_RUN}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and what they may: handed to every verb and query.

    Attributes:
        person_id: Row number; None for the system itself (worker, console).
        side: ``staff``, ``customer`` or ``system``.
        customer_ids: The customers in scope; None means all (system, staff without a portfolio). A customer's person
            acts for exactly one company at a time, so that two never mix on one page; a clerk's portfolio and an
            external auditor's sample are such sets too.
        entity_ids: The legal entities in scope; None means all.
        departments: The dispute departments in scope; None means all.
    """

    person_id: int | None
    name: str
    side: str
    roles: frozenset[str]
    permissions: frozenset[Permission]
    customer_ids: frozenset[int] | None = None
    entity_ids: frozenset[int] | None = None
    departments: frozenset[str] | None = None
    email: str = ""
    public_id: str = ""
    job_title: str = ""
    language: str = "en"
    method: str = ""
    address: str = ""
    device: str = ""
    request_id: str = ""
    extra: dict[str, str] = field(default_factory=dict, compare=False)

    def may(self, permission: Permission) -> bool:
        """Say whether the actor holds a permission."""
        return permission in self.permissions

    def require(self, *permissions: Permission) -> None:
        """Refuse unless the actor holds one of the permissions.

        Raises:
            NotAllowed: None of them is held.
        """
        if not any(permission in self.permissions for permission in permissions):
            raise NotAllowed

    def sees(self, customer_id: int) -> bool:
        """Say whether a customer is in scope."""
        return self.customer_ids is None or customer_id in self.customer_ids

    def require_scope(self, customer_id: int) -> None:
        """Refuse what belongs to a customer out of scope as if it did not exist.

        Raises:
            NotFound: The customer is out of scope.
        """
        if not self.sees(customer_id):
            raise NotFound

    def sees_department(self, department: str) -> bool:
        """Say whether the disputes of a department are in scope."""
        return self.departments is None or department in self.departments

    def sees_entity(self, entity_id: int) -> bool:
        """Say whether a legal entity is in scope."""
        return self.entity_ids is None or entity_id in self.entity_ids

    @property
    def is_scoped(self) -> bool:
        """Whether anything narrows what this member of staff sees."""
        return self.is_staff and any(
            one is not None for one in (self.customer_ids, self.entity_ids, self.departments)
        )

    @property
    def is_staff(self) -> bool:
        """Whether the actor belongs to the seller."""
        return self.side == "staff"


def permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    """Return the union of what the roles allow."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles)) if roles else frozenset()


def system_actor(name: str = "system", **extra: str) -> Actor:
    """Return the actor of worker and console: every permission, all customers, no person."""
    return Actor(
        person_id=None, name=name, side="system", roles=frozenset({"system"}), permissions=frozenset(Permission),
        extra=extra,
    )  # fmt: skip


_POWERS = ("security-admin", "system-admin", "auditor")
_BUSINESS = ("clerk", "approver")
#: Below so many people who work on receivables one person may prepare and approve (rule R3).
SMALL_TEAM_BELOW = 3


def refused_mix(roles: frozenset[str]) -> tuple[str, str] | None:
    """Return two of the roles that one person must not hold together, or None.

    Nobody holds two of security-admin, system-admin and auditor, and none of these with clerk or approver (rule R2).
    """
    powers = [role for role in _POWERS if role in roles]
    others = powers[1:] + [role for role in _BUSINESS if role in roles]
    return (powers[0], others[0]) if powers and others else None


def is_crowded(roles: frozenset[str], team: int) -> bool:
    """Say whether one person would prepare and approve although the team is large enough for two (rule R3).

    Args:
        roles: What the person would hold.
        team: How many people hold clerk or approver, this one included.
    """
    return roles >= {"clerk", "approver"} and team >= SMALL_TEAM_BELOW
