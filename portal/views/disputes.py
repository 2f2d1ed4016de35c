"""Customer pages of disputes: the list, one dispute with its proposal, a new one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from portal.access import Permission
from portal.disputes import (
    DISPUTE_SORTS,
    DisputeDraft,
    DisputeRow,
    DisputeView,
    TargetView,
    accept_proposal,
    conversation_of,
    counter_proposal,
    credit_words,
    facts_from,
    find_dispute,
    find_target,
    likely_reasons,
    list_disputes,
    open_dispute,
    other_reasons,
    parts_from,
    refuse_proposal,
    reopen_dispute,
    reply_to_dispute,
    similar_documents,
    stages_of,
    state_chip,
    title_of,
    turn_words,
    withdraw_dispute,
)
from portal.errors import N_, Invalid, NotFound
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, read_money, uploads
from portal.http.frame import entity
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, ngettext, words
from portal.money import currency_digits
from portal.statements import find_statement

bp = Blueprint("disputes", __name__, url_prefix="/disputes")


class DisputeForm(Form):
    """A new dispute; the facts of the reasons are read by name."""

    reason = StringField(N_("Reason"), [needed(N_("Choose a reason."))])
    amount = StringField(N_("Disputed amount"), [needed(), at_most(60)])
    text = TextAreaField(N_("In your words"), [at_most(4000)])
    second_reason = StringField(N_("Second reason"))
    second_amount = StringField(N_("Of which for the second reason"), [at_most(60)])


class ReplyForm(Form):
    """A message with files."""

    text = TextAreaField(N_("Your message"), [at_most(4000)])


class CounterForm(Form):
    """Another amount."""

    amount = StringField(N_("Amount you expect as a credit"), [needed(), at_most(60)])
    text = TextAreaField(N_("Why"), [needed(), at_most(4000)])


class WhyForm(Form):
    """A reason in words."""

    text = TextAreaField(N_("Why"), [needed(), at_most(4000)])


# --- the list ---


@bp.get("/")
@requires(Permission.DISPUTES_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_disputes(g.session, query=list_query(DISPUTE_SORTS), actor=g.actor, now=g.now)
    if wanted_format():
        return export(listing, _columns(), "disputes")
    return render_template(
        "portal/disputes/index.html",
        listing=listing,
        links=ListLinks(listing),
        title=lambda row: title_of(row, words()),
        chip_of=lambda row: state_chip(row, for_customer=True),
    )


def _columns() -> list[Column[DisputeRow]]:
    return [
        Column("number", _("Number"), lambda row: row.number),
        Column("document", _("Document"), lambda row: row.subject),
        Column("reason", _("Reason"), lambda row: _(row.reason.name)),
        Column("state", _("State"), lambda row: _(state_chip(row, for_customer=True)[1])),
        Column("opened", _("Raised"), lambda row: row.opened_at, "moment"),
        Column("currency", _("Currency"), lambda row: row.disputed.currency),
        Column("disputed", _("Disputed"), lambda row: row.disputed, "money"),
        Column("approved", _("Offered"), lambda row: row.approved, "money"),
    ]


# --- one dispute ---


@bp.get("/<string:public_id>")
@requires(Permission.DISPUTES_READ)
def show(public_id: str) -> ResponseReturnValue:
    return _show(public_id, ReplyForm())


def _show(public_id: str, form: Form) -> ResponseReturnValue:
    g, tr = unit(), words()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    seller = entity().short_name_in(language())
    context = {
        "page": view,
        "form": form,
        "title": title_of(view.row, tr),
        "state": state_chip(view.row, for_customer=True),
        "stages": stages_of(view, tr, for_customer=True),
        "seller": seller,
        "turn": turn_words(view, tr, seller=seller, for_customer=True),
        "talk": conversation_of(
            view.entries, tr, seller=seller, customer=_customer_name(view.row), file_url=_file_url
        ),
        "accept_word": credit_words(view, tr),
        "may_decide": g.actor.may(Permission.DISPUTES_OPEN),
        "may_reply": g.actor.may(Permission.DISPUTES_REPLY),
    }
    return render_template("portal/disputes/show.html", **context), form.status


def _customer_name(row: DisputeRow) -> str:
    names = (row.customer_name_en, row.customer_name)
    return next(filter(None, names if language() == "en" else names[::-1]), row.customer_no)


def _file_url(public_id: str) -> str:
    return url_for("attachments.show", public_id=public_id)


@bp.post("/<string:public_id>/reply")
@requires(Permission.DISPUTES_REPLY)
def reply(public_id: str) -> ResponseReturnValue:
    g, form = unit(), ReplyForm()
    try:
        reply_to_dispute(
            g.session, public_id=public_id, text=form.text.data, files=uploads(), actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(public_id, form)
    flash(_("Sent."), "done")
    return _back(public_id)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", public_id=public_id), 303)


# --- the answer to our proposal ---


@bp.post("/<string:public_id>/accept")
@requires(Permission.DISPUTES_OPEN)
def accept(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    seen = read_money(request.form.get("seen", ""), view.row.disputed.currency, field="seen")
    accept_proposal(g.session, public_id=public_id, seen=seen, actor=g.actor, now=g.now)
    flash(_("Accepted. A second person approves it now; you get a mail when it is on your account."), "done")
    return _back(public_id)


@bp.route("/<string:public_id>/counter", methods=["GET", "POST"])
@requires(Permission.DISPUTES_OPEN)
def counter(public_id: str) -> ResponseReturnValue:
    g, form = unit(), CounterForm()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    if form.validate_on_submit():
        try:
            amount = read_money(form.amount.data, view.row.disputed.currency)
            counter_proposal(
                g.session, public_id=public_id, amount=amount, text=form.text.data, actor=g.actor, now=g.now
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Sent. It is our turn to answer."), "done")
            return _back(public_id)
    return _answer_page(view, form, act="counter")


@bp.route("/<string:public_id>/<any(refuse, withdraw, reopen):act>", methods=["GET", "POST"])
@requires(Permission.DISPUTES_OPEN)
def answer(public_id: str, act: str) -> ResponseReturnValue:
    g, form = unit(), WhyForm()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    if request.method == "POST" and (act == "withdraw" or form.validate()):
        verb = {"refuse": refuse_proposal, "withdraw": withdraw_dispute, "reopen": reopen_dispute}[act]
        try:
            verb(g.session, public_id=public_id, text=form.text.data, actor=g.actor, now=g.now)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_(_DONE[act]), "done")
            return _back(public_id)
    return _answer_page(view, form, act=act)


_DONE = {
    "refuse": N_("Sent. It is our turn to answer."),
    "withdraw": N_("Withdrawn. The line can be confirmed again."),
    "reopen": N_("Taken up again. It is our turn to answer."),
}


def _answer_page(view: DisputeView, form: Form, *, act: str) -> ResponseReturnValue:
    context = {"page": view, "form": form, "act": act, "title": title_of(view.row, words())}
    return render_template("portal/disputes/answer.html", **context), form.status


# --- a new dispute ---


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.DISPUTES_OPEN)
def new() -> ResponseReturnValue:
    g = unit()
    target = find_target(g.session, **_named(), actor=g.actor)
    if target.disputed_by:
        flash(_("This is disputed already. Here is the dispute."), "info")
        return _back(target.disputed_by)
    suggested = words().amount(target.suggested) if target.suggested else ""
    form = DisputeForm(data={"amount": suggested, "reason": request.args.get("reason", "")})
    fact_errors: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            public_id = _open(g, form, target)
        except Invalid as refusal:
            form.refuse(refusal)
            fact_errors = {refusal.field or "": form.form_errors[-1]} if form.form_errors else {}
        else:
            return _sent(g, public_id, target)
    return _new_page(g, form, target, fact_errors)


def _named() -> dict[str, Any]:
    """Return what the address names: a statement's line, a statement, or a document."""
    line = request.args.get("line", "")
    if line and not (line.isascii() and line.isdigit() and len(line) < 9):
        raise NotFound
    return {
        "statement": request.args.get("statement", ""),
        "line_no": int(line) if line else None,
        "document": request.args.get("document", ""),
    }


