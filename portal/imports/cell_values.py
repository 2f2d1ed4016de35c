"""Cells of foreign layouts as the standard format writes them: days, amounts, numbers made of other columns."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from portal.connectors.amounts import read_amount
from portal.connectors.dates import BadDate, Order, read_date
from portal.imports.layouts import Profile
from portal.money import BadAmount

EMPTY_AMOUNTS = frozenset({"", "-", "--", "—", "0", "0.0", "0.00", "0,00"})


def filled_in(template: str, cells: dict[str, str]) -> str:
    """Return a document number made of other columns; ``{month}`` is that of the date."""
    values = dict.fromkeys(("document_no", "customer_no", "document_date", "kind", "month"), "") | cells
    values["month"] = values["document_date"][:7]
    return template.format_map(values)


def amount_text(text: str, profile: Profile) -> str:
    """Return an amount as plain digits; what cannot be read stays as it is and is refused where it is checked."""
    text = text.strip()
    if text in EMPTY_AMOUNTS:
        return "" if not text or text[0] in "-—" else text
    if not profile.is_free:
        for separator in profile.thousands:
            text = text.replace(separator, "")
        return text.replace(profile.decimal, ".") if profile.decimal != "." else text
    value = decimal_of(text, profile)
    if value is None:
        return text
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def decimal_of(text: str, profile: Profile | None) -> Decimal | None:
    """Return a figure as people write it; None when it is empty or cannot be read."""
    if not text.strip():
        return None
    try:
        return _read_decimal(text, profile.decimal if profile else ".")
    except BadAmount:
        return None


@lru_cache(maxsize=4096)
def _read_decimal(text: str, decimal: str) -> Decimal:
    return read_amount(text, decimal=decimal).value


@lru_cache(maxsize=8192)
def iso_day(text: str, formats: tuple[str, ...]) -> str:
    """Return a day in one of these ``strptime`` formats as ISO 8601; as it is when none fits."""
    for layout in formats:
        try:
            return datetime.strptime(text, layout).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            continue
    return text


@lru_cache(maxsize=8192)
def free_day(text: str, order: Order) -> str:
    """Return a day as people write it as ISO 8601; as it is when it cannot be read."""
    try:
        return read_date(text, order=order, serials=True).isoformat()
    except BadDate:
        return text
