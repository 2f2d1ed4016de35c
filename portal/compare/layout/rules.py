"""The layout of a ledger file as plain values that can be shown, corrected and remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.compare.engine import LedgerRow
from portal.compare.layout.roles import ROLES, SINGLE
from portal.errors import N_, Invalid

SIGNS = {
    "auto": N_("As the rows themselves show"),
    "same": N_("A plus raises what you owe us"),
    "mirrored": N_("A plus lowers what you owe us"),
}


class LayoutRefused(Invalid):
    """A layout that cannot hold a ledger."""

    code = "layout"


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file.

    Attributes:
        roles: Role of each column, by its place; keys of ``ROLES``.
        names: The columns' names; a remembered layout fits a file with the same names.
        header_line: Line of the header in the file; 0 = none.
        sheets: Names of the sheets that hold rows; empty for text files.
        sign: Key of ``SIGNS``.
    """

    roles: tuple[str, ...]
    names: tuple[str, ...] = ()
    header_line: int = 0
    sheets: tuple[str, ...] = ()
    sign: str = "auto"

    def place(self, role: str) -> int | None:
        """Return the column of a role; None when there is none."""
        return self.roles.index(role) if role in self.roles else None

    def places(self, role: str) -> tuple[int, ...]:
        """Return all columns of a role."""
        return tuple(place for place, one in enumerate(self.roles) if one == role)

    def require_usable(self) -> None:
        """Refuse a layout without amounts, or with a role twice.

        Raises:
            LayoutRefused: What is missing or doubled is named.
        """
        if any(role not in ROLES for role in self.roles) or self.sign not in SIGNS:
            raise LayoutRefused(field="roles")
        for role in SINGLE:
            if self.roles.count(role) > 1:
                raise LayoutRefused(
                    N_("Two columns cannot both be “%(role)s”."), field="roles", role=ROLES[role]
                )
        has_two = "debit" in self.roles or "credit" in self.roles
        if has_two == ("amount" in self.roles):
            message = N_("Say which column holds the amount: either one column, or debit and credit.")
            raise LayoutRefused(message, field="roles")

    def as_json(self) -> dict[str, Any]:
        """Return plain values to be kept."""
        return {
            "roles": list(self.roles), "names": list(self.names), "header_line": self.header_line,
            "sheets": list(self.sheets), "sign": self.sign,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Layout:
        """Return what was kept."""
        return cls(
            tuple(kept["roles"]), tuple(kept["names"]), int(kept["header_line"]), tuple(kept["sheets"]),
            str(kept["sign"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column is taken for.

    Attributes:
        place: From 0.
        name: As in the header; empty when it has none.
        role: Key of ``ROLES``.
        doubt: Why someone should look, as message id; empty = sure.
    """

    place: int
    name: str
    role: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """A layout with its doubts and the first rows as they stand in the file."""

    layout: Layout
    columns: tuple[ColumnGuess, ...]
    sample: tuple[tuple[int, tuple[str, ...]], ...] = ()
    is_remembered: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not a movement: line and why, as message id."""

    no: int
    why: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadLedger:
    """A file read by a layout.

    Attributes:
        rows: Movements and the opening row, signed by the file's own debit and credit (not yet mirrored).
        currency: Of all rows; empty when the file does not say.
        debit_minor: Control sum of what its debit side holds, the opening left aside.
        credit_minor: The same of the credit side, positive.
        stated_minor: Closing balance written in the file, with the file's own sign; None when there is none.
        left_out: Rows that are no movements, with the reason.
        labels: Row number → how people find it (``Feb!12``) where it is not simply the line of the first sheet.
    """

    rows: tuple[LedgerRow, ...]
    currency: str
    debit_minor: int
    credit_minor: int
    stated_minor: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def closing_minor(self) -> int:
        """Sum of all rows, the opening included."""
        return sum(row.minor for row in self.rows)

    def label(self, no: int | None) -> str:
        """Return how people find a row in the file; empty for none."""
        return "" if no is None else self.labels.get(no, str(no))


def first_rows(rows: Sequence[LedgerRow], count: int = 8) -> Sequence[LedgerRow]:
    """Return the first movements in the order of the file."""
    return sorted(rows, key=lambda row: row.no)[:count]
