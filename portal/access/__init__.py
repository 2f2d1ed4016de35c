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
from portal.access.grants import RolesConflict, end_role, grant_role
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
from portal.access.security_log import SecurityLine, SecurityNote, list_security_events, note_security
from portal.access.sign_in import Attempt, WrongPassword, require_own_password, sign_in_with_password
from portal.access.sign_ins import (
    Device,
    SignedIn,
    actor_of_sign_in,
    choose_company,
    end_sign_in,
    end_sign_ins_of,
    list_devices,
    start_sign_in,
    touch_sign_in,
)
from portal.access.throttle import forget_old_tries

__all__ = [
    "ALL_ROLES",
    "CUSTOMER_ROLES",
    "PEOPLE_SORTS",
    "ROLE_PERMISSIONS",
    "STAFF_ROLES",
    "Actor",
    "Attempt",
    "Company",
    "Device",
    "LinkView",
    "OwnChoices",
    "Permission",
    "PersonDraft",
    "PersonView",
    "Recipient",
    "RoleView",
    "RolesConflict",
    "SecurityLine",
    "SecurityNote",
    "SignedIn",
    "WeakPassword",
    "WrongPassword",
    "actor_of_sign_in",
    "add_person",
    "choose_company",
    "edit_own_account",
    "end_all_sign_ins",
    "end_role",
    "end_sign_in",
    "end_sign_ins_of",
    "find_person",
    "find_person_by_email",
    "forget_old_tries",
    "grant_role",
    "hash_password",
    "is_active_staff",
    "is_internal_path",
    "list_devices",
    "list_people",
    "list_security_events",
    "list_staff",
    "make_link",
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
    "set_active",
    "set_language",
    "set_password",
    "sign_in_with_password",
    "start_sign_in",
    "system_actor",
    "touch_sign_in",
]
