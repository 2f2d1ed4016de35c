"""What the sign page says: the sum again, what is not agreed, and the text on its paper."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

from portal.confirmations import SigningText
from portal.disputes import REASONS
from portal.http.words import _, ngettext, words
from portal.statements import LineView, StatementPage
from portal.views.statement_page import closing_label, dispute_word


def paper(text: SigningText, *, name: str, today: date) -> dict[str, Any]:
    """Return what the drawn receipt shows: the text with its figure, who signs and when."""
    tr = words()
    return {
        "title": text.title,
        "to": text.to,
        "text": text.text,
        "money": text.money,
        "words": text.words,
        "open": text.open,
        "company": text.company,
        "signer": f"{name} · {tr.day(today)}",
        "seal": ("盖章处", "（纸质）") if tr.language == "zh" else None,
    }


def sign_words(page: StatementPage) -> dict[str, Any]:
    """Return the sums and sentences around the act of signing."""
    progress = page.progress
    counts = (progress.confirmed_count, progress.disputed_count, progress.unanswered_count)
    notes = [ngettext("%(num)s line", "%(num)s lines", count) for count in counts]
    states = ("confirmed", "disputed", "unanswered")
    if progress.opening_state in states:
        at = states.index(progress.opening_state)
        notes[at] = ngettext("%(num)s line + opening", "%(num)s lines + opening", counts[at])
    sums = (progress.confirmed, progress.disputed, progress.unanswered)
    chips = (("confirmed", _("Confirmed")), ("disputed", _("Disputed")), ("unanswered", _("Unanswered")))
    strip: list[dict[str, Any]] = [
        {"chip": chip, "note": note, "money": money, "op": op}
        for chip, note, money, op in zip(chips, notes, sums, ("", "+", "+"), strict=True)
    ]
    open_lines = [_open_line(line) for line in page.all_lines if line.answer == "disputed"]
    closing = {"label": closing_label(page.figures.closing, words()), "money": page.figures.closing}
    strip.append(closing | {"op": "=", "total": True})
    return {
        "strip": strip,
        "answered_words": _answered_words(page),
        "left_notice": ngettext(
            "%(num)s line is unanswered.", "%(num)s lines are unanswered.", progress.left
        ),
        "agreed_note": _("Nothing is disputed.")
        if not open_lines
        else ngettext("Withdraw the dispute first.", "Withdraw the %(num)s disputes first.", len(open_lines)),
        "except_note": _(
            "Confirms %(agreed)s; the disputed %(disputed)s go on as disputes and hold up nothing else.",
            agreed=progress.confirmed,
            disputed=progress.disputed,
        ),
        "open_lines": open_lines,
    }


def _answered_words(page: StatementPage) -> str:
    progress = page.progress
    if progress.left:
        return _("%(answered)s of %(total)s answered", answered=progress.answered, total=progress.total)
    return ngettext("The only line is answered", "All %(num)s lines answered", progress.total)


def _open_line(line: LineView) -> dict[str, Any]:
    reason = REASONS.get(line.dispute_reason)
    return {
        "number": line.dispute_number,
        "url": url_for("disputes.show", public_id=line.dispute_public_id) if line.dispute_public_id else "",
        "document": line.document_no or _("Opening balance"),
        "reason": _(reason.name) if reason else "",
        "kind": "disputed",
        "state": _(dispute_word(line.dispute_state)),
        "amount": line.amount,
        "disputed": line.disputed,
    }
