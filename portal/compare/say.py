"""The reasons of a finding in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from portal.compare.engine import Words
from portal.i18n import Translator


def say_words(reasons: Iterable[Words], words: Translator) -> str:
    """Return reasons as one sentence, most important first."""
    mark = "；" if words.language == "zh" else "; "
    return mark.join(say_one(reason, words) for reason in reasons)


def say_one(reason: Words, words: Translator) -> str:
    """Return one reason; days are written as the language does."""
    message, params = reason
    return words.gettext(message, **params)
