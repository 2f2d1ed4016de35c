"""Foreign layouts as data: which column is which, how dates and amounts are written, what is always the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import N_, Invalid
from portal.imports.models import ImportProfile
from portal.imports.rules import COLUMNS, REQUIRED, Problem
from portal.money import CURRENCY_DIGITS
from portal.receivables.rules import KINDS

_EXTRA = ("country",)
_PLACES = frozenset("dmyYHMSbB")


@dataclass(frozen=True)
class Profile:
    """How the rows of one source become rows of the standard format.

    Attributes:
        name: What ``--profile`` names.
        title: Words for people; a message id.
        columns: Column of the standard format (or ``country``) → column of the file.
        constants: Column of the standard format → value of every row.
        date_formats: ``strptime`` formats tried before ISO 8601; none = ISO 8601 only.
        thousands: Separators taken out of amounts.
        decimal: Decimal sign of amounts.
        kinds: The file's word for a kind → kind.
        negative_kinds: Kind → kind that a negative amount of it really is, e.g. invoice → credit_note.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    date_formats: Sequence[str] = ()
    thousands: str = ""
    decimal: str = "."
    kinds: Mapping[str, str] = field(default_factory=dict)
    negative_kinds: Mapping[str, str] = field(default_factory=dict)

    def file_column(self, column: str) -> str:
        """Return the file's own name of a column, for messages."""
        return self.columns.get(column, column)

    def reported(self, problem: Problem) -> Problem:
        """Return a problem with the file's own name of its column."""
        return replace(problem, column=self.file_column(problem.column))


#: The layouts shipped with the product; more are rows of ``import_profiles`` of the same shape.
SHIPPED: dict[str, dict[str, Any]] = {
    "standard": {
        "title": N_("Concord's own columns, dates as 2026-01-31"),
        "columns": {column: column for column in COLUMNS},
    },
    "ibm-ar": {
        "title": N_("IBM accounts receivable sample: invoices in USD, dates as 1/31/2026"),
        "columns": {
            "document_no": "invoiceNumber",
            "customer_no": "customerID",
            "document_date": "InvoiceDate",
            "due_date": "DueDate",
            "amount": "InvoiceAmount",
            "disputed": "Disputed",
            "settled_date": "SettledDate",
            "country": "countryCode",
        },
        "constants": {"kind": "invoice", "currency": "USD"},
        "date_formats": ["%m/%d/%Y"],
    },
}


def profile_names(session: Session) -> dict[str, str]:
    """Return name → title of every profile, the shipped ones first."""
    kept = session.execute(select(ImportProfile.name, ImportProfile.body).order_by(ImportProfile.name))
    return {name: str(body["title"]) for name, body in SHIPPED.items()} | {
        name: str(body.get("title", name)) for name, body in kept
    }


def find_profile(session: Session, name: str) -> Profile:
    """Return a profile by name.

    Raises:
        Invalid: There is none of this name, or its body cannot be used.
    """
    if name in SHIPPED:
        return profile_of(name, SHIPPED[name])
    kept = session.get(ImportProfile, name)
    if kept is None:
        known = ", ".join(profile_names(session))
        raise Invalid(
            N_("There is no profile “%(name)s”. Known: %(known)s."),
            field="profile",
            name=name[:60],
            known=known,
        )
    return profile_of(name, kept.body)


def profile_of(name: str, body: Mapping[str, Any]) -> Profile:
    """Build a profile from its data.

    Raises:
        Invalid: A column, kind, currency or date format in it is not known; ``field`` names the part.
    """
    profile = Profile(
        name, str(body.get("title", name)), dict(body["columns"]), dict(body.get("constants", {})),
        tuple(body.get("date_formats", ())), str(body.get("thousands", "")), str(body.get("decimal", ".")),
        dict(body.get("kinds", {})), dict(body.get("negative_kinds", {})),
    )  # fmt: skip
    given = {*profile.columns, *profile.constants}
    kinds = {*profile.kinds.values(), *profile.negative_kinds, *profile.negative_kinds.values()}
    formats = {place for text in profile.date_formats for place in text.split("%")[1:]}
    wrong = {
        "columns": given - {*COLUMNS, *_EXTRA} or set(REQUIRED) - given,
        "kinds": kinds - set(KINDS),
        "constants": {profile.constants.get("currency", "EUR")} - CURRENCY_DIGITS.keys(),
        "date_formats": {place for place in formats if place[:1] not in _PLACES},
    }
    for part, words in wrong.items():
        if words:
            raise Invalid(
                N_("Profile “%(name)s”: “%(word)s” cannot be used here."), field=part, name=name,
                word=min(words),
            )  # fmt: skip
    return profile


Normaliser = Callable[[Sequence[str]], dict[str, str]]


def normaliser(profile: Profile, header: Sequence[str]) -> Normaliser:
    """Return the function that turns the cells of a row into cells of the standard format.

    Args:
        profile: The layout.
        header: The file's header; its columns may stand in any order and case, unknown ones are left out.
    """
    places = column_places(profile, header)
    day_columns = [name for name in ("document_date", "due_date", "settled_date") if name in places]
    amount_columns = [name for name in ("amount", "tax_amount", "unit_price", "quantity") if name in places]

    def normalise(cells: Sequence[str]) -> dict[str, str]:
        found = {name: cells[place] for name, place in places.items() if place < len(cells)}
        found |= profile.constants
        if profile.date_formats:
            for name in day_columns:
                found[name] = _iso_day(found.get(name, ""), tuple(profile.date_formats))
        if profile.thousands or profile.decimal != ".":
            for column in amount_columns:
                found[column] = _plain_amount(found.get(column, ""), profile)
        if profile.kinds:
            found["kind"] = profile.kinds.get(found.get("kind", ""), found.get("kind", ""))
        if profile.negative_kinds and found.get("amount", "").startswith("-"):
            _turn_negative(found, profile)
        return found

    return normalise


def column_places(profile: Profile, header: Sequence[str]) -> dict[str, int]:
    """Return standard column → place in the row, for the columns the file has."""
    names = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
    return {
        column: names[name.casefold()] for column, name in profile.columns.items() if name.casefold() in names
    }


def missing_columns(profile: Profile, header: Sequence[str]) -> list[str]:
    """Return the required columns, by the file's own names, that the header lacks."""
    places = column_places(profile, header)
    return [
        profile.file_column(name) for name in REQUIRED if name not in places and name not in profile.constants
    ]


@lru_cache(maxsize=8192)
def _iso_day(text: str, formats: tuple[str, ...]) -> str:
    for layout in formats:
        try:
            return datetime.strptime(text, layout).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            continue
    return text


def _plain_amount(text: str, profile: Profile) -> str:
    for separator in profile.thousands:
        text = text.replace(separator, "")
    return text.replace(profile.decimal, ".") if profile.decimal != "." else text


def _turn_negative(found: dict[str, str], profile: Profile) -> None:
    kind = profile.negative_kinds.get(found.get("kind", ""))
    if kind:
        found["kind"] = kind
        found["amount"] = found["amount"].removeprefix("-")
        found["tax_amount"] = found.get("tax_amount", "").removeprefix("-")
