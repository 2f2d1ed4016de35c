"""Writes the rows of a statement: one pattern from the template for each kind of row, filled in for every line.

A thousand rows through the template itself cost five times as much. The markup stays in
``templates/portal/statements/row.html``; here its places are filled with escaped text. The pattern is cut at its places
once: ``str.format`` would read all its markup again for each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from portal.views.statement_lines import ShownLine

Kind = tuple[str, bool, bool, bool, bool]

_NAMES = tuple("no url number day text order due amount minor balance word dispute".split())
#: Name → the place in the pattern that each row fills in.
PLACES = {name: f"{{{name}}}" for name in _NAMES}
_needs_escape = re.compile(r"[&<>\"']").search
_cut_at_places = re.compile(r"\{(" + "|".join(_NAMES) + r")\}").split


class _Pattern:
    """Markup of one kind of row, cut at its places."""

    def __init__(self, markup: str) -> None:
        """Keep the markup between places, and which text comes at each."""
        self._pieces = _cut_at_places(markup)
        self._places = [_NAMES.index(name) for name in self._pieces[1::2]]

    def fill(self, texts: tuple[str, ...]) -> str:
        """Return the row with these texts, which stand in the order of ``_NAMES``."""
        self._pieces[1::2] = [texts[place] for place in self._places]
        return "".join(self._pieces)


def _texts(row: ShownLine) -> tuple[str, ...]:
    """Return what a row fills in, in the order of ``_NAMES``, each escaped where it must be."""
    texts = (
        str(row.no), row.url, row.number, row.day, row.text, row.order, row.due, row.amount, str(row.minor),
        row.balance, row.word, row.dispute_url,
    )  # fmt: skip
    return tuple(str(escape(text)) for text in texts) if _needs_escape("".join(texts)) else texts


class RowWriter:
    """Rows in the language and with the buttons of one page."""

    def __init__(self, render: Callable[..., str]) -> None:
        """Remember how to render the pattern of a kind; it is given ``at=PLACES`` and the parts of a ``Kind``."""
        self._render = render
        self._patterns: dict[Kind, _Pattern] = {}

    def write(self, rows: Iterable[ShownLine]) -> Markup:
        """Return the rows as markup; every text in them is escaped here."""
        return Markup("".join([self._row(row) for row in rows]))  # noqa: S704 - escaped in _texts # nosec B704

    def _row(self, row: ShownLine) -> str:
        kind = (row.kind, bool(row.url), bool(row.order), row.is_minus, bool(row.dispute_url))
        pattern = self._patterns.get(kind)
        if pattern is None:
            pattern = self._patterns[kind] = self._pattern(kind)
        return pattern.fill(_texts(row))

    def _pattern(self, kind: Kind) -> _Pattern:
        word, has_url, has_order, is_minus, has_dispute = kind
        markup = self._render(
            at=PLACES, kind=word, url=has_url, order=has_order, minus=is_minus, dispute=has_dispute
        )
        return _Pattern(markup)
