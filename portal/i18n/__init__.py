"""Languages: catalogues, negotiation, dates and months for pages, mails and documents alike.

``gettext`` here needs no request, so that the worker and the command line speak both languages too. Pages reach the
same catalogues through Flask-Babel.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations, Translations

from portal.errors import N_
from portal.money import Money, format_amount, format_headline

__all__ = ["LANGUAGES", "LOCALE_FOLDER", "N_", "Translator", "negotiate", "translator"]

LANGUAGES = ("zh", "en")
LOCALE_FOLDER = Path(__file__).parent / "locale"


def negotiate(accept_language: str) -> str:
    """Return ``zh`` when a browser prefers any Chinese over English, else ``en``.

    ``zh*`` is mapped by hand: matching ``zh-CN`` against ``zh_Hans_CN`` answers English.
    """
    best, best_quality = "en", 0.0
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag[:2].lower()
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, locale: Locale) -> str:
    """Return a date as a pattern writes it; pages repeat the same days and months many times."""
    return format_date(value, pattern, locale)


class Translator:
    """One language: words, dates, months and money as its readers expect them (ux.md: Figures)."""

    def __init__(self, language: str) -> None:
        """Load the compiled catalogue of ``zh`` or ``en``; English falls back to the message itself."""
        self.language = language if language in LANGUAGES else "en"
        self.locale = Locale.parse("zh_Hans_CN" if self.language == "zh" else "en")
        self._catalogue: NullTranslations = Translations.load(LOCALE_FOLDER, [self.language])

    def gettext(self, message: str, **params: object) -> str:
        """Return a message in this language, its placeholders filled with readable values."""
        text = self._catalogue.gettext(message)
        return text % {name: self.show(value) for name, value in params.items()} if params else text

    def pick(self, one: str, many: str, count: int) -> str:
        """Return the form of a message for ``count`` with its placeholders still in it."""
        return self._catalogue.ngettext(one, many, count)

    def ngettext(self, one: str, many: str, count: int, **params: object) -> str:
        """Return the form of a message for ``count``; the placeholder ``%(num)s`` holds the count."""
        text = self._catalogue.ngettext(one, many, count)
        return text % ({"num": count} | {name: self.show(value) for name, value in params.items()})

    def show(self, value: object) -> object:
        """Return money, dates and months as text of this language; other values as they are."""
        if isinstance(value, Money):
            return format_headline(value, self.language)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        return value

    def amount(self, money: Money) -> str:
        """Return the bare figure."""
        return format_amount(money)

    def headline(self, money: Money) -> str:
        """Return the figure with its currency."""
        return format_headline(money, self.language)

    def day(self, value: date) -> str:
        """Return ``6 Nov 2026`` or ``2026-11-06``."""
        return value.isoformat() if self.language == "zh" else _written(value, "d MMM y", self.locale)

    def day_short(self, value: date) -> str:
        """Return ``6 Nov`` or ``11-06``, for tables whose year is on the page."""
        return f"{value:%m-%d}" if self.language == "zh" else _written(value, "d MMM", self.locale)

    def day_in_words(self, value: date) -> str:
        """Return ``6 November`` or ``11 月 6 日``, for sentences."""
        if self.language == "zh":
            return f"{value.month} 月 {value.day} 日"
        return _written(value, "d MMMM", self.locale)

    def month(self, value: date) -> str:
        """Return ``October 2026`` or ``2026 年 10 月``."""
        if self.language == "zh":
            return f"{value.year} 年 {value.month} 月"
        return _written(value, "MMMM y", self.locale)

    def month_short(self, value: date) -> str:
        """Return ``Oct 26`` or ``2026-10``, for chart axes."""
        return f"{value:%Y-%m}" if self.language == "zh" else _written(value, "MMM yy", self.locale)

    def moment(self, value: datetime, time_zone: str = "UTC") -> str:
        """Return ``6 Nov 2026, 10:42`` or ``2026-11-06 10:42`` in the given zone, 24 hours."""
        local = value.astimezone(ZoneInfo(time_zone))
        gap = " " if self.language == "zh" else ", "
        return f"{self.day(local.date())}{gap}{local:%H:%M}"


@lru_cache(maxsize=4)
def translator(language: str) -> Translator:
    """Return the (shared) translator of a language."""
    return Translator(language)
