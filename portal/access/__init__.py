"""People, roles, sign-ins and deep links: who may do what, and who sees which customer.

A person holds roles (grants); a role allows permissions (``rules.ROLE_PERMISSIONS``). Customers' people act for one
company at a time. Nobody holds two of security-admin, system-admin, auditor, and none of them with clerk or approver.

| a sign-in is | while |
|---|---|
| alive | not ended, idle less than 15 min (staff) or 30 min (customers), younger than 8 h or 12 h |
| over | signed out, ended by its person or the security admin, password or roles changed, idle, too old |
"""

from __future__ import annotations

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

__all__ = [
    "ALL_ROLES",
    "CUSTOMER_ROLES",
    "ROLE_PERMISSIONS",
    "STAFF_ROLES",
    "Actor",
    "Permission",
    "permissions_of",
    "system_actor",
]
