"""What a layout (profile) can say: columns, dates, amounts, kinds, totals and headings of a foreign file, as data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from portal.errors import N_, Invalid
from portal.imports.rules import COLUMNS, REQUIRED, Problem
from portal.money import CURRENCY_DIGITS
from portal.receivables.rules import KINDS

CUSTOMER_REQUIRED = ("number", "name", "currency")
CUSTOMER_COLUMNS = (
    "number", "name", "currency", "name_en", "country", "tax_no", "street_address", "department", "language",
    "terms_days", "credit_limit", "owner", "contact_name", "contact_email", "contact_phone", "contact_job_title",
    "contact_language",
)  # fmt: skip
RECORDS = ("documents", "customers")
_EXTRA = ("country",)
_PLACES = frozenset("dmyYHMSbB")
_BLANKS = re.compile(r"\s+")
_UNUSABLE = N_("Profile “%(name)s”: “%(word)s” cannot be used here.")
Names = tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """How the rows of one source become rows of the standard format.

    A file column is named by one header or by several that it may have; ``A + B`` puts two columns together.

    Attributes:
        name: What ``--profile`` names.
        title: Words for people; a message id.
        columns: Column of the standard format (or ``country``) → headers of the file's column.
        record: ``documents``, or ``customers`` for a customer master with contacts.
        version: 0 = shipped.
        constants: Column of the standard format → value of every row.
        date_formats: ``strptime`` formats tried before ISO 8601; none = ISO 8601 only.
        date_order: ``dmy``, ``mdy`` or ``ymd`` where days are written freely (31.1.26, 2026年1月31日, serial numbers).
        thousands: Separators taken out of amounts.
        decimal: Decimal sign of amounts; empty with ``is_free`` = as each amount shows.
        is_free: Amounts as people write them: ¥1,234.50, (12.00), 12,00-, 1 234,50 CR.
        kinds: The file's word for a kind → kind.
        negative_kinds: Kind → kind that a negative amount of it really is, e.g. invoice → credit_note.
        positive_kinds: Kind → kind that a positive amount is, where the kind's amounts are usually negative.
        values: Column → the file's word → value, e.g. currency: 人民币 → CNY.
        only: File column → the words with which a row counts; other rows are left out.
        leave_out: File column → words with which a row is left out.
        debit, credit: File columns of the two sides, instead of one amount.
        debit_kind, credit_kind: What they are.
        balance, direction: File columns of the running balance and of its side (借/贷, D/C).
        opening_words, total_words, skip_words: How cells of opening, total and other rows begin.
        fill_down: Columns whose empty cells repeat the row above (merged cells).
        heading: Pattern of lines that name the customer for the rows below; groups ``customer_no``, ``customer_name``.
        number: Document number of rows, from columns in braces; ``{month}`` is that of the date.
        opening_number: The same for opening rows.
        repeats: Rows of one number: ``first`` = the others are lines of it, ``join`` = each names another document it
            is applied to, ``count`` = the second becomes ``<number>-2``.
        applies_number, applies_amount: File columns of what a payment is applied to.
    """

    name: str
    title: str
    columns: Mapping[str, Names]
    record: str = "documents"
    version: int = 0
    constants: Mapping[str, str] = field(default_factory=dict)
    date_formats: Names = ()
    date_order: Literal["", "dmy", "mdy", "ymd"] = ""
    thousands: str = ""
    decimal: str = "."
    is_free: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)
    negative_kinds: Mapping[str, str] = field(default_factory=dict)
    positive_kinds: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: Mapping[str, Names] = field(default_factory=dict)
    leave_out: Mapping[str, Names] = field(default_factory=dict)
    debit: Names = ()
    credit: Names = ()
    debit_kind: str = "invoice"
    credit_kind: str = "receipt"
    balance: Names = ()
    direction: Names = ()
    opening_words: Names = ()
    total_words: Names = ()
    skip_words: Names = ()
    fill_down: Names = ()
    heading: str = ""
    number: str = ""
    opening_number: str = ""
    repeats: str = ""
    applies_number: Names = ()
    applies_amount: Names = ()

    @property
    def has_sides(self) -> bool:
        """Whether amounts stand in two columns, debit and credit."""
        return bool(self.debit or self.credit)

    @property
    def required(self) -> Names:
        """Columns of the standard format that the file, the constants or the headings must give."""
        if self.record == "customers":
            return CUSTOMER_REQUIRED if self.name == "standard-customers" else ("name",)
        given = {"kind", "amount"} if self.has_sides else set()
        given |= {"document_no"} if self.number else set()
        given |= {"customer_no"} if "customer_no" in self.heading else set()
        return tuple(name for name in REQUIRED if name not in given)

    def file_column(self, column: str) -> str:
        """Return the file's own name of a column, for messages."""
        return (self.columns.get(column) or (column,))[0]

    def reported(self, problem: Problem) -> Problem:
        """Return a problem with the file's own name of its column."""
        return replace(problem, column=self.file_column(problem.column))


