"""Rules of the documents format: what a row must hold, what is the same document, and what each refusal is called.

Source: docs/reference/documents-format.md; codes and columns are part of the public interface.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from portal.errors import N_
from portal.money import MAX_WHOLE_DIGITS, currency_digits
from portal.receivables.rules import SIDES, SIGNED_KINDS

REQUIRED = ("document_no", "kind", "customer_no", "currency", "document_date", "amount")
OPTIONAL = (
    "entity", "customer_name", "due_date", "reference", "description", "applies_to", "disputed", "settled_date",
    "tax_amount", "tax_invoice_no", "order_no", "exchange_rate", "department", "project", "method", "item", "quantity",
    "unit_price", "tax_rate",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)

#: Every word a refused row can carry.
CODES = (
    "missing", "unknown_kind", "unknown_currency", "bad_date", "bad_amount", "over_applied", "unknown_document",
    "period_closed", "conflict", "encoding", "bad_text", "columns",
)  # fmt: skip

#: Longest text of a column that has a limit; nothing is cut silently.
LENGTHS = {
    "entity": 20, "document_no": 80, "customer_no": 60, "customer_name": 200, "reference": 200, "description": 20_000,
    "tax_invoice_no": 40, "order_no": 80, "department": 60, "project": 60, "method": 40, "item": 200, "quantity": 30,
    "unit_price": 30, "tax_rate": 20, "country": 20,
}  # fmt: skip

#: Kinds a credit is applied to, and kinds a refund is applied to, in the order a number is looked up.
DEBIT_KINDS = ("invoice", "debit_note", "opening_balance", "adjustment")
CREDIT_KINDS = ("receipt", "credit_note", "opening_balance", "adjustment")

MAX_MINOR = 2**63 - 1


class Target(NamedTuple):
    """A document named in ``applies_to``; without an amount what is open on both sides."""

    document_no: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused.

    Attributes:
        row_no: Line in the file, header = 1; None for the file as a whole.
        column: Column of the standard format; the file's own name is put in when it is reported.
        code: One of ``CODES``.
        message: Message id with placeholders.
        params: Values of the placeholders; text and numbers only.
    """

    row_no: int | None
    column: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


class DocumentRow(NamedTuple):
    """One row that passed: amounts in minor units of ``currency`` as written, days as dates, texts as they are."""

    no: int
    entity: str
    kind: str
    document_no: str
    customer_no: str
    currency: str
    document_on: date
    amount_minor: int
    customer_name: str
    due_on: date | None
    reference: str
    description: str
    applies_to: tuple[Target, ...]
    is_disputed: bool
    settled_on: date | None
    tax_minor: int | None
    tax_invoice_no: str
    order_no: str
    exchange_rate: str
    department: str
    project: str
    method: str
    item: str
    quantity: str
    unit_price: str
    tax_rate: str
    country: str

    @property
    def side(self) -> int:
        """1 when it raises what the customer owes, -1 when it lowers it."""
        return side_of(self.kind, self.amount_minor)


def side_of(kind: str, amount_minor: int) -> int:
    """Return 1 when a document raises what the customer owes, -1 when it lowers it."""
    return SIDES[kind] * (-1 if kind in SIGNED_KINDS and amount_minor < 0 else 1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document as the file tells it: one row, or the rows that are its lines.

    Attributes:
        head: The values that hold for the document; its amount and tax are the sums.
        rows: Lines in the file.
        lines: The rows that are lines, empty for a document of one row without item.
    """

    head: DocumentRow
    rows: tuple[int, ...]
    lines: tuple[DocumentRow, ...] = ()


#: Fields that every line of one document must tell alike (or leave empty), with their column.
_SHARED = (
    ("customer_no", "customer_no"), ("currency", "currency"), ("document_on", "document_date"), ("due_on", "due_date"),
    ("settled_on", "settled_date"), ("applies_to", "applies_to"), ("exchange_rate", "exchange_rate"),
    ("customer_name", "customer_name"), ("reference", "reference"), ("description", "description"),
    ("tax_invoice_no", "tax_invoice_no"), ("order_no", "order_no"), ("department", "department"),
    ("project", "project"), ("method", "method"), ("country", "country"),
)  # fmt: skip


def assemble(rows: Sequence[DocumentRow]) -> Proposal | Problem:
    """Put the rows of one document together.

    Args:
        rows: One row, or all rows with an item that name the same document; in order of the file.

    Returns:
        The document, or why its rows cannot be one.
    """
    if not rows[0].item:
        return _checked(Proposal(rows[0], (rows[0].no,)))
    merged: dict[str, Any] = {}
    for name, column in _SHARED:
        values = dict.fromkeys(value for row in rows if (value := getattr(row, name)))
        if len(values) > 1:
            differing = next(
                row for row in rows if getattr(row, name) not in {None, "", (), next(iter(values))}
            )
            return Problem(
                differing.no, column, "conflict", N_("Rows of one document differ here: %(first)s and %(second)s."),
                {"first": _shown(next(iter(values))), "second": _shown(getattr(differing, name))},
            )  # fmt: skip
        if values:
            merged[name] = next(iter(values))
    taxes = [row.tax_minor for row in rows if row.tax_minor is not None]
    head = rows[0]._replace(
        amount_minor=sum(row.amount_minor for row in rows), tax_minor=sum(taxes) if taxes else None,
        is_disputed=any(row.is_disputed for row in rows), **merged,
    )  # fmt: skip
    return _checked(Proposal(head, tuple(row.no for row in rows), tuple(rows)))


def _checked(proposal: Proposal) -> Proposal | Problem:
    head = proposal.head
    most = min(10 ** (MAX_WHOLE_DIGITS + currency_digits(head.currency)) - 1, MAX_MINOR)
    if head.amount_minor == 0 or abs(head.amount_minor) > most:
        return Problem(
            head.no, "amount", "bad_amount", N_("The lines of this document sum to zero or to too much.")
        )
    if (head.tax_minor or 0) > abs(head.amount_minor):
        return Problem(head.no, "tax_amount", "bad_amount", N_("The tax is more than the amount."))
    return proposal


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(target.document_no for target in value)
    return str(value)
