"""Writes the rows of a statement: one pattern from the template for each kind of row, filled in for every line.

A thousand rows through the template itself cost five times as much. The markup stays in
``templates/portal/statements/row.html``; here its places are filled with escaped text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from portal.views.statement_lines import ShownLine

Kind = tuple[str, bool, bool, bool, bool]

#: Name → the place in the pattern that each row fills in.
PLACES = {
    name: f"{{{name}}}"
    for name in "no url number day text order due amount minor balance word dispute".split()
}
_needs_escape = re.compile(r"[&<>\"']").search


def _safe(text: str) -> str:
    return str(escape(text)) if _needs_escape(text) else text


class RowWriter:
    """Rows in the language and with the buttons of one page."""

    def __init__(self, render: Callable[..., str]) -> None:
        """Remember how to render the pattern of a kind; it is given ``at=PLACES`` and the parts of a ``Kind``."""
        self._render = render
        self._patterns: dict[Kind, str] = {}

    def write(self, rows: Iterable[ShownLine]) -> Markup:
        """Return the rows as markup; every text in them is escaped here."""
        return Markup("".join([self._row(row) for row in rows]))  # noqa: S704 - escaped in _row

    def _row(self, row: ShownLine) -> str:
        kind = (row.kind, bool(row.url), bool(row.order), row.is_minus, bool(row.dispute_url))
        pattern = self._patterns.get(kind)
        if pattern is None:
            pattern = self._patterns[kind] = self._pattern(kind)
        return pattern.format(
            no=row.no,
            url=_safe(row.url),
            number=_safe(row.number),
            day=row.day,
            text=_safe(row.text),
            order=_safe(row.order),
            due=row.due,
            amount=row.amount,
            minor=row.minor,
            balance=row.balance,
            word=_safe(row.word),
            dispute=_safe(row.dispute_url),
        )

    def _pattern(self, kind: Kind) -> str:
        word, has_url, has_order, is_minus, has_dispute = kind
        return self._render(
            at=PLACES, kind=word, url=has_url, order=has_order, minus=is_minus, dispute=has_dispute
        )
