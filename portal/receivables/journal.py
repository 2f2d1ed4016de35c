"""The journal as plain-text accounting, for an independent check by hledger or beancount."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.errors import N_, Invalid, NotFound
from portal.ledger import CUSTOMER_ROLES, account_mapping, entities_by_code
from portal.ledger.models import Account, Entry, EntryLine
from portal.money import currency_digits, minor_to_text
from portal.receivables.models import Document

FORMATS = ("hledger", "beancount")

#: role → account name above the code; plain-text accounting knows five kinds of account.
_GROUPS = {
    "bank": "Assets:Bank", "notes_receivable": "Assets:Notes", "receivable": "Assets:AR",
    "allowance": "Assets:Allowance", "advance": "Liabilities:Advances", "output_vat": "Liabilities:VAT",
    "unidentified": "Liabilities:Unidentified", "exchange_clearing": "Equity:Exchange", "opening": "Equity:Opening",
    "income": "Income:Sales",
    "non_operating_income": "Income:Other", "financial_expense": "Expenses:Financial",
    "exchange_difference": "Expenses:Exchange", "credit_loss": "Expenses:CreditLoss",
    "non_operating_expense": "Expenses:Other", "prior_year": "Equity:PriorYear",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class JournalWish:
    """What to export.

    Attributes:
        format: ``hledger`` or ``beancount``.
        customer_no: Only entries of this customer; empty = all.
        is_book: Amounts in book currency; entries without a known rate are left out and named in a comment.
    """

    format: str
    customer_no: str = ""
    is_book: bool = False


def export_journal(session: Session, *, wish: JournalWish, actor: Actor) -> Iterator[str]:
    """Yield the journal line by line (each with its line end): one transaction per entry on its posting date.

    Debit positive; the document number is the code; a customer's receivable is ``Assets:AR:<customer number>``,
    illegal characters escaped and the original kept as metadata.

    Raises:
        NotAllowed: The actor may not read the books.
        NotFound: No such customer.
        Invalid: An unknown format.
    """
    actor.require(Permission.BOOKS_READ)
    if wish.format not in FORMATS:
        raise Invalid(N_("Choose hledger or beancount."), field="format")
    customer_id = None
    if wish.customer_no:
        customer_id = session.scalar(select(Customer.id).where(Customer.number == wish.customer_no))
        if customer_id is None:
            raise NotFound
    return _lines(session, wish, customer_id)


def _lines(session: Session, wish: JournalWish, customer_id: int | None) -> Iterator[str]:
    names = _AccountNames(session, wish.format)
    opened: set[str] = set()
    if wish.format == "hledger":
        yield "; journal of Concord: debit positive, document number as code\n"
        yield from _hledger_head(session)
    else:
        yield ";; journal of Concord: debit positive, document number as code\n"
        yield 'option "operating_currency" "' + _book_currency(session) + '"\n'
    for _, rows in groupby(_rows(session, customer_id), key=lambda row: row.entry_id):
        lines = list(rows)
        head = lines[0]
        if wish.is_book and not head.is_valued:
            mark = ";" if wish.format == "hledger" else ";;"
            yield f"{mark} not valued: {head.posting_on} {head.document_no or head.kind}\n"
            continue
        yield from _transaction(lines, wish=wish, names=names, opened=opened)


def _rows(session: Session, customer_id: int | None) -> Iterator[Row[*tuple[Any, ...]]]:
    wanted = (
        select(
            EntryLine.entry_id, EntryLine.no, Entry.posting_on, Entry.kind, Entry.text, Entry.is_valued,
            Document.document_no, EntryLine.account_id, Account.code, Customer.number.label("customer_no"),
            EntryLine.currency, EntryLine.amount_minor, EntryLine.book_currency, EntryLine.book_minor,
        )
        .join(Entry, Entry.id == EntryLine.entry_id)
        .join(Account, Account.id == EntryLine.account_id)
        .outerjoin(Document, Document.id == Entry.document_id)
        .outerjoin(Customer, Customer.id == EntryLine.customer_id)
        .where(Entry.posted_at.is_not(None))
        .order_by(Entry.posting_on, EntryLine.entry_id, EntryLine.no)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    if customer_id is not None:
        mine = select(EntryLine.entry_id).where(EntryLine.customer_id == customer_id)
        wanted = wanted.where(EntryLine.entry_id.in_(mine))
    return iter(session.execute(wanted))


class _AccountNames:
    """Names of accounts: by what they do, the customer's number below the customers' accounts."""

    def __init__(self, session: Session, style: str) -> None:
        self._style = style
        self._groups: dict[int, tuple[str, bool]] = {}
        for entity in entities_by_code(session).values():
            for role, view in account_mapping(session, entity.id).items():
                self._groups[view.account_id] = (_GROUPS[role], role in CUSTOMER_ROLES)

    def of(self, row: Row[*tuple[Any, ...]]) -> str:
        """Return e.g. ``Assets:AR:ACME`` or ``Income:Sales:6001``."""
        group, is_customers = self._groups.get(row.account_id, ("Equity:Former", False))
        return f"{group}:{escaped(row.customer_no or 'none' if is_customers else row.code, self._style)}"


_ILLEGAL = {"hledger": re.compile(r"[^\w./-]"), "beancount": re.compile(r"[^A-Za-z0-9-]")}


def escaped(text: str, style: str) -> str:
    """Return text as one component of an account name; what the format does not allow becomes ``-x<hex>-``.

    In beancount a component begins with an upper-case letter or a digit; others get ``X-`` before them.
    """
    safe = _ILLEGAL[style].sub(lambda found: f"-x{ord(found[0]):x}-", text)
    return f"X-{safe}" if style == "beancount" and not re.match(r"[A-Z0-9]", safe) else safe


def _hledger_head(session: Session) -> Iterator[str]:
    currencies = sorted(
        set(session.scalars(select(EntryLine.currency).distinct())) | {_book_currency(session)}
    )
    for currency in currencies:
        digits = currency_digits(currency)
        yield f"commodity 1000.{'0' * digits} {currency}\n" if digits else f"commodity 1000. {currency}\n"


def _book_currency(session: Session) -> str:
    entities = list(entities_by_code(session).values())
    return entities[0].book_currency or "CNY" if entities else "CNY"


@dataclass(frozen=True, slots=True)
class _Posting:
    account: str
    customer_no: str
    amount: str


def _transaction(
    lines: list[Row[*tuple[Any, ...]]], *, wish: JournalWish, names: _AccountNames, opened: set[str]
) -> Iterator[str]:
    postings = []
    for row in lines:
        minor, currency = (
            (row.book_minor, row.book_currency) if wish.is_book else (row.amount_minor, row.currency)
        )
        if minor:
            amount = f"{minor_to_text(minor, currency)} {currency}"
            postings.append(_Posting(names.of(row), _one_line(row.customer_no or ""), amount))
    if not postings:
        return
    head = lines[0]
    code, text = _one_line(head.document_no or ""), _one_line(f"{head.kind} {head.text}")
    if wish.format == "hledger":
        yield from _in_hledger(f"{head.posting_on}", code, text, postings)
    else:
        yield from _in_beancount(f"{head.posting_on}", code, text, postings, opened)


def _in_hledger(day: str, code: str, text: str, postings: list[_Posting]) -> Iterator[str]:
    mark = f"({code.replace('(', '[').replace(')', ']')}) " if code else ""
    yield f"\n{day} * {mark}{text.replace(';', ',').replace('|', '/')}\n"
    for posting in postings:
        is_changed = posting.customer_no and not posting.account.endswith(f":{posting.customer_no}")
        note = f"  ; customer: {posting.customer_no}" if is_changed else ""
        yield f"    {posting.account}  {posting.amount}{note}\n"


def _in_beancount(
    day: str, code: str, text: str, postings: list[_Posting], opened: set[str]
) -> Iterator[str]:
    for posting in postings:
        if posting.account not in opened:
            opened.add(posting.account)
            yield f"\n1900-01-01 open {posting.account}\n"
            if posting.customer_no:
                yield f"  customer: {_quoted(posting.customer_no)}\n"
    yield f"\n{day} * {_quoted(text)}\n  code: {_quoted(code)}\n"
    for posting in postings:
        yield f"  {posting.account}  {posting.amount}\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return '"' + _one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
