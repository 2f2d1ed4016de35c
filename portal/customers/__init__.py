"""Customers: who owes, on what terms, in which currency, who looks after them, and whom we write to.

| a customer is | when | by |
|---|---|---|
| active | created, not archived | ``create_customer`` |
| paused | gets statements but no reminders | ``edit_customer`` |
| archived | gets no more statements; documents stay | ``archive_customer`` |

Who may: customers:edit changes them, imports:run creates and updates them from a file, customers:read sees the list;
a customer's own people see their own company only.
"""

from __future__ import annotations

from portal.customers.contacts import ContactDraft, add_contact, edit_contact
from portal.customers.create import CustomerDraft, create_customer, create_customers
from portal.customers.edit import archive_customer, edit_customer
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
from portal.customers.rules import name_key

__all__ = [
    "CUSTOMER_SORTS",
    "ContactDraft",
    "ContactView",
    "CustomerDraft",
    "CustomerView",
    "add_contact",
    "archive_customer",
    "contacts_of",
    "create_customer",
    "create_customers",
    "customer_by_id",
    "customers_by_id",
    "customers_by_number",
    "edit_contact",
    "edit_customer",
    "find_customer",
    "list_customers",
    "name_key",
    "search_customers",
]
