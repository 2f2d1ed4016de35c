"""Pages on which the customer answers: confirm, undo, ask, and sign the balance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from portal.access import Permission
from portal.clock import business_day
from portal.confirmations import (
    Answered,
    SignatureDraft,
    SigningText,
    ask_about_line,
    confirm_lines,
    default_outcome,
    sign_balance,
    signing_text,
    take_back_answers,
)
from portal.errors import N_, Invalid, Refusal
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, read_count, read_money, sent
from portal.http.proof import house_policy, requires_recent_proof_when
from portal.http.unit import Unit, unit
from portal.http.words import _, language, ngettext
from portal.money import Money, currency_digits
from portal.statements import StatementPage, find_statement
from portal.views.first_signature import first_time
from portal.views.statement_page import may_answer
from portal.views.statement_sign import paper, sign_words

bp = Blueprint("confirmations", __name__, url_prefix="/statements/<public_id:public_id>")

#: What of the statement page's address survives an answer.
KEPT = ("tab", "q", "sort", "by", "all")


class QuestionForm(Form):
    """What is not clear about the lines."""

    text = TextAreaField(N_("What would you like to know?"), [needed(), at_most(2000)])


class SignForm(Form):
    """Who signs, and the customer's own figure where they do not agree."""

    signer_name = StringField(N_("Your name"), [needed(), at_most(120)])
    job_title = StringField(N_("Job title"), [needed(), at_most(120)])
    authority = StringField(
        N_("By which authority"), [at_most(160)],
        description=N_("E.g. managing director, procuration, power of attorney; it stands in the evidence."),
    )  # fmt: skip
    stated = StringField(N_("Your balance"), [at_most(40)])
    reason = TextAreaField(N_("What differs"), [at_most(2000)])


# --- answers --------------------------------------------------------------------------------------------------------


@bp.post("/answers")
@requires(Permission.STATEMENTS_ANSWER)
def answer(public_id: str) -> ResponseReturnValue:
    act, rows = _act()
    if act in {"dispute", "ask"} and rows:
        return _leave(_elsewhere(act, public_id=public_id, rows=rows))
    if not rows and act not in {"rest", "undo"}:
        flash(_("Tick at least one line first."), "refused")
        return redirect(_back(public_id), 303)
    done = _carry_out(act, public_id=public_id, rows=rows)
    for skipped in done.skipped:
        flash(_skipped_words(skipped.name, skipped.time), "wait")
    if act == "undo":
        count = len(done.line_nos)
        flash(ngettext("%(num)s answer taken back.", "%(num)s answers taken back.", count), "done")
        return redirect(_back(public_id), 303)
    return redirect(_back(public_id, act=done.act), 303)


def _act() -> tuple[str, list[int]]:
    """Return what was pressed and for which lines: a row's own button, the selection's, or the one for all others."""
    for act in ("confirm", "undo"):
        if pressed := _numbers([request.form.get(act, "")]):
            return act, pressed
    rows = _numbers(request.form.getlist("row"))
    act = request.form.get("act", "")
    if act not in {"confirm", "undo", "rest", "dispute", "ask"}:
        raise Invalid(N_("Choose what to do with the lines."))
    return act, rows


def _numbers(texts: Sequence[str]) -> list[int]:
    """Return the line numbers among what came in; anything else is left out."""
    return [number for number in map(read_count, texts) if number is not None]


