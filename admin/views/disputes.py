"""Staff pages of disputes: the list, one dispute with all its facts, and what staff do with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.access import Permission, list_staff
from portal.approvals import newest_approval
from portal.disputes import (
    DEPARTMENTS,
    DISPUTE_SORTS,
    RESOLUTIONS,
    ROOT_CAUSES,
    STATE_LABELS,
    DisputeDraft,
    DisputeRow,
    DisputeView,
    Proposal,
    TargetView,
    ask_customer,
    assign_dispute,
    conversation_of,
    escalate_dispute,
    facts_from,
    find_dispute,
    find_target,
    hold_dispute,
    likely_reasons,
    list_disputes,
    note_dispute,
    open_dispute,
    other_reasons,
    parts_from,
    propose_finding,
    propose_resolution,
    reopen_dispute,
    reply_to_dispute,
    resolve_dispute,
    resume_dispute,
    similar_documents,
    stages_of,
    state_chip,
    submit_settlement,
    title_of,
    turn_words,
)
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_money, uploads
from portal.http.frame import entity
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, words
from portal.money import currency_digits

bp = Blueprint("admin_disputes", __name__, url_prefix="/admin/disputes")


#: Steps without an amount, in the order they are offered.
MOVES: dict[str, str] = {
    "ask": N_("Ask the customer; our clock stands still"),
    "hold": N_("Wait for a colleague"),
    "resume": N_("Go on working on it"),
    "escalate": N_("Hand it to the supervisor"),
    "resolve": N_("It is carried out: resolve it"),
    "reopen": N_("Take it up again"),
}


class TalkForm(Form):
    """Words to the customer, or a note for the house."""

    text = TextAreaField(N_("Message"), [at_most(4000)])


VERDICTS = {"valid": N_("valid"), "partly_valid": N_("partly valid"), "invalid": N_("invalid")}


class FindingForm(Form):
    """What a department found out."""

    verdict = RadioField(N_("The dispute is"), choices=options(list(VERDICTS.items())), default="valid")
    root_cause = SelectField(
        N_("Root cause (never shown to the customer)"),
        default="",
        choices=options([("", N_("Not known yet")), *ROOT_CAUSES.items()]),
    )
    text = TextAreaField(N_("What it rests on"), [at_most(3900)])


class ProposeForm(Form):
    """What we offer."""

    resolution = SelectField(
        N_("How it is resolved"),
        [needed()],
        choices=options([(r.code, r.word) for r in RESOLUTIONS.values()]),
    )
    approved = StringField(N_("Approved amount"), [needed(), at_most(60)])
    explanation = TextAreaField(N_("Explanation for the customer"), [needed(), at_most(4000)])
    root_cause = SelectField(
        N_("Root cause (never shown to the customer)"),
        default="",
        choices=options([("", N_("Not known yet")), *ROOT_CAUSES.items()]),
    )


class MoveForm(Form):
    """A step without an amount."""

    act = RadioField(N_("What next?"), [needed(N_("Choose a step."))])
    why = TextAreaField(N_("Words"), [at_most(4000)])


class AssignForm(Form):
    """Who works on it."""

    owner = SelectField(N_("Person"))
    department = SelectField(N_("Department"), [needed()], choices=list(DEPARTMENTS.items()))


class SettleForm(Form):
    """The posting to be approved."""

    posting_on = DateField(N_("Posting date"), [Optional()])
    note = TextAreaField(N_("Words for the approver"), [at_most(2000)])


class OnBehalfForm(Form):
    """What a customer told us by phone or mail."""

    reason = StringField(N_("Reason"), [needed(N_("Choose a reason."))])
    amount = StringField(N_("Disputed amount"), [needed(), at_most(60)])
    text = TextAreaField(N_("In the customer’s words"), [at_most(4000)])
    second_reason = StringField(N_("Second reason"))
    second_amount = StringField(N_("Of which for the second reason"), [at_most(60)])


# --- the list ---


@bp.get("/")
@requires(Permission.DISPUTES_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_disputes(g.session, query=list_query(DISPUTE_SORTS), actor=g.actor, now=g.now)
    if wanted_format():
        return export(listing, _columns(), "disputes")
    return render_template(
        "admin/disputes/index.html",
        listing=listing,
        links=ListLinks(listing),
        chip_of=lambda row: state_chip(row, for_customer=False),
        name_of=_customer_name,
        departments=DEPARTMENTS,
    )


def _columns() -> list[Column[DisputeRow]]:
    return [
        Column("number", _("Number"), lambda row: row.number),
        Column("customer_no", _("Customer no."), lambda row: row.customer_no),
        Column("customer", _("Customer"), _customer_name),
        Column("document", _("Document"), lambda row: row.subject),
        Column("reason", _("Reason"), lambda row: _(row.reason.name)),
        Column("state", _("State"), lambda row: _(STATE_LABELS[row.state])),
        Column("due", _("Due"), lambda row: row.due_on, "date"),
        Column("opened", _("Raised"), lambda row: row.opened_on, "date"),
        Column("owner", _("Owner"), lambda row: row.owner or _(DEPARTMENTS[row.department])),
        Column("currency", _("Currency"), lambda row: row.disputed.currency),
        Column("disputed", _("Disputed"), lambda row: row.disputed, "money"),
        Column("approved", _("Offered"), lambda row: row.approved, "money"),
    ]


def _customer_name(row: DisputeRow) -> str:
    names = (row.customer_name_en, row.customer_name)
    return next(filter(None, names if language() == "en" else names[::-1]), row.customer_no)


# --- one dispute ---


@bp.get("/<string:public_id>")
@requires(Permission.DISPUTES_READ)
def show(public_id: str) -> ResponseReturnValue:
    return _show(public_id)


def _show(public_id: str, **refused: Form) -> ResponseReturnValue:
    """Return the page of a dispute; ``refused`` names the form that a verb refused."""
    g, tr = unit(), words()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    seller, customer = entity().short_name_in(language()), _customer_name(view.row)
    as_customer = request.args.get("as") == "customer"
    entries = view.customer_entries if as_customer else view.entries
    pending = next((one for one in view.adjustments if one.state == "pending"), None)
    context = {
        "page": view,
        "title": title_of(view.row, tr),
        "state": state_chip(view.row, for_customer=False),
        "stages": stages_of(view, tr, for_customer=False),
        "customer_name": customer,
        "turn": turn_words(view, tr, seller=seller, for_customer=False),
        "talk": conversation_of(entries, tr, seller=seller, customer=customer, file_url=_file_url),
        "seen": _seen_tabs(view, as_customer=as_customer),
        "approval": newest_approval(
            g.session, subject_kind="adjustment", subject_id=pending.public_id, actor=g.actor
        )
        if pending
        else None,
        "root_causes": ROOT_CAUSES,
        "departments": DEPARTMENTS,
        **_forms(g, view, refused),
    }
    return render_template("admin/disputes/show.html", **context), 422 if refused else 200


def _file_url(public_id: str) -> str:
    return url_for("attachments.show", public_id=public_id)


def _seen_tabs(view: DisputeView, *, as_customer: bool) -> list[dict[str, Any]]:
    """Return the tabs of the conversation; what the customer sees is exactly that."""
    address = url_for(".show", public_id=view.row.public_id)
    whole, shown = len(view.entries), len(view.customer_entries)
    return [
        {"word": _("All"), "count": whole, "url": address, "active": not as_customer},
        {
            "word": _("Customer sees"),
            "count": shown,
            "url": f"{address}?as=customer#talk",
            "active": as_customer,
        },
    ]


def _forms(g: Unit, view: DisputeView, refused: dict[str, Form]) -> dict[str, Form]:
    """Return the forms of the page: what was refused as typed, the others filled with what is known."""
    offer = view.offer
    asked = offer.approved if offer is not None and view.row.state == "countered" else view.row.disputed
    made: dict[str, Form] = {
        "finding_form": FindingForm(formdata=None),
        "talk_form": TalkForm(formdata=None),
        "propose_form": ProposeForm(
            formdata=None, data={"resolution": view.row.reason.outcome, "approved": words().amount(asked)}
        ),
        "move_form": _move_form(view, formdata=None),
        "assign_form": _assign_form(g, view, formdata=None),
        "settle_form": SettleForm(formdata=None),
    }
    return made | refused


def _move_form(view: DisputeView, **given: Any) -> MoveForm:
    form = MoveForm(**given)
    is_by_hand = view.row.state == "accepted" and not (view.outcome and view.outcome.posts)
    form.act.choices = options(
        (act, _(word))
        for act, word in MOVES.items()
        if act in view.verbs and (act != "resolve" or is_by_hand)
    )
    return form


def _assign_form(g: Unit, view: DisputeView, **given: Any) -> AssignForm:
    known = {"owner": view.owner_public_id, "department": view.row.department}
    form = AssignForm(**({"data": known} | given))
    form.owner.choices = options([("", _("Nobody in person")), *list_staff(g.session)])
    return form


def _back(public_id: str, done: str) -> ResponseReturnValue:
    flash(done, "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<string:public_id>/finding")
@requires(Permission.DISPUTES_NOTE)
def find(public_id: str) -> ResponseReturnValue:
    g, form = unit(), FindingForm()
    try:
        propose_finding(
            g.session, public_id=public_id, text=_finding_words(form), root_cause=form.root_cause.data, files=uploads(),
            actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(public_id, finding_form=form)
    return _back(public_id, _("Noted. Finance decides; the customer never sees it."))


def _finding_words(form: Form) -> str:
    """Return the finding as a note: the verdict first; nothing where nothing was written."""
    words: str = form.text.data.strip()
    verdict = _(VERDICTS[form.verdict.data]) if form.verdict.data in VERDICTS else ""
    return _("Finding: %(verdict)s.", verdict=verdict) + "\n" + words if words and verdict else words


@bp.post("/<string:public_id>/<any(reply, note):act>")
@requires(Permission.DISPUTES_REPLY, Permission.DISPUTES_NOTE)
def say(public_id: str, act: str) -> ResponseReturnValue:
    g, form = unit(), TalkForm()
    verb = reply_to_dispute if act == "reply" else note_dispute
    try:
        verb(g.session, public_id=public_id, text=form.text.data, files=uploads(), actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(public_id, talk_form=form)
    return _back(public_id, _("Sent.") if act == "reply" else _("Noted. The customer never sees it."))


@bp.post("/<string:public_id>/propose")
@requires(Permission.DISPUTES_WORK)
def propose(public_id: str) -> ResponseReturnValue:
    g, form = unit(), ProposeForm()
    row = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now).row
    if not form.validate():
        return _show(public_id, propose_form=form)
    try:
        proposal = Proposal(
            approved=read_money(form.approved.data, row.disputed.currency, field="approved"),
            resolution=form.resolution.data,
            text=form.explanation.data,
            root_cause=form.root_cause.data,
        )
        propose_resolution(g.session, public_id=public_id, proposal=proposal, actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(public_id, propose_form=form)
    return _back(public_id, _("Proposal sent. It is the customer’s turn."))


@bp.post("/<string:public_id>/move")
@requires(Permission.DISPUTES_WORK)
def move(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    form = _move_form(view)
    if not form.validate():
        return _show(public_id, move_form=form)
    try:
        _carry_out(g, form.act.data, public_id=public_id, why=form.why.data)
    except Invalid as refusal:
        form.why.errors = [*form.why.errors, _(refusal.message, **refusal.params)]
        return _show(public_id, move_form=form)
    return _back(public_id, _("Saved."))


def _carry_out(g: Unit, act: str, *, public_id: str, why: str) -> None:
    known: dict[str, Any] = {"public_id": public_id, "actor": g.actor, "now": g.now}
    if act == "ask":
        ask_customer(g.session, text=why, **known)
    elif act == "reopen":
        reopen_dispute(g.session, text=why, **known)
    elif act in {"hold", "escalate"}:
        (hold_dispute if act == "hold" else escalate_dispute)(g.session, reason=why, **known)
    else:
        (resume_dispute if act == "resume" else resolve_dispute)(g.session, **known)


@bp.post("/<string:public_id>/assign")
@requires(Permission.DISPUTES_WORK)
def assign(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_dispute(g.session, public_id=public_id, actor=g.actor, now=g.now)
    form = _assign_form(g, view)
    if not form.validate():
        return _show(public_id, assign_form=form)
    assign_dispute(
        g.session,
        public_id=public_id,
        owner=form.owner.data,
        department=form.department.data,
        actor=g.actor,
        now=g.now,
    )
    return _back(public_id, _("Handed over."))


@bp.post("/<string:public_id>/settle")
@requires(Permission.POSTINGS_REQUEST)
def settle(public_id: str) -> ResponseReturnValue:
    g, form = unit(), SettleForm()
    if not form.validate():
        return _show(public_id, settle_form=form)
    posting_on: date | None = form.posting_on.data
    try:
        submit_settlement(
            g.session,
            public_id=public_id,
            posting_on=posting_on,
            note=form.note.data,
            actor=g.actor,
            now=g.now,
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(public_id, settle_form=form)
    return _back(public_id, _("Submitted. Another person must approve it."))


# --- on behalf of a customer ---


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.DISPUTES_WORK)
def new() -> ResponseReturnValue:
    g = unit()
    target = find_target(g.session, document=request.args.get("document", ""), actor=g.actor)
    if target.disputed_by:
        flash(_("This is disputed already. Here is the dispute."), "info")
        return redirect(url_for(".show", public_id=target.disputed_by), 303)
    suggested = words().amount(target.suggested) if target.suggested else ""
    form = OnBehalfForm(data={"amount": suggested})
    errors: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            return _back(_open(g, form, target), _("Recorded. The customer gets a mail."))
        except Invalid as refusal:
            form.refuse(refusal)
            errors = {refusal.field or "": form.form_errors[-1]} if form.form_errors else {}
    return _new_page(g, form, target, errors)


def _open(g: Unit, form: Form, target: TargetView) -> str:
    amount = read_money(form.amount.data, target.currency)
    second = None
    if form.second_reason.data and form.second_amount.data:
        second = read_money(form.second_amount.data, target.currency, field="second_amount")
    draft = DisputeDraft(
        reason=form.reason.data,
        amount=amount,
        document=target.document_public_id,
        text=form.text.data,
        facts=facts_from(request.form, form.reason.data),
        parts=parts_from(
            amount, reason=form.reason.data, second_reason=form.second_reason.data, second=second
        ),
        files=uploads(),
    )
    return open_dispute(g.session, draft=draft, on_behalf=True, actor=g.actor, now=g.now)


def _new_page(g: Unit, form: Form, target: TargetView, fact_errors: dict[str, str]) -> ResponseReturnValue:
    context = {
        "form": form,
        "target": target,
        "likely": likely_reasons(target.kind),
        "groups": other_reasons(target.kind),
        "similar": similar_documents(g.session, document=target.document_public_id, actor=g.actor),
        "given": request.form,
        "fact_errors": fact_errors,
        "digits": currency_digits(target.currency),
    }
    return render_template("admin/disputes/new.html", **context), form.status
