"""Rows of a foreign layout that belong together, and kinds whose sign tells another kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.connectors import SourceRow
from portal.imports.layouts import Profile


@dataclass(frozen=True, slots=True)
class Reading:
    """A row as the standard format has it, or why it is no document.

    Attributes:
        row: As it stands in the file.
        cells: By column of the standard format; empty when it is left out.
        skipped: ``total``, ``note`` (a total not of these rows), ``heading``, ``state``, ``repeat`` or ``empty``;
            nothing when it is to be read.
    """

    row: SourceRow
    cells: dict[str, str]
    skipped: str = ""


def joined(readings: Iterator[Reading]) -> Iterator[Reading]:
    """Put rows of one payment, one below the other, together: each names a document it is applied to."""
    held: Reading | None = None
    for reading in readings:
        same = held is not None and not reading.skipped and _is_same(held.cells, reading.cells)
        if same and held is not None:
            parts = [held.cells.get("applies_to", ""), reading.cells.get("applies_to", "")]
            held.cells["applies_to"] = ";".join(filter(None, parts))
            yield Reading(reading.row, {}, "repeat")
            continue
        if held is not None:
            yield held
        held = reading if not reading.skipped else None
        if reading.skipped:
            yield reading
    if held is not None:
        yield held


def _is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    names = ("kind", "document_no", "customer_no", "document_date", "amount")
    return bool(one.get("document_no")) and all(one.get(name) == other.get(name) for name in names)


def turned(cells: dict[str, str], profile: Profile) -> None:
    """Give an amount whose sign is not that of its kind the kind it really is."""
    kind, amount = cells.get("kind", ""), cells.get("amount", "")
    if amount.startswith("-") and kind in profile.negative_kinds:
        cells["kind"] = profile.negative_kinds[kind]
        cells["amount"] = amount.removeprefix("-")
        cells["tax_amount"] = cells.get("tax_amount", "").removeprefix("-")
    elif amount and not amount.startswith("-") and kind in profile.positive_kinds:
        cells["kind"] = profile.positive_kinds[kind]
