"""What both sides' pages of a comparison show: sum strip, bridge, chips, columns; all as ready values."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from portal.attachments import FileContent
from portal.compare import (
    CAUSES,
    ROOTS,
    STATUS_LABELS,
    ComparisonView,
    FindingView,
    bridge_bars,
    bridge_figure,
    bridge_floor,
    export_bridge,
    export_pairs,
    find_comparison,
    say_words,
)
from portal.errors import N_, NotFound
from portal.http.files import as_download
from portal.http.lists import XLSX, Column
from portal.http.unit import unit
from portal.http.words import _, language, ngettext, words
from portal.insights import short_figure
from portal.money import currency_digits

#: Status or cause → kind and icon of the chip in the middle column.
_CAUSE_LOOKS = {
    "timing": ("act", "clock"),
    "duplicate": ("disputed", "copy"),
    "entry_error": ("disputed", "edit"),
    "omitted_ours": ("unanswered", "file-text"),
    "omitted_theirs": ("unanswered", "file-text"),
    "bank_fee": ("confirmed", "coin"),
    "discount": ("credit", "percentage"),
    "rounding": ("confirmed", "equal"),
    "exchange": ("act", "refresh"),
    "part_payment": ("disputed", "arrows-split-2"),
    "wrong_party_or_allocation": ("disputed", "arrows-exchange"),
    "policy_or_tax": ("credit", "percentage"),
}
#: What became of a finding → kind and word; where there is nothing to say there is no chip.
STATE_CHIPS = {
    "confirmed": ("confirmed", N_("Confirmed")),
    "disputed": ("disputed", N_("Disputed")),
    "asked": ("act", N_("Copy asked for")),
    "waits": ("note", N_("Clears by itself")),
}
MOST_STEPS = 9


def sum_parts(view: ComparisonView) -> list[dict[str, Any]]:
    """Return the strip: our balance, the differences, your balance, what is unexplained, what is agreed."""
    count, agreed = view.difference_count, view.counts.get("agreed", 0)
    label = ngettext("%(num)s difference with its cause", "%(num)s differences, each with its cause", count)
    is_less = view.difference.minor < 0
    is_clear = not view.unexplained.minor
    return [
        {"label": _("Our balance"), "money": view.ours},
        {"label": label, "money": abs(view.difference), "op": "−" if is_less else "+"},
        {"label": _("Your balance"), "money": view.theirs, "op": "=", "total": True},
        {
            "label": _("Unexplained"),
            "money": view.unexplained,
            "apart": True,
            "chip": ("confirmed", _("All explained")) if is_clear else ("overdue", _("Please tell us")),
        },
        {
            "label": _("Agreed on both sides"),
            "text": ngettext("%(num)s line", "%(num)s lines", agreed),
            "apart": True,
        },
    ]


def bridge_rows(view: ComparisonView) -> list[dict[str, Any]]:
    """Return the steps of the bridge by cause, for the list beside the chart."""
    return [
        {
            "cause": step.cause,
            "word": _(CAUSES[step.cause]),
            "look": _CAUSE_LOOKS[step.cause],
            "root": _(ROOTS[step.root]),
            "note": ngettext("%(num)s difference", "%(num)s differences", step.count),
            "money": step.step,
        }
        for step in view.steps
    ]


def axis_note(view: ComparisonView) -> str:
    """Return where the axis of the waterfall begins, in words; nothing when it is zero."""
    floor = bridge_floor(bridge_bars(view, words()))
    if floor is None or not floor.minor:
        return ""
    figure = short_figure(floor.minor // 10 ** currency_digits(floor.currency), language=language())
    return _("axis begins at %(figure)s so that the steps can be seen", figure=figure)


def shown_finding(one: FindingView) -> dict[str, Any]:
    """Return the words and looks of a finding for the middle and the last column."""
    if one.status == "agreed":
        look, word = ("confirmed", "circle-check"), _(STATUS_LABELS[one.status])
    else:
        look, word = _CAUSE_LOOKS[one.cause], _(CAUSES[one.cause])
    chip = STATE_CHIPS.get(one.state)
    return {
        "one": one,
        "look": look,
        "word": word,
        "why": say_words(one.reasons, words()),
        "status": _(STATUS_LABELS[one.status]),
        "state": (chip[0], _(chip[1])) if chip else None,
    }


def finding_columns() -> list[Column[FindingView]]:
    """Return the columns of the downloaded list."""
    return [
        Column("our_date", _("Our date"), lambda row: row.our_on, "date"),
        Column("our_number", _("Our document"), lambda row: row.our_number),
        Column("ours", _("Our amount"), lambda row: row.ours, "money"),
        Column("their_row", _("Your row"), lambda row: row.their_label),
        Column("their_date", _("Your date"), lambda row: row.their_on, "date"),
        Column("their_number", _("Your document"), lambda row: row.their_number or row.their_text),
        Column("theirs", _("Your amount"), lambda row: row.theirs, "money"),
        Column("status", _("Result"), lambda row: _(STATUS_LABELS[row.status])),
        Column("difference", _("Difference"), lambda row: row.difference, "money"),
        Column("cause", _("Cause"), lambda row: _(CAUSES[row.cause]) if row.cause else ""),
        Column("why", _("Why"), lambda row: say_words(row.reasons, words())),
    ]


def bridge_answer(public_id: str) -> Response:
    """Return the waterfall of a finished comparison as JSON.

    Raises:
        NotFound: Unknown, out of scope, or not finished.
    """
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    if view.state != "done":
        raise NotFound
    bars = bridge_bars(view, words())
    return jsonify(bridge_figure(bars, floor=bridge_floor(bars)))


def comparison_file(public_id: str, form: str) -> Response:
    """Return the pairs as ``csv`` or the bridge as ``xlsx``."""
    g = unit()
    known: dict[str, Any] = {"public_id": public_id, "words": words(), "actor": g.actor}
    if form == "csv":
        content = export_pairs(g.session, **known).encode()
        return as_download(FileContent(f"{_('comparison')}.csv", "text/csv", content))
    return as_download(FileContent(f"{_('bridge')}.xlsx", XLSX, export_bridge(g.session, **known)))
