"""Look through a whole bank file before anything of it is kept: what it holds, whether it is whole, its first lines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.connectors.bank_facts import Closed, Entry, Opened, Problem, ReadOptions
from portal.connectors.bank_files import read_bank_file
from portal.money import minor_to_text

MAX_PROBLEMS = 1000
_SHOWN = 12

Counted = Callable[[int], object]


@dataclass(slots=True)
class SurveyedStatement:
    """A statement in the file."""

    opened: Opened
    closed: Closed = field(default_factory=Closed)
    digest: str = ""  # of its entries

    @property
    def currency(self) -> str:
        """ISO 4217, or empty where the file names none."""
        return self.opened.currency


@dataclass(slots=True)
class Survey:
    """What a file holds.

    Attributes:
        lines: Entries, refused ones included.
        problems: The first thousand rows that were refused.
        notes: The first thousand rows that were left out.
        first: The first entries, for people to look at.
    """

    format: str
    statements: list[SurveyedStatement] = field(default_factory=list)
    lines: int = 0
    rejected: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    first: list[Entry] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """Entries that can be kept."""
        return self.lines - self.rejected


def survey_file(
    content: bytes, file_format: str, options: ReadOptions, *, on_progress: Counted | None = None
) -> Survey:
    """Read a file to its end and count.

    Args:
        content: The file.
        file_format: As ``detect_format`` tells it.
        options: What the file may leave out.
        on_progress: Told the entries read, every thousand.

    Raises:
        UnreadableFile: It cannot be read, is cut off, or its control sums do not fit: nothing of it may be kept.
    """
    survey = Survey(file_format)
    digest = hashlib.blake2b(digest_size=16)
    for event in read_bank_file(content, file_format, options):
        if isinstance(event, Entry):
            survey.lines += 1
            digest.update(
                repr((event.booked_on, event.amount_minor, event.narrative, event.bank_ref)).encode()
            )
            if len(survey.first) < _SHOWN:
                survey.first.append(event)
            if on_progress and survey.lines % 1000 == 0:
                on_progress(survey.lines)
        elif isinstance(event, Opened):
            digest = hashlib.blake2b(digest_size=16)
            survey.statements.append(SurveyedStatement(event))
        elif isinstance(event, Closed):
            if survey.statements:
                survey.statements[-1].closed, survey.statements[-1].digest = event, digest.hexdigest()
        else:
            _note(survey, event)
    return survey


def _note(survey: Survey, problem: Problem) -> None:
    if problem.is_refused:
        survey.rejected += 1
        survey.lines += 1
    else:
        survey.skipped += 1
    kept = survey.problems if problem.is_refused else survey.notes
    if len(kept) < MAX_PROBLEMS:
        kept.append(problem)


def statement_json(opened: Opened, closed: Closed, currency: str) -> dict[str, Any]:
    """Return a statement as the console and the preview show it; amounts as decimal text."""
    return {
        "account": opened.account or None,
        "currency": currency or None,
        "number": opened.number or None,
        "opening": _text(closed.opening_minor, currency),
        "closing": _text(closed.closing_minor, currency),
        "balanced": closed.is_balanced,
        "from": _iso(closed.from_on),
        "until": _iso(closed.until_on),
        "lines": closed.line_count,
    }


def _text(minor: int | None, currency: str) -> str | None:
    return None if minor is None else minor_to_text(minor, currency or "EUR")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def preview_json(survey: Survey) -> dict[str, Any]:
    """Return what the page before taking in shows: statements and the first lines as read."""
    return {
        "statements": [
            statement_json(one.opened, one.closed, one.currency) for one in survey.statements[:200]
        ],
        "first": [_entry_json(entry) for entry in survey.first],
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "row": entry.row_no, "booked_on": entry.booked_on.isoformat(), "value_on": entry.value_on.isoformat(),
        "amount_minor": entry.amount_minor, "currency": entry.currency, "payer_name": entry.payer_name,
        "payer_account": entry.payer_account, "narrative": entry.narrative[:300], "reference": entry.reference,
        "parts": len(entry.parts),
    }  # fmt: skip
