"""Customers: who owes, on what terms, in which currency, who looks after them, and whom we write to.

| a customer is | when | by |
|---|---|---|
| active | created, not archived | ``create_customer`` |
| paused | its people cannot act, reminders wait; statements are still made | ``pause_customer`` |
| archived | gets no more statements; documents stay | ``archive_customer`` |

Who may: customers:edit changes them, imports:run creates and updates them from a file, customers:read sees the list;
a customer's own people see their own company only.
"""

from __future__ import annotations

from portal.customers.changes import (
    CHANGE_KIND,
    CHANGE_LABELS,
    AccountDraft,
    propose_account,
    propose_account_end,
    propose_email,
)
from portal.customers.contacts import ContactDraft, add_contact, edit_contact
from portal.customers.create import CustomerDraft, create_customer, create_customers
from portal.customers.edit import archive_customer, edit_customer
from portal.customers.groups import GroupView, group_of, list_heads, set_group
from portal.customers.master import (
    AccountView,
    BankAlert,
    ChangeView,
    accounts_of,
    bank_alerts,
    pending_changes,
)
from portal.customers.pause import pause_customer, resume_customer
from portal.customers.people import (
    ROLE_KIND,
    ColleagueDraft,
    RoleRequestView,
    change_colleague,
    invite_colleague,
    list_role_requests,
)
from portal.customers.queries import (
    CUSTOMER_SORTS,
    ContactView,
    CustomerView,
    contacts_of,
    customer_by_id,
    customers_by_id,
    customers_by_number,
    find_customer,
    list_customers,
    search_customers,
)
from portal.customers.rules import DOMAIN_LABELS, domain_verdict, name_key
from portal.customers.view_as import start_viewing, stop_viewing

__all__ = [
    "CHANGE_KIND",
    "CHANGE_LABELS",
    "CUSTOMER_SORTS",
    "DOMAIN_LABELS",
    "ROLE_KIND",
    "AccountDraft",
    "AccountView",
    "BankAlert",
    "ChangeView",
    "ColleagueDraft",
    "ContactDraft",
    "ContactView",
    "CustomerDraft",
    "CustomerView",
    "GroupView",
    "RoleRequestView",
    "accounts_of",
    "add_contact",
    "archive_customer",
    "bank_alerts",
    "change_colleague",
    "contacts_of",
    "create_customer",
    "create_customers",
    "customer_by_id",
    "customers_by_id",
    "customers_by_number",
    "domain_verdict",
    "edit_contact",
    "edit_customer",
    "find_customer",
    "group_of",
    "invite_colleague",
    "list_customers",
    "list_heads",
    "list_role_requests",
    "name_key",
    "pause_customer",
    "pending_changes",
    "propose_account",
    "propose_account_end",
    "propose_email",
    "resume_customer",
    "search_customers",
    "set_group",
    "start_viewing",
    "stop_viewing",
]
