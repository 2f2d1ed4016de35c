"""Post an invoice, debit note or receipt by hand; everything else goes to a second person first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from secrets import token_urlsafe
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from admin.views.document_acts import prefilled
from admin.views.documents import bp
from portal.access import Permission
from portal.clock import business_day
from portal.customers import CustomerView, customers_by_number, find_customer
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_money
from portal.http.frame import entity, zone
from portal.http.unit import Unit, unit
from portal.http.words import _
from portal.money import Money
from portal.receivables import Application, DocumentDraft, LineDraft, open_items_as_of, post_document
from portal.statements import KIND_LABELS

__all__ = ["bp"]

LINE_ROWS = 4
LINE_FIELDS = ("item", "quantity", "unit", "unit_price", "tax_rate", "amount")
TEXTS = ("tax_invoice_no", "order_no", "reference", "description", "method")


class DocumentForm(Form):
    """A document as it lies on the desk."""

    customer_no = StringField(N_("Customer number"), [needed(), at_most(60)])
    document_no = StringField(N_("Document number"), [needed(), at_most(80)])
    currency = StringField(N_("Currency"), [needed(), at_most(3)])
    amount = StringField(N_("Amount incl. VAT"), [needed(), at_most(60)])
    tax = StringField(N_("VAT within it"), [at_most(60)])
    document_on = DateField(N_("Document date"), [needed()])
    due_on = DateField(N_("Due date"), [Optional()], description=N_("Empty = date and the customer’s terms."))
    posting_on = DateField(N_("Posting date"), [Optional()], description=N_("Empty = the document date."))
    tax_invoice_no = StringField(N_("Tax invoice number"), [at_most(40)])
    order_no = StringField(N_("Order"), [at_most(80)])
    reference = StringField(N_("Reference"), [at_most(200)])
    method = StringField(N_("Method"), [at_most(40)], description=N_("E.g. bank transfer, bill."))
    description = TextAreaField(N_("Content"), [at_most(2000)])
    applies = RadioField(
        N_("What it pays"),
        choices=options([
            ("oldest", N_("Oldest open items first")),
            ("chosen", N_("Choose on the next page")),
            ("later", N_("Nothing yet: an advance")),
        ]),
        default="oldest",
    )  # fmt: skip


@bp.route("/new/<any(invoice, debit_note, receipt):kind>", methods=["GET", "POST"])
@requires(Permission.DOCUMENTS_POST)
def new(kind: str) -> ResponseReturnValue:
    g = unit()
    customer = _named(g)
    form = DocumentForm(data=_filled(g, customer))
    form.amount.label.text = _("Amount") if kind == "receipt" else form.amount.label.text
    if form.validate_on_submit():
        try:
            public_id = _post(g, form, kind)
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            flash(_("%(number)s is posted.", number=form.document_no.data.strip()), "done")
            chosen = kind == "receipt" and form.applies.data == "chosen"
            return redirect(url_for(".apply" if chosen else ".show", public_id=public_id), 303)
    return render_template(
        "admin/documents/new.html", form=form, kind=kind, title=_(KIND_LABELS[kind]), customer=customer,
        line_rows=range(LINE_ROWS), given=request.form,
    ), form.status  # fmt: skip


@bp.get("/request")
@requires(Permission.POSTINGS_REQUEST)
def ask() -> ResponseReturnValue:
    """Lead to the form of the four-eyes kinds: credit note, refund, adjustment, write-off, opening balance."""
    g = unit()
    number = request.args.get("number", "").strip()
    found = customers_by_number(g.session, [number]).get(number) if number else None
    if found is not None and g.actor.sees(found.id):
        return redirect(url_for("admin_adjustments.new", customer=found.public_id), 303)
    return render_template("admin/documents/ask.html", number=number), 422 if number else 200


def _named(g: Unit) -> CustomerView | None:
    public_id = request.args.get("customer", "")
    return find_customer(g.session, public_id=public_id, actor=g.actor) if public_id else None


def _filled(g: Unit, customer: CustomerView | None) -> dict[str, Any]:
    known = {"document_on": business_day(g.now, zone())}
    return known | ({"customer_no": customer.number, "currency": customer.currency} if customer else {})


def _post(g: Unit, form: Form, kind: str) -> str:
    """Post what the form says and return the public id."""
    number = form.customer_no.data.strip()
    customer = customers_by_number(g.session, [number]).get(number)
    if customer is None or not g.actor.sees(customer.id):
        raise Invalid(N_("There is no customer “%(number)s”."), field="customer_no", number=number[:60])
    public_id = token_urlsafe(16)
    draft = replace(_draft(g, form, kind, customer), public_id=public_id)
    post_document(g.session, draft=draft, actor=g.actor, now=g.now)
    return public_id


def _draft(g: Unit, form: Form, kind: str, customer: CustomerView) -> DocumentDraft:
    currency = form.currency.data.strip().upper()
    amount = read_money(form.amount.data, currency)
    tax = read_money(form.tax.data, currency, field="tax").minor if form.tax.data.strip() else None
    oldest_first = kind == "receipt" and form.applies.data == "oldest"
    return DocumentDraft(
        entity_id=entity().id, customer_id=customer.id, kind=kind, document_no=form.document_no.data.strip(),
        currency=currency, amount_minor=amount.minor, tax_minor=tax, document_on=form.document_on.data,
        due_on=form.due_on.data, posting_on=form.posting_on.data, lines=_lines(currency),
        applies_to=_oldest(g, customer, amount) if oldest_first else (),
        **{name: form[name].data.strip() for name in TEXTS},
    )  # fmt: skip


def _lines(currency: str) -> tuple[LineDraft, ...]:
    """Return the line rows that were filled in; a row has an item and an amount, or is left empty."""
    lines = []
    for row in range(LINE_ROWS):
        given = {name: request.form.get(f"line-{row}-{name}", "").strip()[:200] for name in LINE_FIELDS}
        if not given["item"] and not given["amount"]:
            continue
        amount = read_money(given.pop("amount"), currency, field="amount")
        lines.append(LineDraft(amount_minor=amount.minor, **given))
    return tuple(lines)


def _oldest(g: Unit, customer: CustomerView, amount: Money) -> tuple[Application, ...]:
    today: date = business_day(g.now, zone())
    items = open_items_as_of(
        g.session, customer_id=customer.id, currency=amount.currency, as_of=today, entity_id=entity().id
    )
    debits: Sequence[Any] = [item for item in items if item.open.minor > 0]
    paid = prefilled(amount, debits)
    return tuple(
        Application(item.document_id, paid[item.public_id].minor) for item in debits if item.public_id in paid
    )
