"""Reasons as stored and as read back: message ids with values, so that both languages can say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.matching.engine import Reason
from portal.money import Money


def stored_reasons(reasons: Iterable[Reason]) -> list[Any]:
    """Return reasons as plain JSON: ``[[message id, {name: value}], …]``."""
    return [
        [message, {name: _stored(value) for name, value in params.items()}] for message, params in reasons
    ]


def read_reasons(stored: Iterable[Any]) -> tuple[Reason, ...]:
    """Return stored reasons with money and dates as such."""
    return tuple(
        (str(message), {name: _read(value) for name, value in params.items()}) for message, params in stored
    )


def _stored(value: object) -> object:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if isinstance(value, int) else str(value)


def _read(value: object) -> object:
    if isinstance(value, Mapping):
        if "day" in value:
            return date.fromisoformat(str(value["day"]))
        return Money(int(value["minor"]), str(value["currency"]))
    return value
