"""Two ledger files compared without a database: read, matched, bridged, written as pairs and bridge."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from portal.compare.engine import Comparison, Ledger, LedgerRow, compare_ledgers
from portal.compare.layout import (
    Guess,
    ReadLedger,
    guess_layout,
    orientation_of,
    own_orientation,
    read_ledger,
    turned,
)
from portal.compare.say import say_words
from portal.compare.workbook import BridgeSheets, bridge_workbook
from portal.connectors import UnreadableFile
from portal.connectors.limits import read_whole
from portal.connectors.tables import read_tables
from portal.errors import N_, Invalid, Refusal
from portal.i18n import Translator, translator
from portal.money import Money, currency_digits

PAIR_COLUMNS = (
    "ours_row",
    "theirs_row",
    "status",
    "difference_minor",
    "cause",
    "reasons",
    "confidence",
    "group",
)
BRIDGE_COLUMNS = ("step", "cause", "ours_row", "theirs_row", "amount_minor")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sides:
    """Both files as read, and their comparison.

    Attributes:
        ours: Our file.
        theirs: Their file, by its own signs.
        our_rows: Our rows, invoices with a plus.
        their_rows: Their rows, brought to our signs.
        is_mirrored: Whether their signs were turned.
    """

    ours: ReadLedger
    theirs: ReadLedger
    our_rows: tuple[LedgerRow, ...]
    their_rows: tuple[LedgerRow, ...]
    is_mirrored: bool
    their_stated_minor: int | None
    found: Comparison
    currency: str


def compare_files(
    ours: Path,
    theirs: Path,
    *,
    out: Path,
    as_of: date | None = None,
    currency: str = "",
    say: Say | None = None,
) -> dict[str, Any]:
    """Compare two ledger files and write ``pairs.csv``, ``bridge.csv`` and ``bridge.xlsx``.

    Args:
        ours: Our ledger: CSV, XLS or XLSX.
        theirs: Theirs, in whatever layout.
        out: Folder, made when missing.
        as_of: Cut-off day: later rows are outside both balances.
        currency: Of the comparison; needed where a file holds several.
        say: Told what is being done.

    Returns:
        Counts by status and cause, balances, and what was left out.

    Raises:
        Invalid: A file cannot be read as a ledger; the message names it.
    """
    tell = say or _nothing
    if currency:
        currency_digits(currency)
    mine, _ = _read(ours, currency, "", tell)
    yours, _ = _read(theirs, currency, mine.currency, tell)
    if mine.currency != yours.currency:
        raise Invalid(
            N_("One file is in %(ours)s, the other in %(theirs)s. Choose the currency to compare."),
            ours=mine.currency, theirs=yours.currency,
        )  # fmt: skip
    sides = compare_sides(mine, yours, as_of=as_of)
    tell("writing pairs and bridge")
    out.mkdir(parents=True, exist_ok=True)
    words = translator("en")
    pairs = _write_pairs(sides, out / "pairs.csv", words)
    _write_bridge(sides, out / "bridge.csv")
    title = f"{ours.name} / {theirs.name}, {sides.currency}" + (f", {as_of}" if as_of else "")
    (out / "bridge.xlsx").write_bytes(bridge_workbook(sheets_of(sides, title), words))
    return _summary(sides, pairs)


def _nothing(message: str) -> None:
    """Nobody listens."""


def _read(path: Path, currency: str, default: str, tell: Say) -> tuple[ReadLedger, Guess]:
    tell(f"reading {path.name}")
    try:
        tables = read_tables(read_whole(path))
        guess = guess_layout(tables)
        ledger = read_ledger(tables, guess.layout, currency=currency, default_currency=default or "CNY")
    except UnreadableFile as refusal:
        raise named_refusal(path.name, refusal) from refusal
    except Invalid as refusal:
        raise named_refusal(path.name, refusal) from refusal
    if not ledger.rows:
        raise named_refusal(
            path.name, UnreadableFile(N_("No row of this file holds an amount in this currency."))
        )
    return ledger, guess


def named_refusal(name: str, refusal: Refusal) -> Invalid:
    """Return a refusal whose message begins with the name of the file."""
    return Invalid(N_("%(file)s: %(problem)s"), file=name, problem=str(refusal))


def compare_sides(
    mine: ReadLedger,
    yours: ReadLedger,
    *,
    as_of: date | None,
    sign: str = "auto",
    our_sign: int = 0,
    given_opening: LedgerRow | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Sides:
    """Bring two read files to one sign and compare them.

    Args:
        mine: Our file.
        yours: Theirs.
        as_of: Cut-off day.
        sign: Key of ``SIGNS`` for theirs.
        our_sign: 1 or -1 where it is known; 0 = by the words on the rows, a plus for a debit.
        given_opening: Their balance brought forward in our signs, where a person typed it.
        on_progress: Told the number of the finished stage and of all stages.
    """
    our_rows, our_stated = turned(mine, our_sign or (-1 if own_orientation(mine.rows) < 0 else 1))
    known = {"same": 1, "mirrored": -1}
    turn = known.get(sign) or orientation_of(our_rows, yours.rows)
    their_rows, their_stated = turned(yours, turn)
    if given_opening is not None:
        their_rows.append(given_opening)
    found = compare_ledgers(
        Ledger(our_rows, our_stated), Ledger(their_rows, their_stated), currency=mine.currency, as_of=as_of,
        on_progress=on_progress,
    )  # fmt: skip
    return Sides(
        mine, yours, tuple(our_rows), tuple(their_rows), turn < 0, their_stated, found, mine.currency
    )  # fmt: skip


def sheets_of(sides: Sides, title: str) -> BridgeSheets:
    """Return what the workbook of a comparison shows."""
    return BridgeSheets(
        sides.found, {row.no: row for row in sides.our_rows}, {row.no: row for row in sides.their_rows},
        sides.theirs.labels, sides.ours.labels, sides.currency, title,
    )  # fmt: skip


def _write_pairs(sides: Sides, path: Path, words: Translator) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PAIR_COLUMNS)
        for one in sides.found.findings:
            writer.writerow((
                sides.ours.label(one.ours), sides.theirs.label(one.theirs), one.status, one.difference_minor, one.cause,
                say_words(one.reasons, words), f"{one.confidence:.4f}", one.group,
            ))  # fmt: skip
    return len(sides.found.findings)


def _write_bridge(sides: Sides, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(BRIDGE_COLUMNS)
        for step in sides.found.bridge:
            row = (sides.ours.label(step.ours), sides.theirs.label(step.theirs))
            writer.writerow((step.name, step.cause, *row, step.minor))


def _summary(sides: Sides, pairs: int) -> dict[str, Any]:
    found = sides.found
    statuses = Counter(one.status for one in found.findings)
    causes = Counter(one.cause for one in found.findings if one.cause)
    return {
        "currency": sides.currency,
        "as_of": found.cut_off.isoformat() if found.cut_off else None,
        "rows": {"ours": len(sides.our_rows), "theirs": len(sides.their_rows)},
        "left_out": {"ours": _left(sides.ours), "theirs": _left(sides.theirs)},
        "pairs": pairs,
        "groups": sum(found.statuses.values()),
        "by_status": dict(sorted(statuses.items())),
        "by_cause": dict(sorted(causes.items())),
        "balances": {
            "ours": _decimal(found.ours_minor, sides.currency), "theirs": _decimal(found.theirs_minor, sides.currency),
        },
        "difference": _decimal(found.ours_minor - found.theirs_minor, sides.currency),
        "unexplained": _decimal(found.unexplained_minor, sides.currency),
        "mirrored": sides.is_mirrored,
        "date_tolerance_days": found.date_tolerance,
        "stated_theirs": None
        if sides.their_stated_minor is None
        else _decimal(sides.their_stated_minor, sides.currency),
    }  # fmt: skip


def _left(ledger: ReadLedger) -> list[Mapping[str, object]]:
    return [{"row": ledger.label(one.no), "why": one.why} for one in ledger.left_out[:100]]


def _decimal(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal_text
