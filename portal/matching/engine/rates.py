"""Exchange rates of a day for comparing a payment with items in another currency."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from portal.money import currency_digits


class Rates:
    """Rates as ``per_unit`` of the book currency: one unit of ``currency`` costs so many units of it.

    The book currency itself needs no row. The newest rate on or before the day holds; else the oldest one.
    """

    def __init__(self, rows: Iterable[tuple[date, str, Fraction]] = ()) -> None:
        by_currency: defaultdict[str, dict[date, Fraction]] = defaultdict(dict)
        for on, currency, per_unit in rows:
            by_currency[currency][on] = per_unit
        self._days = {currency: sorted(found) for currency, found in by_currency.items()}
        self._rates = dict(by_currency)

    def __bool__(self) -> bool:
        return bool(self._rates)

    def per_unit(self, currency: str, on: date) -> Fraction | None:
        """Return the price of one unit in the book currency (1 for a currency without rows, when others have some)."""
        days = self._days.get(currency)
        if days is None:
            return Fraction(1) if self._rates else None
        return self._rates[currency][days[max(bisect_right(days, on) - 1, 0)]]

    def convert(self, minor: int, currency: str, into: str, on: date) -> int | None:
        """Return minor units of ``currency`` as minor units of ``into``, rounded half up; None without a rate."""
        source, target = self.per_unit(currency, on), self.per_unit(into, on)
        if not source or not target:
            return None
        scale = Fraction(10) ** (currency_digits(into) - currency_digits(currency))
        return int(Fraction(minor) * source * scale / target + Fraction(1, 2))
