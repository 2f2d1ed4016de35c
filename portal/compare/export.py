"""A finished comparison as files: the bridge as XLSX with formulas, the pairs as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.compare.engine import CAUSES, STATUS_LABELS, Comparison, Finding, LedgerRow, Step
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.compare.say import say_words
from portal.compare.scope import comparison_row
from portal.compare.workbook import BridgeSheets, bridge_workbook
from portal.errors import NotFound
from portal.i18n import N_, Translator
from portal.money import Money

_BOM = "\ufeff"
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    N_("Our date"), N_("Our document"), N_("Our amount"), N_("Your row"), N_("Your date"), N_("Your document"),
    N_("Your amount"), N_("Result"), N_("Difference"), N_("Cause"), N_("Why"),
)  # fmt: skip


def export_bridge(session: Session, *, public_id: str, words: Translator, actor: Actor) -> bytes:
    """Return the bridge of a finished comparison as a workbook.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown, out of scope, or not finished.
    """
    row, kept = _kept(session, public_id, actor)
    findings = tuple(_finding(one) for one in kept)
    ours = {one.our_row: _our(one) for one in kept if one.our_row is not None}
    theirs = {one.their_row: _their(one) for one in kept if one.their_row is not None}
    labels = {one.their_row: one.their_label for one in kept if one.their_row is not None}
    our_labels = {one.our_row: one.our_number or "–" for one in kept if one.our_row is not None}
    title = f"{row.file_name}, {words.day(row.as_of_on)}"
    found = _comparison(row, findings)
    return bridge_workbook(BridgeSheets(found, ours, theirs, labels, our_labels, row.currency, title), words)


def export_pairs(session: Session, *, public_id: str, words: Translator, actor: Actor) -> str:
    """Return every finding of a finished comparison as CSV; texts that a spreadsheet would run are quoted.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown, out of scope, or not finished.
    """
    row, kept = _kept(session, public_id, actor)
    buffer = io.StringIO()
    buffer.write(_BOM)
    writer = csv.writer(buffer)
    writer.writerow([words.gettext(name) for name in _COLUMNS])
    for one in kept:
        finding = _finding(one)
        writer.writerow((
            one.our_on or "", _safe(one.our_number), _amount(one.our_minor, row.currency), _safe(one.their_label),
            one.their_on or "", _safe(one.their_number), _amount(one.their_minor, row.currency),
            words.gettext(STATUS_LABELS[one.status]), _amount(one.difference_minor, row.currency),
            words.gettext(CAUSES[one.cause]) if one.cause else "", _safe(say_words(finding.reasons, words)),
        ))  # fmt: skip
    return buffer.getvalue()


def _kept(session: Session, public_id: str, actor: Actor) -> tuple[LedgerComparison, list[ComparisonRow]]:
    row = comparison_row(session, public_id=public_id, actor=actor)
    if row.state != "done":
        raise NotFound
    query = select(ComparisonRow).where(ComparisonRow.comparison_id == row.id).order_by(ComparisonRow.no)
    return row, list(session.scalars(query))


def _finding(one: ComparisonRow) -> Finding:
    reasons = tuple(
        (message, {key: _shown(value) for key, value in params.items()}) for message, params in one.reasons
    )
    return Finding(
        one.our_row, one.their_row, one.status, one.difference_minor, one.cause, reasons,
        one.confidence_permille / 1000, one.group_no,
    )  # fmt: skip


def _shown(value: object) -> object:
    return date.fromisoformat(value[4:]) if isinstance(value, str) and value.startswith("day:") else value


def _comparison(row: LedgerComparison, findings: tuple[Finding, ...]) -> Comparison:
    steps = [
        Step("difference", one.cause, one.ours, one.theirs, -one.difference_minor)
        for one in findings
        if one.difference_minor
    ]
    bridge = (
        Step("opening_ours", "", None, None, row.ours_minor), *steps,
        Step("closing_theirs", "", None, None, row.theirs_minor),
    )  # fmt: skip
    statuses = Counter(one.status for one in findings)
    return Comparison(findings, bridge, row.ours_minor, row.theirs_minor, row.as_of_on, statuses)


def _our(one: ComparisonRow) -> LedgerRow:
    return LedgerRow(
        one.our_row or 0, one.our_on, one.our_minor or 0, one.our_number, one.our_text, kind=one.our_kind
    )


def _their(one: ComparisonRow) -> LedgerRow:
    return LedgerRow(one.their_row or 0, one.their_on, one.their_minor or 0, one.their_number, one.their_text)


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else Money(minor, currency).decimal_text


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) else text
