"""Jinja filters: figures, dates and counts as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from jinja2 import Environment

from portal.http.devices import device_name
from portal.http.words import words
from portal.money import Money, capital_amount

#: Zone in which moments are shown: the seller's; set once a request from the legal entity.
DEFAULT_ZONE = "Asia/Shanghai"


def count(number: int) -> str:
    """Return a count with separators: ``61,240``."""
    return f"{number:,}"


def initials(name: str) -> str:
    """Return what stands in a person's round: the first Chinese letter, else up to two initials."""
    parts = name.split()
    if not parts:
        return ""
    if ord(parts[0][0]) > 0x2E80:
        return parts[0][0]
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


def t(message: str, **params: object) -> str:
    """Translate a message id that comes from the domain (a label, a reason)."""
    return words().gettext(message, **params)


def install_filters(environment: Environment, zone: Callable[[], str]) -> None:
    """Give templates the filters; ``zone`` answers the seller's time zone."""

    def moment(value: datetime | None) -> str:
        return words().moment(value, zone()) if value else "—"

    def dated(write: str) -> Callable[[date | None], str]:
        def written(value: date | None) -> str:
            if value is None:
                return "—"
            on = value.date() if isinstance(value, datetime) else value
            text: str = getattr(words(), write)(on)
            return text

        return written

    def amount(value: Money | None) -> str:
        return words().amount(value) if value is not None else "—"

    def headline(value: Money | None) -> str:
        return words().headline(value) if value is not None else "—"

    names = ("day", "day_short", "day_in_words", "month", "month_short")
    environment.filters.update({name: dated(name) for name in names})
    environment.filters.update(
        moment=moment,
        amount=amount,
        headline=headline,
        count=count,
        t=t,
        initials=initials,
        capital=capital_amount,
        device=device_name,
    )
