"""People, roles, sign-ins and deep links: who may do what, and who sees which customer.

A person holds roles (grants); a role allows permissions (``rules.ROLE_PERMISSIONS``). Customers' people act for one
company at a time. Nobody holds two of security-admin, system-admin, auditor, and none of them with clerk or approver.

| a sign-in is | while |
|---|---|
| alive | not ended, idle less than 15 min (staff) or 30 min (customers), younger than 8 h or 12 h |
| over | signed out, ended by its person or the security admin, password or roles changed, idle, too old |
"""

from __future__ import annotations

from portal.access.changes import on_roles_changed, record_changes_with
from portal.access.companies import Company
from portal.access.company_people import CompanyPerson, end_company_sign_ins, list_company_people
from portal.access.grants import (
    GrantTerms,
    LimitTerms,
    RolesConflict,
    TeamTooLarge,
    end_role,
    grant_role,
    require_separation,
)
from portal.access.invitations import (
    COLLEAGUE_ROLES,
    InvitationView,
    accept_invitation,
    find_invitation,
    has_account,
    invite_person,
    list_invitations,
    resend_invitation,
    revoke_invitation,
)
from portal.access.links import LinkView, is_internal_path, make_link, open_link, renew_link
from portal.access.passwords import WeakPassword, hash_password
from portal.access.people import (
    OwnChoices,
    PersonDraft,
    add_person,
    edit_own_account,
    end_all_sign_ins,
    set_active,
    set_language,
    set_password,
)
from portal.access.queries import (
    PEOPLE_SORTS,
    PersonView,
    Recipient,
    RoleView,
    find_person,
    find_person_by_email,
    is_active_person,
    is_active_staff,
    list_people,
    list_staff,
    people_names,
    person_id_of,
    recipients_of,
)
from portal.access.rules import (
    ALL_ROLES,
    CUSTOMER_ROLES,
    ROLE_PERMISSIONS,
    STAFF_ROLES,
    Actor,
    Permission,
    permissions_of,
    system_actor,
)
from portal.access.scopes import Scope, narrow_session
from portal.access.security_log import SecurityLine, SecurityNote, list_security_events, note_security
from portal.access.sign_in import Attempt, WrongPassword, require_own_password, sign_in_with_password
from portal.access.sign_ins import (
    BREAK_GLASS,
    AccessEnded,
    Device,
    SignedIn,
    actor_of_sign_in,
    choose_company,
    end_sign_in,
    end_sign_ins_of,
    list_devices,
    look_as_company,
    start_sign_in,
    touch_sign_in,
)
from portal.access.throttle import forget_old_tries

__all__ = [
    "ALL_ROLES",
    "BREAK_GLASS",
    "COLLEAGUE_ROLES",
    "CUSTOMER_ROLES",
    "PEOPLE_SORTS",
    "ROLE_PERMISSIONS",
    "STAFF_ROLES",
    "AccessEnded",
    "Actor",
    "Attempt",
    "Company",
    "CompanyPerson",
    "Device",
    "GrantTerms",
    "InvitationView",
    "LimitTerms",
    "LinkView",
    "OwnChoices",
    "Permission",
    "PersonDraft",
    "PersonView",
    "Recipient",
    "RoleView",
    "RolesConflict",
    "Scope",
    "SecurityLine",
    "SecurityNote",
    "SignedIn",
    "TeamTooLarge",
    "WeakPassword",
    "WrongPassword",
    "accept_invitation",
    "actor_of_sign_in",
    "add_person",
    "choose_company",
    "edit_own_account",
    "end_all_sign_ins",
    "end_company_sign_ins",
    "end_role",
    "end_sign_in",
    "end_sign_ins_of",
    "find_invitation",
    "find_person",
    "find_person_by_email",
    "forget_old_tries",
    "grant_role",
    "has_account",
    "hash_password",
    "invite_person",
    "is_active_person",
    "is_active_staff",
    "is_internal_path",
    "list_company_people",
    "list_devices",
    "list_invitations",
    "list_people",
    "list_security_events",
    "list_staff",
    "look_as_company",
    "make_link",
    "narrow_session",
    "note_security",
    "on_roles_changed",
    "open_link",
    "people_names",
    "permissions_of",
    "person_id_of",
    "recipients_of",
    "record_changes_with",
    "renew_link",
    "require_own_password",
    "require_separation",
    "resend_invitation",
    "revoke_invitation",
    "set_active",
    "set_language",
    "set_password",
    "sign_in_with_password",
    "start_sign_in",
    "system_actor",
    "touch_sign_in",
]
