"""Acts on the result of a comparison: confirm what agrees, dispute the rest in bulk, ask for copies."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.compare import (
    ComparisonView,
    FindingView,
    Outcome,
    WantedDispute,
    ask_for_copies,
    confirm_agreed,
    dispute_findings,
    find_comparison,
    proposals_of,
)
from portal.disputes import REASONS
from portal.errors import Invalid
from portal.http.access import requires
from portal.http.comparisons import shown_finding
from portal.http.forms import read_count, read_money
from portal.http.unit import Unit, unit
from portal.http.words import _, ngettext, say, words
from portal.money import currency_digits, format_amount

bp = Blueprint("compare_acts", __name__, url_prefix="/compare")

MOST = 200


def _numbers(values: list[str]) -> list[int]:
    found = (read_count(value) for value in values[:MOST])
    return [number for number in found if number is not None]


@bp.post("/<public_id:public_id>/confirm")
@requires(Permission.STATEMENTS_ANSWER)
def confirm(public_id: str) -> ResponseReturnValue:
    g = unit()
    lines = [read_count(text) for text in request.form.get("lines", "").split(",")]
    done = confirm_agreed(
        g.session, public_id=public_id, line_nos=[number for number in lines if number is not None],
        content_hash=request.form.get("content_hash", ""), actor=g.actor, now=g.now,
    )  # fmt: skip
    said = ngettext(
        "%(num)s line confirmed, %(total)s.", "%(num)s lines confirmed, %(total)s.", len(done.line_nos),
        total=format_amount(done.total),
    )  # fmt: skip
    flash(said + " " + _("You can undo it on the statement until you sign."), "done")
    return redirect(url_for("compare.show", public_id=public_id), 303)


@bp.get("/<public_id:public_id>/dispute")
@requires(Permission.DISPUTES_OPEN)
def dispute_form(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    return _form_page(g, view, _numbers(request.args.getlist("row")))


@bp.post("/<public_id:public_id>/dispute/choose")
@requires(Permission.DISPUTES_OPEN)
def choose(public_id: str) -> ResponseReturnValue:
    rows = _numbers(request.form.getlist("row"))
    act = request.form.get("act", "dispute")
    if act == "ask":
        return _ask(unit(), public_id, rows)
    return redirect(url_for("compare_acts.dispute_form", public_id=public_id, row=rows), 303)


def _form_page(
    g: Unit, view: ComparisonView, numbers: list[int], outcomes: list[Outcome] | None = None
) -> str:
    rows = proposals_of(
        g.session, public_id=view.public_id, words=words(), actor=g.actor, numbers=tuple(numbers)
    )[:MOST]
    return render_template(
        "portal/compare/dispute.html", view=view, rows=[_filled(one) for one in rows],
        digits=currency_digits(view.currency), lines=[_outcome(one) for one in outcomes or ()],
        done=sum(1 for one in outcomes or () if one.refusal is None),
    )  # fmt: skip


def _filled(one: FindingView) -> dict[str, Any]:
    """Return one row of the form: what we propose, or what was typed."""
    form, proposal = request.form, one.proposal
    assert proposal is not None
    reason = REASONS[proposal.reason]
    is_posted = request.method == "POST"
    return {
        **shown_finding(one),
        "picked": not is_posted or str(one.no) in form.getlist("row"),
        "reason": reason,
        "amount": form.get(f"amount-{one.no}", format_amount(proposal.amount)),
        "text": form.get(f"text-{one.no}", proposal.text),
        "facts": [
            (fact, form.get(f"fact-{one.no}-{fact.key}", proposal.facts.get(fact.key, "")))
            for fact in reason.facts
        ],
        "needs_file": reason.file_is_required,
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    if one.refusal is not None:
        return {"ok": False, "text": f"{one.number}: {say(one.refusal)}"}
    return {
        "ok": True,
        "text": _("%(number)s: dispute %(dispute)s sent", number=one.number, dispute=one.dispute_no),
    }


@bp.post("/<public_id:public_id>/dispute")
@requires(Permission.DISPUTES_OPEN)
def dispute(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    numbers = _numbers(request.form.getlist("row"))
    if not numbers:
        flash(_("Tick at least one difference."), "wait")
        return _form_page(g, view, []), 422
    wanted, refused = _wanted(g, view, numbers)
    outcomes = dispute_findings(
        g.session, public_id=public_id, wanted=wanted, words=words(), actor=g.actor, now=g.now
    )
    left = [one for one in (*refused, *outcomes) if one.refusal is not None]
    if left:
        return _form_page(g, view, numbers, [*outcomes, *refused]), 200 if len(left) < len(numbers) else 422
    done = ngettext("%(num)s dispute sent.", "%(num)s disputes sent.", len(outcomes))
    flash(done + " " + _("These lines no longer cause reminders."), "done")
    return redirect(url_for("compare.show", public_id=public_id), 303)


def _wanted(g: Unit, view: ComparisonView, numbers: list[int]) -> tuple[list[WantedDispute], list[Outcome]]:
    """Read the ticked rows of the form; a row whose amount cannot be read is refused, the others go on."""
    rows = proposals_of(
        g.session, public_id=view.public_id, words=words(), actor=g.actor, numbers=tuple(numbers)
    )
    wanted: list[WantedDispute] = []
    refused: list[Outcome] = []
    for one in rows:
        if one.proposal is None:
            continue
        form, reason = request.form, REASONS[one.proposal.reason]
        try:
            amount = read_money(form.get(f"amount-{one.no}", ""), view.currency)
        except Invalid as refusal:
            refused.append(Outcome(one.our_number or one.their_number, refusal=refusal))
            continue
        facts = {fact.key: form.get(f"fact-{one.no}-{fact.key}", "") for fact in reason.facts}
        wanted.append(WantedDispute(one.no, reason.code, amount, facts, form.get(f"text-{one.no}", "")))
    return wanted, refused


@bp.post("/<public_id:public_id>/ask")
@requires(Permission.STATEMENTS_ANSWER)
def ask(public_id: str) -> ResponseReturnValue:
    return _ask(unit(), public_id, _numbers(request.form.getlist("row")))


def _ask(g: Unit, public_id: str, rows: list[int]) -> ResponseReturnValue:
    outcomes = ask_for_copies(
        g.session, public_id=public_id, numbers=rows, words=words(), actor=g.actor, now=g.now
    )
    done = [one for one in outcomes if one.refusal is None]
    if done:
        flash(
            ngettext(
                "A copy of %(num)s document is asked for.",
                "Copies of %(num)s documents are asked for.",
                len(done),
            ),
            "done",
        )
    for one in outcomes:
        if one.refusal is not None:
            flash(f"{one.number}: {say(one.refusal)}", "wait")
    if not outcomes:
        flash(_("Tick a document of ours that is not in your ledger."), "wait")
    return redirect(url_for("compare.show", public_id=public_id), 303)
