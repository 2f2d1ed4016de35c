"""Staff pages of adjustments: draft, edit, submit, void; another person approves them under Approvals."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField

from portal.access import Permission
from portal.adjustments import (
    ADJUSTMENT_SORTS,
    KINDS,
    AdjustmentDraft,
    AdjustmentView,
    draft_adjustment,
    edit_adjustment,
    find_adjustment,
    list_adjustments,
    submit_adjustment,
    void_adjustment,
)
from portal.approvals import newest_approval
from portal.clock import business_day
from portal.customers import find_customer
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_count, read_money
from portal.http.frame import zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, words
from portal.receivables import find_document
from portal.statements import KIND_LABELS

bp = Blueprint("admin_adjustments", __name__, url_prefix="/admin/adjustments")

STATE_CHIPS: dict[str, tuple[str, str]] = {
    "draft": ("unanswered", N_("Draft")),
    "pending": ("act", N_("Waiting for approval")),
    "posted": ("confirmed", N_("Posted")),
    "rejected": ("disputed", N_("Sent back")),
    "voided": ("unanswered", N_("Voided")),
}


class AdjustmentForm(Form):
    """What is to be posted."""

    kind = SelectField(N_("Kind"), [needed()], choices=options([(kind, KIND_LABELS[kind]) for kind in KINDS]))
    currency = StringField(N_("Currency"), [needed(), at_most(3)])
    amount = StringField(N_("Amount"), [needed(), at_most(60)])
    tax = StringField(N_("VAT within it"), [at_most(60)])
    posting_on = DateField(N_("Posting date"), [needed()])
    reason = TextAreaField(N_("Reason"), [needed(), at_most(2000)])
    row_version = HiddenField(default="1")


@bp.get("/")
@requires(Permission.BOOKS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_adjustments(g.session, query=list_query(ADJUSTMENT_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "adjustments")
    return render_template(
        "admin/adjustments/index.html",
        listing=listing,
        links=ListLinks(listing),
        kinds=KIND_LABELS,
        chips=STATE_CHIPS,
        name_of=_customer_name,
    )


def _columns() -> list[Column[AdjustmentView]]:
    return [
        Column("number", _("Number"), lambda row: row.number),
        Column("customer_no", _("Customer no."), lambda row: row.customer_no),
        Column("customer", _("Customer"), _customer_name),
        Column("kind", _("Kind"), lambda row: _(KIND_LABELS[row.kind])),
        Column("document", _("Corrects"), lambda row: row.document_no),
        Column("posted", _("Posted as"), lambda row: row.posted_no),
        Column("posting_on", _("Posting date"), lambda row: row.posting_on, "date"),
        Column("state", _("State"), lambda row: _(STATE_CHIPS[row.state][1])),
        Column("made_by", _("Prepared by"), lambda row: row.made_by),
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("currency", _("Currency"), lambda row: row.amount.currency),
        Column("amount", _("Amount"), lambda row: row.amount, "money"),
    ]


def _customer_name(row: AdjustmentView) -> str:
    names = (row.customer_name_en, row.customer_name)
    return next(filter(None, names if language() == "en" else names[::-1]), row.customer_no)


@bp.get("/<string:public_id>")
@requires(Permission.BOOKS_READ)
def show(public_id: str) -> ResponseReturnValue:
    return _show(public_id)


def _show(public_id: str, refused: str = "") -> ResponseReturnValue:
    g = unit()
    page = find_adjustment(g.session, public_id=public_id, actor=g.actor)
    approval = newest_approval(g.session, subject_kind="adjustment", subject_id=public_id, actor=g.actor)
    context = {
        "page": page,
        "approval": approval,
        "name": _customer_name(page),
        "kind": _(KIND_LABELS[page.kind]),
        "state": STATE_CHIPS[page.state],
        "refused": refused,
    }
    return render_template("admin/adjustments/show.html", **context), 422 if refused else 200


# --- draft and edit ---


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.POSTINGS_REQUEST)
def new() -> ResponseReturnValue:
    g = unit()
    about = _about(g)
    form = AdjustmentForm(data={"posting_on": business_day(g.now, zone()), **about["filled"]})
    if form.validate_on_submit():
        try:
            draft = _draft(form, customer=about["customer"], document=about["document"])
            public_id = draft_adjustment(g.session, draft=draft, actor=g.actor, now=g.now)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Draft saved. Submit it to another person."), "done")
            return redirect(url_for(".show", public_id=public_id), 303)
    return render_template("admin/adjustments/edit.html", form=form, page=None, about=about), form.status


def _about(g: Unit) -> dict[str, Any]:
    """Return what the address names, a document or a customer, and what can be filled in from it."""
    number = request.args.get("document", "")
    if number:
        found = find_document(g.session, public_id=number, actor=g.actor)
        filled = {
            "currency": found.open.currency,
            "amount": words().amount(abs(found.open)) if found.open else "",
            "kind": "refund" if found.balance.minor < 0 else "credit_note",
        }
        return {"customer": "", "document": number, "word": found.document_no, "filled": filled}
    customer = find_customer(g.session, public_id=request.args.get("customer", ""), actor=g.actor)
    filled = {"currency": customer.currency, "kind": "adjustment"}
    return {"customer": customer.public_id, "document": "", "word": customer.number, "filled": filled}


def _draft(form: Form, *, customer: str, document: str) -> AdjustmentDraft:
    currency = form.currency.data.strip().upper()
    tax = read_money(form.tax.data, currency, field="tax").minor if form.tax.data.strip() else None
    posting_on: date = form.posting_on.data
    return AdjustmentDraft(
        kind=form.kind.data,
        amount=read_money(form.amount.data, currency, signed=True),
        posting_on=posting_on,
        reason=form.reason.data,
        customer=customer,
        document=document,
        tax_minor=tax,
    )


@bp.route("/<string:public_id>/edit", methods=["GET", "POST"])
@requires(Permission.POSTINGS_REQUEST)
def edit(public_id: str) -> ResponseReturnValue:
    g = unit()
    page = find_adjustment(g.session, public_id=public_id, actor=g.actor)
    form = AdjustmentForm(data=_filled(page))
    if form.validate_on_submit():
        try:
            _save(g, form, page)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. It is a draft again; an earlier request for approval is void."), "done")
            return redirect(url_for(".show", public_id=public_id), 303)
    about = {"word": page.document_no or page.customer_no}
    return render_template("admin/adjustments/edit.html", form=form, page=page, about=about), form.status


def _save(g: Unit, form: Form, page: AdjustmentView) -> None:
    version = form.row_version.data
    draft = _draft(form, customer=page.customer_public_id, document=page.document_public_id)
    edit_adjustment(
        g.session,
        public_id=page.public_id,
        row_version=read_count(version) or 0,
        draft=draft,
        actor=g.actor,
        now=g.now,
    )


def _filled(page: AdjustmentView) -> dict[str, Any]:
    return {
        "kind": page.kind,
        "currency": page.amount.currency,
        "amount": words().amount(page.amount),
        "tax": words().amount(page.tax) if page.tax else "",
        "posting_on": page.posting_on,
        "reason": page.reason,
        "row_version": str(page.row_version),
    }


@bp.post("/<string:public_id>/submit")
@requires(Permission.POSTINGS_REQUEST)
def submit(public_id: str) -> ResponseReturnValue:
    g = unit()
    try:
        submit_adjustment(
            g.session, public_id=public_id, note=request.form.get("note", ""), actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        return _show(public_id, _(refusal.message, **refusal.params) + " " + _("Nothing was submitted."))
    flash(_("Submitted. Another person must approve it."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<string:public_id>/void")
@requires(Permission.POSTINGS_REQUEST)
def void(public_id: str) -> ResponseReturnValue:
    g = unit()
    void_adjustment(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Voided. Nothing was posted."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)
