"""A typed row as text, to wait on disk, and as the cells of the standard format."""

from __future__ import annotations

import json
from datetime import date

from portal.imports.rules import DocumentRow, Target
from portal.money import minor_to_text


def to_text(row: DocumentRow) -> str:
    """Return a typed row as JSON without its line."""
    numbered = [value.toordinal() if isinstance(value, date) else value for value in row[1:]]
    return json.dumps(numbered, ensure_ascii=False)


def from_text(no: int, text: str | None) -> DocumentRow:
    """Return a typed row from its JSON."""
    row = DocumentRow(no, *json.loads(text or "[]"))
    return row._replace(
        document_on=_day(row.document_on) or date.min,
        due_on=_day(row.due_on), settled_on=_day(row.settled_on),
        applies_to=tuple(Target(*target) for target in row.applies_to),
    )  # fmt: skip


def _day(kept: object) -> date | None:
    return date.fromordinal(kept) if isinstance(kept, int) else None


def cells_of(row: DocumentRow) -> dict[str, str]:
    """Return a typed row as cells of the standard format."""

    def amount(minor: int | None) -> str:
        return "" if minor is None else minor_to_text(minor, row.currency)

    targets = (
        target.document_no
        if target.amount_minor is None
        else f"{target.document_no}:{amount(target.amount_minor)}"
        for target in row.applies_to
    )
    texts = {
        name: getattr(row, name)
        for name in (
            "entity", "kind", "document_no", "customer_no", "currency", "customer_name", "reference", "description",
            "tax_invoice_no", "order_no", "exchange_rate", "department", "project", "method", "item", "quantity",
            "unit_price", "tax_rate", "country",
        )
    }  # fmt: skip
    days = {"document_date": row.document_on, "due_date": row.due_on, "settled_date": row.settled_on}
    cells = texts | {name: day.isoformat() for name, day in days.items() if day}
    cells |= {"amount": amount(row.amount_minor), "tax_amount": amount(row.tax_minor)}
    cells |= {"applies_to": ";".join(targets), "disputed": "yes" if row.is_disputed else ""}
    return {name: text for name, text in cells.items() if text}
