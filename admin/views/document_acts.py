"""What is done with a posted document: apply a credit, undo an allocation, reverse with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, TextAreaField

from admin.views.documents import bp
from portal.access import Permission
from portal.clock import business_day
from portal.errors import N_, Conflict, Invalid, NotFound, SecondPersonRequired
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, read_money
from portal.http.frame import zone
from portal.http.unit import Unit, unit
from portal.http.words import _, ngettext, words
from portal.money import Money
from portal.receivables import (
    AllocationDraft,
    DocumentView,
    OpenItemRow,
    apply_credits,
    find_document,
    open_items_as_of,
    reverse_allocation,
    reverse_document,
)

#: At most so many open items are offered at once, the oldest first.
OFFERED = 200


class UndoForm(Form):
    """From when, and why."""

    day = DateField(N_("Date"), [needed()])
    reason = TextAreaField(N_("Reason"), [needed(N_("Say why.")), at_most(500)])


class ApplyForm(Form):
    """When the credit is applied; the amounts stand beside the open items."""

    day = DateField(N_("Date"), [needed()])


def _document(g: Unit, public_id: str) -> DocumentView:
    return find_document(g.session, public_id=public_id, actor=g.actor)


def _today(g: Unit) -> date:
    return business_day(g.now, zone())


# --- reverse ---


@bp.route("/<public_id:public_id>/reverse", methods=["GET", "POST"])
@requires(Permission.DOCUMENTS_POST)
def reverse(public_id: str) -> ResponseReturnValue:
    g = unit()
    document = _document(g, public_id)
    if document.balance.minor > 0:
        raise SecondPersonRequired(N_("This lowers what the customer owes and needs a second person."))
    form = UndoForm(data={"day": _today(g)})
    if form.validate_on_submit():
        try:
            given = {"posting_on": form.day.data, "reason": form.reason.data.strip()}
            reverse_document(g.session, public_id=public_id, **given, actor=g.actor, now=g.now)
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            flash(_("%(number)s is reversed.", number=document.document_no), "done")
            return redirect(url_for(".show", public_id=public_id), 303)
    return _undo_page(
        form, document, title=_("Reverse %(number)s", number=document.document_no), verb=_("Reverse it")
    )


def _undo_page(form: Form, document: DocumentView, **words_of: str) -> ResponseReturnValue:
    return render_template("admin/documents/undo.html", form=form, document=document, **words_of), form.status


# --- undo an allocation ---


@bp.route("/<public_id:public_id>/allocations/<public_id:allocation>/undo", methods=["GET", "POST"])
@requires(Permission.DOCUMENTS_POST)
def undo(public_id: str, allocation: str) -> ResponseReturnValue:
    g = unit()
    document = _document(g, public_id)
    row = next((one for one in document.allocations if one.public_id == allocation), None)
    if row is None:
        raise NotFound
    form = UndoForm(data={"day": _today(g)})
    if form.validate_on_submit():
        given = {"allocated_on": form.day.data, "reason": form.reason.data.strip()}
        try:
            reverse_allocation(g.session, public_id=allocation, **given, actor=g.actor, now=g.now)
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            flash(_("Taken back: %(amount)s is open again on both sides.", amount=row.amount), "done")
            return redirect(url_for(".show", public_id=public_id), 303)
    title = _("Take %(amount)s back from %(number)s", amount=row.amount, number=row.other_no)
    return _undo_page(form, document, title=title, verb=_("Take it back"))


# --- apply a credit ---


@bp.route("/<public_id:public_id>/apply", methods=["GET", "POST"])
@requires(Permission.DOCUMENTS_POST)
def apply(public_id: str) -> ResponseReturnValue:
    g = unit()
    document = _document(g, public_id)
    if document.balance.minor > 0:
        raise NotFound
    form = ApplyForm(data={"day": _today(g)})
    offered = _open_debits(g, document)
    if form.validate_on_submit():
        try:
            drafts = _drafts(document, offered, form.day.data)
            made = apply_credits(g.session, drafts, actor=g.actor, now=g.now)
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            text = ngettext("Applied to %(num)s document.", "Applied to %(num)s documents.", len(made))
            flash(text, "done")
            return redirect(url_for(".show", public_id=public_id), 303)
    return _apply_page(form, document, offered)


def _open_debits(g: Unit, document: DocumentView) -> list[OpenItemRow]:
    """Return what the credit can be applied to, oldest due first."""
    items = open_items_as_of(
        g.session, customer_id=document.customer_id, currency=document.currency, as_of=_today(g),
        entity_id=document.entity_id,
    )  # fmt: skip
    return [item for item in items if item.open.minor > 0][:OFFERED]


def prefilled(credit: Money, items: Sequence[OpenItemRow]) -> dict[str, Money]:
    """Return document → amount when a credit pays the given items in order; items it does not reach are left out."""
    left, found = abs(credit), {}
    for item in items:
        part = min(left, item.open, key=lambda money: money.minor)
        if part.minor <= 0:
            break
        found[item.public_id] = part
        left -= part
    return found


def _drafts(document: DocumentView, offered: Sequence[OpenItemRow], day: date) -> list[AllocationDraft]:
    """Return what was asked for; a field ``amount-<document>`` left empty is not applied."""
    drafts = []
    for item in offered:
        text = request.form.get(f"amount-{item.public_id}", "").strip()
        if text:
            amount = read_money(text, document.currency)
            if amount.minor:
                drafts.append(AllocationDraft(document.id, item.document_id, amount.minor, day))
    if not drafts:
        raise Invalid(N_("Enter an amount beside at least one document."))
    return drafts


def _apply_page(form: Form, document: DocumentView, offered: Sequence[OpenItemRow]) -> ResponseReturnValue:
    suggested = prefilled(document.open, offered)
    typed: dict[str, Any] = {
        item.public_id: request.form.get(f"amount-{item.public_id}", "")
        if request.method == "POST"
        else (words().amount(suggested[item.public_id]) if item.public_id in suggested else "")
        for item in offered
    }
    context = {
        "form": form,
        "document": document,
        "offered": offered,
        "typed": typed,
        "free": abs(document.open),
    }
    return render_template("admin/documents/apply.html", **context), form.status