def _leave(url: str) -> ResponseReturnValue:
    """Go to another page; a swapped form asks the browser to go there."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _elsewhere(act: str, *, public_id: str, rows: Sequence[int]) -> str:
    if act == "ask":
        return url_for(".ask", public_id=public_id, row=rows)
    if len(rows) > 1:
        flash(_("A dispute is of one line. Here is the first; the others stay unanswered."), "info")
    return url_for("disputes.new", statement=public_id, line=rows[0])


def _carry_out(act: str, *, public_id: str, rows: Sequence[int]) -> Answered:
    g = unit()
    known: dict[str, Any] = {
        "content_hash": request.form.get("content_hash", ""),
        "actor": g.actor,
        "now": g.now,
    }
    if act == "undo":
        of = request.form.get("of")
        chosen: dict[str, Any] = {"act": of} if of else {"line_nos": rows}
        return take_back_answers(g.session, public_id=public_id, **chosen, **known)
    if act == "rest":
        seen = _numbers(request.form.get("seen", "").split(","))
        return confirm_lines(g.session, public_id=public_id, line_nos=None, seen_lines=seen, **known)
    return confirm_lines(g.session, public_id=public_id, line_nos=rows, **known)


def _skipped_words(name: str, time: str) -> str:
    return _("%(name)s answered one of these lines at %(time)s. That answer stays.", name=name, time=time)


def _back(public_id: str, **more: str) -> str:
    kept: dict[str, Any] = {key: request.args[key] for key in KEPT if request.args.get(key)}
    return url_for("statements.show", public_id=public_id, **(kept | more))


# --- questions ------------------------------------------------------------------------------------------------------


@bp.route("/ask", methods=["GET", "POST"])
@requires(Permission.STATEMENTS_ANSWER)
def ask(public_id: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    wanted = set(_numbers(sent().getlist("row")))
    lines = [line for line in page.all_lines if line.no in wanted]
    form = QuestionForm()
    if not lines:
        return redirect(_back(public_id), 303)
    if form.validate_on_submit():
        known: dict[str, Any] = {
            "content_hash": request.form.get("content_hash", ""),
            "actor": g.actor,
            "now": g.now,
        }
        for line in lines:
            ask_about_line(g.session, public_id=public_id, line_no=line.no, text=form.text.data, **known)
        flash(ngettext("Question sent.", "Question sent for %(num)s lines.", len(lines)), "done")
        return redirect(_back(public_id), 303)
    return render_template("portal/statements/ask.html", page=page, lines=lines, form=form), form.status


# --- the signature --------------------------------------------------------------------------------------------------


def _asks_for_proof() -> bool:
    return request.form.get("act") == "sign" and house_policy().step_up_to_sign


@bp.route("/sign", methods=["GET", "POST"])
@requires(Permission.STATEMENTS_SIGN)
@requires_recent_proof_when(_asks_for_proof)
def sign(public_id: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    if page.confirmation_public_id and request.method == "GET":
        return redirect(url_for("receipts.show", public_id=page.confirmation_public_id))
    form = SignForm(data={"signer_name": g.actor.name, "job_title": g.actor.job_title})
    if request.form.get("act") == "sign" and form.validate():
        try:
            receipt = _sign(g, page, form)
        except Invalid as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            flash(_("Signed. Your receipt is below and in your mail."), "done")
            return redirect(url_for("receipts.show", public_id=receipt), 303)
    return _show_sign(g, page, form)


def _sign(g: Unit, page: StatementPage, form: SignForm) -> str:
    outcome = request.form.get("outcome", "")
    draft = SignatureDraft(
        outcome=outcome,
        stated=_stated(page, form, outcome),
        reason=form.reason.data or "",
        signer_name=form.signer_name.data,
        job_title=form.job_title.data,
        signed_text=request.form.get("signed_text", "").replace("\r\n", "\n"),
        language=language(),
        content_hash=request.form.get("content_hash", ""),
        answers_hash=request.form.get("answers_hash", ""),
        authority=form.authority.data or "",
        terms_hash=request.form.get("terms", ""),
    )
    return sign_balance(g.session, public_id=page.public_id, signature=draft, actor=g.actor, now=g.now)


def _stated(page: StatementPage, form: SignForm, outcome: str) -> Money | None:
    if outcome != "disagreed" or not (form.stated.data or "").strip():
        return None
    return read_money(form.stated.data, page.currency, field="stated", signed=True)


def _show_sign(g: Unit, page: StatementPage, form: SignForm) -> ResponseReturnValue:
    outcome = sent().get("outcome") or default_outcome(page)
    text, missing = _text(page, form, outcome)
    for field in (form.stated, form.reason):
        field.flags.required = True
    context = {
        "page": page,
        "form": form,
        "outcome": outcome,
        "text": text,
        "text_missing": missing,
        "is_open": may_answer(page, g.actor),
        "lines_url": url_for("statements.show", public_id=page.public_id, tab="unanswered"),
        "digits": currency_digits(page.currency),
        "paper": paper(text, name=g.actor.name, today=business_day(g.now, page.entity.time_zone))
        if text
        else None,
        "sign_word": _sign_word(text, outcome) if text else "",
        **sign_words(page),
        **first_time(g, page),
    }
    return render_template("portal/statements/sign.html", **context), form.status


def _text(page: StatementPage, form: SignForm, outcome: str) -> tuple[SigningText | None, str]:
    """Return the text to sign, or in words why there is none yet."""
    progress = page.progress
    if not may_answer(page, unit().actor):
        return None, _("This version can no longer be signed.")
    if progress.left:
        return None, ngettext(
            "%(num)s line is unanswered. Confirm it or dispute it first.",
            "%(num)s lines are unanswered. Confirm or dispute each of them first.",
            progress.left,
        )
    if outcome == "agreed" and progress.disputed.minor:
        return None, _("Some lines are disputed. Withdraw the disputes, or agree except for them.")
    try:
        stated = _stated(page, form, outcome)
        if outcome == "disagreed" and (stated is None or not (form.reason.data or "").strip()):
            return None, _("Give your own balance and what differs; then the text to sign is shown here.")
        return signing_text(page, outcome=outcome, language=language(), stated=stated), ""
    except Refusal as refusal:
        form.refuse(refusal)
        return None, _("Correct what is marked, then look at the text.")


def _sign_word(text: SigningText, outcome: str) -> str:
    if outcome == "disagreed":
        return _("Sign that the data are not right")
    return _("Sign %(amount)s", amount=text.money)