def profile_of(name: str, body: Mapping[str, Any], *, version: int = 0) -> Profile:
    """Build a profile from its data.

    Raises:
        Invalid: A part, column, kind, currency, date format or pattern in it is not known; ``field`` names the part.
    """
    known = {one.name for one in fields(Profile)} - {"name", "version"}
    for part in body:
        if part not in known:
            raise Invalid(_UNUSABLE, field=part, name=name, word=part[:60])
    values = {part: _shaped(part, value) for part, value in body.items()}
    profile = Profile(name, **({"title": name} | values), version=version)
    for part, words in _wrong(profile).items():
        if words:
            raise Invalid(_UNUSABLE, field=part, name=name, word=min(words)[:60])
    return profile


_LISTS = frozenset({
    "date_formats", "debit", "credit", "balance", "direction", "opening_words", "total_words", "skip_words",
    "fill_down", "applies_number", "applies_amount",
})  # fmt: skip


def _shaped(part: str, value: Any) -> Any:
    if part in _LISTS:
        return (value,) if isinstance(value, str) else tuple(value)
    if part in {"columns", "only", "leave_out"}:
        return {key: (one,) if isinstance(one, str) else tuple(one) for key, one in dict(value).items()}
    return value


def _wrong(profile: Profile) -> dict[str, set[str]]:
    is_documents = profile.record == "documents"
    allowed = {*COLUMNS, *_EXTRA} if is_documents else set(CUSTOMER_COLUMNS)
    given = {*profile.columns, *profile.constants}
    kinds = {
        *profile.kinds.values(), *profile.negative_kinds, *profile.negative_kinds.values(), *profile.positive_kinds,
        *profile.positive_kinds.values(), profile.debit_kind, profile.credit_kind,
    }  # fmt: skip
    formats = {place for text in profile.date_formats for place in text.split("%")[1:]}
    return {
        "record": {profile.record} - set(RECORDS),
        "columns": given - allowed or set(profile.required) - given,
        "kinds": kinds - set(KINDS),
        "constants": {profile.constants.get("currency", "EUR")} - CURRENCY_DIGITS.keys(),
        "date_formats": {place for place in formats if place[:1] not in _PLACES},
        "date_order": {str(profile.date_order)} - {"", "dmy", "mdy", "ymd"},
        "repeats": {profile.repeats} - {"", "first", "join", "count"},
        "fill_down": set(profile.fill_down) - allowed,
        "heading": set() if _is_pattern(profile.heading) else {profile.heading},
    }


def _is_pattern(text: str) -> bool:
    try:
        return set(re.compile(text).groupindex) <= {"customer_no", "customer_name"} and len(text) <= 300
    except re.error:
        return False


def plain(text: str) -> str:
    """Return a header or label as it is compared: case, width and spaces do not count."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


class Places:
    """Where the columns of a profile stand in a header; any order and case, others are left out."""

    def __init__(self, profile: Profile, header: Sequence[str]) -> None:
        """Look the columns up; of several headers a column may have, the first that is there counts."""
        self._names = {plain(name): place for place, name in reversed(list(enumerate(header))) if name}
        found = {column: self.find(names) for column, names in profile.columns.items()}
        self.columns = {column: places for column, places in found.items() if places}
        self.missing = [
            profile.file_column(name)
            for name in profile.required
            if name not in self.columns and name not in profile.constants
        ]
        self.missing += [
            names[0] for names in (profile.debit, profile.credit) if names and not self.find(names)
        ]

    def find(self, names: Sequence[str]) -> tuple[int, ...]:
        """Return the places of the first of these headers that the file has; several for ``A + B``."""
        for name in names:
            places = [self._names.get(plain(part)) for part in name.split(" + ")]
            if places[0] is not None:
                return tuple(place for place in places if place is not None)
        return ()


def cell_at(cells: Sequence[str], places: Sequence[int]) -> str:
    """Return what stands at a column's places, several parted by a space."""
    if len(places) == 1:
        return cells[places[0]] if places[0] < len(cells) else ""
    return " ".join(cells[place] for place in places if place < len(cells) and cells[place])


def missing_columns(profile: Profile, header: Sequence[str]) -> list[str]:
    """Return the required columns, by the file's own names, that the header lacks."""
    return Places(profile, header).missing
