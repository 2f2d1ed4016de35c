"""The books: legal entity, chart of accounts through a mapping, periods, exchange rates, balanced entries.

An entry is written open, then sealed; the database refuses to seal one whose debit and credit differ and to change
or remove a sealed one. Corrections are mirrors (``reverse_entry``) in an open period.

| an entry is | when | who |
|---|---|---|
| open | inside the transaction that writes its lines | – |
| posted | sealed by ``post_entries`` | documents:post, imports:run or approvals:decide |
| reversed | a mirror names it in ``reverses_id`` | the same |

| a month is | when | who |
|---|---|---|
| open | unless closed | – |
| closed | ``close_period`` | periods:close |
| reopened | ``reopen_period`` with a reason | periods:close |
"""

from __future__ import annotations

from portal.ledger.close import close_period, month_after, reopen_period
from portal.ledger.entity import (
    EDITABLE,
    add_entity,
    edit_account_mapping,
    edit_entity,
    ensure_entity,
    set_book_currency_if_missing,
)
from portal.ledger.post import POSTS, RateTable, post_entries
from portal.ledger.queries import (
    PERIOD_SORTS,
    RATE_SORTS,
    AccountView,
    EntityView,
    PeriodView,
    RateView,
    account_mapping,
    closed_months,
    default_entity,
    entities_by_code,
    entity_view,
    list_periods,
    list_rates,
    require_open,
)
from portal.ledger.rates import RateDraft, set_rate, set_rates
from portal.ledger.reverse import mirror_of, reverse_entry
from portal.ledger.rules import (
    CUSTOMER_ROLES,
    DEFAULT_ACCOUNTS,
    ROLES,
    BadRate,
    EntryDraft,
    LineDraft,
    PeriodClosed,
    Unbalanced,
    UnmappedRole,
    book_amount,
    parse_rate,
)

__all__ = [
    "CUSTOMER_ROLES",
    "DEFAULT_ACCOUNTS",
    "EDITABLE",
    "PERIOD_SORTS",
    "POSTS",
    "RATE_SORTS",
    "ROLES",
    "AccountView",
    "BadRate",
    "EntityView",
    "EntryDraft",
    "LineDraft",
    "PeriodClosed",
    "PeriodView",
    "RateDraft",
    "RateTable",
    "RateView",
    "Unbalanced",
    "UnmappedRole",
    "account_mapping",
    "add_entity",
    "book_amount",
    "close_period",
    "closed_months",
    "default_entity",
    "edit_account_mapping",
    "edit_entity",
    "ensure_entity",
    "entities_by_code",
    "entity_view",
    "list_periods",
    "list_rates",
    "mirror_of",
    "month_after",
    "parse_rate",
    "post_entries",
    "reopen_period",
    "require_open",
    "reverse_entry",
    "set_book_currency_if_missing",
    "set_rate",
    "set_rates",
]
