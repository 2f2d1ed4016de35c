"""What a person says about an unknown file, and the profile that makes."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any

from portal.connectors.tables import Header
from portal.errors import N_, Invalid
from portal.imports.guess import SIDES
from portal.imports.guess_words import KIND_WORDS, OPENING_WORDS, TOTAL_WORDS
from portal.imports.layouts import CUSTOMER_COLUMNS
from portal.imports.rules import COLUMNS


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """What a person says about a file.

    Attributes:
        columns: Place in the file → column of the standard format or ``debit``, ``credit``, ``balance``, ``direction``.
        record: ``documents`` or ``customers``.
        kind: Of every row, where no column tells; empty = a column tells.
        currency: The same.
        date_order: ``ymd``, ``dmy`` or ``mdy``.
        decimal: ``.`` or ``,``.
        name: Of the layout to save; small letters, digits and hyphens.
        title: In words.
    """

    columns: AnyMapping[int, str]
    record: str = "documents"
    kind: str = ""
    currency: str = ""
    date_order: str = "ymd"
    decimal: str = "."
    name: str = ""
    title: str = ""


def column_choices(record: str) -> tuple[str, ...]:
    """Return what a column of a file can be."""
    return CUSTOMER_COLUMNS if record == "customers" else (*COLUMNS, *SIDES)


def missing_in(body: AnyMapping[str, Any], draft: MappingDraft) -> tuple[str, ...]:
    """Return the columns that no column of the file and no constant gives."""
    documents = ["document_no", "customer_no", "document_date", "currency"]
    wanted = ["name"] if draft.record == "customers" else documents
    if draft.record == "documents" and not (body.get("debit") or body.get("credit")):
        wanted += ["amount", "kind"]
    given = {*body["columns"], *body["constants"]}
    return tuple(name for name in wanted if name not in given)


def body_of(draft: MappingDraft, header: Header) -> dict[str, Any]:
    """Return a mapping as the data of a profile.

    Raises:
        Invalid: A column is named twice, or one that there is not.
    """
    columns: dict[str, list[str]] = {}
    for place, column in sorted(draft.columns.items()):
        if not column:
            continue
        if column not in column_choices(draft.record) or not 0 <= place < len(header.names):
            raise Invalid(field="columns")
        if column in columns:
            message = N_("Two columns of the file are “%(column)s”. Choose one.")
            raise Invalid(message, field=f"column-{place}", column=column)
        columns[column] = [header.names[place]]
    body: dict[str, Any] = {
        "title": draft.title.strip() or draft.name or "—", "record": draft.record, "is_free": True,
        "date_order": draft.date_order, "decimal": draft.decimal,
        "columns": {name: names for name, names in columns.items() if name not in SIDES},
        "constants": {
            name: value
            for name, value in (("kind", draft.kind), ("currency", draft.currency))
            if value and name not in columns
        },
    }  # fmt: skip
    if draft.record == "documents":
        body |= {name: names for name, names in columns.items() if name in SIDES}
        body |= {
            "total_words": list(TOTAL_WORDS), "opening_words": list(OPENING_WORDS), "kinds": KIND_WORDS,
            "negative_kinds": {
                "invoice": "credit_note", "debit_note": "credit_note", "receipt": "refund",
                "credit_note": "credit_note",
            },
            "opening_number": "OB-{customer_no}-{month}",
        }  # fmt: skip
        if {"debit", "credit"} & columns.keys():
            body["constants"].pop("kind", None)
            body["repeats"] = "count"
    return body