def _open(g: Unit, form: Form, target: TargetView) -> str:
    amount = read_money(form.amount.data, target.currency)
    second = None
    if form.second_reason.data and form.second_amount.data:
        second = read_money(form.second_amount.data, target.currency, field="second_amount")
    code = form.reason.data
    draft = DisputeDraft(
        reason=code,
        amount=amount,
        **_named(),
        content_hash=request.form.get("content_hash", ""),
        text=form.text.data,
        facts=facts_from(request.form, code),
        parts=parts_from(amount, reason=code, second_reason=form.second_reason.data, second=second),
        files=uploads(),
    )
    return open_dispute(g.session, draft=draft, actor=g.actor, now=g.now)


def _sent(g: Unit, public_id: str, target: TargetView) -> ResponseReturnValue:
    row = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now).row
    sent = ngettext(
        "Dispute %(number)s sent. We answer within %(num)s business day.",
        "Dispute %(number)s sent. We answer within %(num)s business days.",
        row.reason.sla_days,
        number=row.number,
    )
    flash(sent + " " + _("This line no longer causes reminders."), "done")
    if not (request.args.get("statement") and target.line_no is not None and target.statement_public_id):
        return _back(public_id)
    page = find_statement(g.session, public_id=target.statement_public_id, actor=g.actor)
    left = [line.no for line in page.lines if line.needs_answer and not line.has_answer]
    following = next((number for number in left if number > target.line_no), left[0] if left else None)
    anchor = None if following is None else f"at-line-{following}"
    return redirect(url_for("statements.show", public_id=page.public_id, _anchor=anchor), 303)


def _new_page(g: Unit, form: Form, target: TargetView, fact_errors: dict[str, str]) -> ResponseReturnValue:
    document = target.document_public_id
    context = {
        "form": form,
        "target": target,
        "likely": likely_reasons(target.kind),
        "groups": other_reasons(target.kind),
        "similar": similar_documents(g.session, document=document, actor=g.actor) if document else None,
        "given": request.form,
        "fact_errors": fact_errors,
        "digits": currency_digits(target.currency),
        "seller": entity().short_name_in(language()),
    }
    return render_template("portal/disputes/new.html", **context), form.status
