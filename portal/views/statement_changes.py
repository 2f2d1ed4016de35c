"""What differs between two versions of a statement, and links between its versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.i18n import Translator
from portal.money import Money
from portal.statements import LineView, StatementPage, VersionLink


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the rail."""

    at: datetime
    word: str
    url: str
    state: str
    active: bool


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One line that is new, gone or different; ``before`` or ``after`` is None where there is no such line."""

    number: str
    url: str
    what: str
    before: Money | None
    after: Money | None
    answer: str


def version_rows(
    page: StatementPage, *, translator: Translator, address: Callable[[str], str]
) -> list[VersionRow]:
    """Return every version, newest first."""
    return [
        VersionRow(
            at=link.issued_at or page.prepared_at,
            word=translator.gettext("Version %(version)s", version=link.version),
            url=address(link.public_id),
            state=link.state,
            active=link.public_id == page.public_id,
        )
        for link in reversed(page.versions)
    ]


def version_before(page: StatementPage) -> VersionLink | None:
    """Return the version that this one replaced."""
    earlier = [link for link in page.versions if link.version < page.version]
    return earlier[-1] if earlier else None


def changed_lines(
    old: StatementPage, new: StatementPage, *, translator: Translator, address: Callable[[str], str]
) -> list[ChangedLine]:
    """Return the lines that differ between two versions of a statement, in the order of the newer one."""
    before, after = _by_document(old.all_lines), _by_document(new.all_lines)
    rows = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        what = _difference(was, now, translator=translator)
        line = now or was
        if what and line is not None:
            rows.append(
                ChangedLine(
                    number=line.document_no or translator.gettext("Opening balance"),
                    url=address(line.document_public_id) if line.document_public_id else "",
                    what=what,
                    before=was.amount if was else None,
                    after=now.amount if now else None,
                    answer=now.answer if now else "none",
                )
            )
    return rows


def _by_document(lines: Iterable[LineView]) -> dict[tuple[str, str], LineView]:
    return {(line.kind, line.document_public_id or line.document_no): line for line in lines}


def _difference(was: LineView | None, now: LineView | None, *, translator: Translator) -> str:
    if was is None:
        return translator.gettext("New line")
    if now is None:
        return translator.gettext("No longer on the statement")
    told = []
    if was.amount_minor != now.amount_minor:
        told.append(translator.gettext("Other amount"))
    if was.document_on != now.document_on:
        told.append(translator.gettext("Other date"))
    if was.due_on != now.due_on:
        told.append(translator.gettext("Other due date"))
    if (was.text, was.order_no, was.document_no) != (now.text, now.order_no, now.document_no):
        told.append(translator.gettext("Other words"))
    if was.open_minor != now.open_minor and not told:
        told.append(translator.gettext("Paid or applied since"))
    return " · ".join(told)
