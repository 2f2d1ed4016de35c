"""The sums of a file while it is read, compared with the totals that stand in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.errors import N_
from portal.imports.rules import Problem
from portal.money import CURRENCY_DIGITS

ZERO = Decimal(0)


@dataclass
class Window:
    """Sums since some row: opening balance, debits, credits."""

    opening: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Debits less credits."""
        return self.debit - self.credit

    @property
    def closing(self) -> Decimal:
        """Opening balance and what moved."""
        return self.opening + self.net

    def fits(self, debit: Decimal | None, credit: Decimal | None, balance: Decimal | None) -> bool:
        """Say whether figures of a total row, those that are there, are these sums."""
        return (
            (debit is None or debit == self.debit)
            and (credit is None or credit == self.credit)
            and (balance is None or balance == self.closing)
        )


@dataclass
class Control:
    """Sums of one file by currency, and how many totals of the file they met.

    Attributes:
        sums: Currency → sums over the whole file, as its own columns have them.
        checked: Totals of the file that are right.
        skipped: Why rows are no documents → how many (total, heading, state, repeat, empty).
        wrong: Totals of the file that are not the sum of its rows.
    """

    sums: dict[str, Window] = field(default_factory=dict)
    checked: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    wrong: list[Problem] = field(default_factory=list)
    is_complete: bool = True
    _since: dict[str, Window] = field(default_factory=lambda: {"page": Window(), "total": Window()})
    _page_of: str = ""

    def turn_to(self, customer: str) -> None:
        """Begin the page of a customer, if it is another one."""
        if customer != self._page_of:
            self._page_of = customer
            self._since = {"page": Window(), "total": Window()}

    def add(
        self, currency: str, *, opening: Decimal = ZERO, debit: Decimal = ZERO, credit: Decimal = ZERO
    ) -> None:
        """Count one row."""
        whole = self.sums.setdefault(currency, Window())
        for window in (whole, *self._since.values()):
            window.opening += opening
            window.debit += debit
            window.credit += credit

    def compare(
        self, row_no: int, *, debit: Decimal | None, credit: Decimal | None, balance: Decimal | None
    ) -> None:
        """Compare a total row with the rows since the last one, of this customer, or of the whole file."""
        if (debit is None and credit is None and balance is None) or not self.is_complete:
            return
        candidates = [*self._since.values()]
        if len(self.sums) == 1:
            candidates += self.sums.values()
        if any(window.fits(debit, credit, balance) for window in candidates or [Window()]):
            self.checked += 1
        else:
            message = N_("The file says %(theirs)s here, its rows come to %(ours)s. It may be cut off.")
            page = self._since["page"]
            theirs = [debit, credit, balance]
            ours = [page.debit, page.credit, page.closing]
            shown = {
                "theirs": " · ".join(f"{one:,f}" for one in theirs if one is not None),
                "ours": " · ".join(
                    f"{one:,f}" for one, asked in zip(ours, theirs, strict=True) if asked is not None
                ),
            }
            self.wrong.append(Problem(row_no, "", "control", message, shown))
        self._since["total"] = Window(opening=self._since["page"].closing)

    def as_json(self) -> dict[str, Any]:
        """Return sums, skipped rows and the number of totals that were met."""
        return {
            "sums": {currency: _sums(currency, one) for currency, one in sorted(self.sums.items())},
            "totals_checked": self.checked,
            "skipped": dict(sorted(self.skipped.items())),
        }


def _sums(currency: str, window: Window) -> dict[str, str]:
    digits = CURRENCY_DIGITS.get(currency, 2)
    slots = ("opening", "debit", "credit", "closing")
    return {slot: f"{getattr(window, slot):.{digits}f}" for slot in slots}
