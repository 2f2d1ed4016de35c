"""What rows of a bank's table come to: the chain of their balances, kinds, repeated sheets."""

from __future__ import annotations

import re
from decimal import Decimal

from portal.connectors.amounts import ReadAmount, read_amount
from portal.connectors.bank_facts import Entry
from portal.connectors.bank_layouts import Layout
from portal.connectors.rules import SourceRow
from portal.money import BadAmount

_KINDS = (
    (
        "fee",
        re.compile(
            r"手续费|工本费|服务费|账户管理费|\bfee\b|charges?\b|chg\b|commission|entgelt|frais",
            re.IGNORECASE,
        ),
    ),
    ("interest", re.compile(r"利息|结息|\binterest\b|zinsen|intérêts", re.IGNORECASE)),
    ("card", re.compile(r"\bpos\b|card payment|消费|快捷支付|kartenzahlung", re.IGNORECASE)),
    ("cash", re.compile(r"\batm|取现|存现|现金存|现金取|取款|cash withdrawal|bargeld", re.IGNORECASE)),
    ("return", re.compile(r"退汇|退票|returned|rücklast|retour", re.IGNORECASE)),
    (
        "transfer",
        re.compile(r"转账|汇款|汇入|网转|transfer|überweisung|virement|\bcto\b|sepa", re.IGNORECASE),
    ),
)


class Chain:
    """The running balances of a table: do they explain each other, in the order of the file or backwards?"""

    def __init__(self) -> None:
        self._first: Entry | None = None
        self._last: Entry | None = None
        self._is_whole = True
        self._forwards = self._backwards = True
        self._count = 0

    def add(self, entry: Entry) -> None:
        """Take the next row."""
        before, self._last = self._last, entry
        self._first = self._first or entry
        self._count += 1
        if entry.balance_minor is None:
            self._is_whole = False
        elif before and before.balance_minor is not None:
            self._forwards = (
                self._forwards and before.balance_minor + entry.amount_minor == entry.balance_minor
            )
            self._backwards = (
                self._backwards and entry.balance_minor + before.amount_minor == before.balance_minor
            )

    def ends(self) -> tuple[int | None, int | None, bool | None]:
        """Return opening, closing and whether the chain holds; nothing where a row shows no balance."""
        first, last = self._first, self._last
        if not self._is_whole or first is None or last is None:
            return None, None, None
        is_one = self._forwards and self._count == 1
        if first.booked_on > last.booked_on or (
            self._backwards and not is_one and first.booked_on == last.booked_on
        ):
            first, last = last, first
        assert first.balance_minor is not None
        return first.balance_minor - first.amount_minor, last.balance_minor, self._forwards or self._backwards


def gist_of(row: SourceRow, layout: Layout) -> tuple[str, ...]:
    """Return day and figures of a row: a second sheet with the same ones is the first once more."""
    places = [
        layout.roles[role][0] for role in ("booked", "amount", "paid_in", "paid_out") if role in layout.roles
    ]
    gist = []
    for place in places:
        cell = row.cells[place] if place < len(row.cells) else ""
        try:
            cell = str(read_amount(cell, decimal=layout.decimal).value.normalize())
        except BadAmount:
            cell = cell[:10]
        gist.append(cell)
    return tuple(gist)


def is_credit(amount: ReadAmount) -> bool:
    """Say whether a figure in a column of money out is negative and bracketed away by a credit mark."""
    return amount.side == "credit" and amount.value > Decimal(0)


def kind_of(text: str) -> str:
    """Return the kind of an entry that its text tells."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), "other")
