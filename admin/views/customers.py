"""Customers: find one, see the whole story, create and edit them and their contacts."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField

from portal.access import Permission, list_company_people, list_staff, person_id_of
from portal.clock import business_day
from portal.customers import (
    CHANGE_LABELS,
    CUSTOMER_SORTS,
    CustomerDraft,
    CustomerView,
    accounts_of,
    archive_customer,
    bank_alerts,
    contacts_of,
    create_customer,
    edit_customer,
    find_customer,
    group_of,
    list_customers,
    pending_changes,
)
from portal.disputes import disputes_of_customer
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_count, read_money
from portal.http.frame import ROLE_NAMES, zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, ngettext, words
from portal.lists import ListQuery
from portal.money import Money
from portal.receivables import ageing_of, balances_of, currencies_of, list_documents
from portal.statements import KIND_LABELS, STATE_LABELS, list_statements

bp = Blueprint("admin_customers", __name__, url_prefix="/admin/customers")


class CustomerForm(Form):
    """A customer's master data."""

    number = StringField(N_("Customer number"), [needed(), at_most(60)])
    name = StringField(N_("Name"), [needed(), at_most(200)])
    name_en = StringField(N_("Name in English"), [at_most(200)])
    currency = StringField(N_("Currency"), [needed(), at_most(3)])
    terms_days = IntegerField(N_("Terms, days"), [needed()], default=30)
    credit_limit = StringField(N_("Credit limit"), [at_most(40)])
    owner = SelectField(N_("Owner"), choices=[], validate_choice=False)
    department = StringField(N_("Department"), [at_most(60)])
    language = RadioField(N_("Language"), choices=options([("zh", "中文"), ("en", "English")]), default="zh")
    country = StringField(N_("Country"), [at_most(20)])
    tax_no = StringField(N_("Tax number"), [at_most(40)])
    street_address = StringField(N_("Address"), [at_most(300)])
    mail_domains = StringField(
        N_("Mail domains"), [at_most(500)],
        description=N_("Its people write from these, e.g. northquay.example; auditors compare."),
    )  # fmt: skip
    row_version = HiddenField(default="1")


@bp.get("")
@requires(Permission.CUSTOMERS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_customers(g.session, query=list_query(CUSTOMER_SORTS, default="name"), actor=g.actor)
    balances = balances_of(g.session, customer_ids=[row.id for row in listing.rows])
    if wanted_format():
        return export(listing, _columns(balances), "customers")
    return render_template(
        "admin/customers/index.html", listing=listing, links=ListLinks(listing), balances=balances,
        may_edit=g.actor.may(Permission.CUSTOMERS_EDIT),
    )  # fmt: skip


@bp.get("/<public_id:public_id>")
@requires(Permission.CUSTOMERS_READ)
def show(public_id: str) -> str:
    g = unit()
    customer = find_customer(g.session, public_id=public_id, actor=g.actor)
    newest = ListQuery(per_page=12)
    return render_template(
        "admin/customers/show.html", customer=customer, title=customer.name_in(language()),
        known=_facts(customer),
        contacts=contacts_of(g.session, customer.id, include_inactive=True), ageings=_ageings(g, customer),
        statements=list_statements(g.session, query=newest, actor=g.actor, customer_id=customer.id).rows,
        documents=list_documents(g.session, query=newest, actor=g.actor, customer_id=customer.id).rows,
        disputes=disputes_of_customer(g.session, customer_id=customer.id, actor=g.actor, now=g.now), kinds=KIND_LABELS,
        states=STATE_LABELS, may_edit=g.actor.may(Permission.CUSTOMERS_EDIT), **_people_and_banks(g, customer),
    )  # fmt: skip


def _people_and_banks(g: Unit, customer: CustomerView) -> dict[str, Any]:
    """Return who signs in, bank accounts, the changes that wait, and the alerts about them."""
    known: dict[str, Any] = {"customer_id": customer.id, "actor": g.actor}
    return {
        "people": list_company_people(g.session, now=g.now, **known), "role_names": ROLE_NAMES,
        "accounts": accounts_of(g.session, **known), "changes": pending_changes(g.session, **known),
        "alerts": bank_alerts(g.session, now=g.now, **known), "change_labels": CHANGE_LABELS, "now": g.now,
        "group": group_of(g.session, public_id=customer.public_id, actor=g.actor),
    }  # fmt: skip


@bp.get("/new")
@requires(Permission.CUSTOMERS_EDIT)
def new() -> str:
    return _form_page(CustomerForm(formdata=None))


@bp.post("/new")
@requires(Permission.CUSTOMERS_EDIT)
def create() -> ResponseReturnValue:
    g = unit()
    form = CustomerForm()
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        draft = CustomerDraft(**_values(form), first_on=business_day(g.now, zone()))
        create_customer(g.session, draft=draft, actor=g.actor, now=g.now)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return _form_page(form), 422
    flash(_("%(name)s was added.", name=draft.name), "done")
    return redirect(url_for(".index", q=draft.number), 303)


@bp.get("/<public_id:public_id>/edit")
@requires(Permission.CUSTOMERS_EDIT)
def edit(public_id: str) -> str:
    g = unit()
    customer = find_customer(g.session, public_id=public_id, actor=g.actor)
    limit = customer.credit_limit.decimal_text if customer.credit_limit else ""
    form = CustomerForm(formdata=None, obj=customer)
    form.credit_limit.data, form.owner.data = limit, customer.owner_public_id
    return _form_page(form, customer)


@bp.post("/<public_id:public_id>/edit")
@requires(Permission.CUSTOMERS_EDIT)
def save(public_id: str) -> ResponseReturnValue:
    g = unit()
    customer = find_customer(g.session, public_id=public_id, actor=g.actor)
    form = CustomerForm()
    if not form.validate_on_submit():
        return _form_page(form, customer), 422
    changes = _values(form)
    del changes["number"]
    try:
        seen = read_count(form.row_version.data or "") or 0
        edit_customer(
            g.session, public_id=public_id, row_version=seen, changes=changes, actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return _form_page(form, customer), 422
    flash(_("Saved."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/archive")
@requires(Permission.CUSTOMERS_EDIT)
def archive(public_id: str) -> ResponseReturnValue:
    g = unit()
    is_archived = not find_customer(g.session, public_id=public_id, actor=g.actor).is_archived
    archive_customer(g.session, public_id=public_id, is_archived=is_archived, actor=g.actor, now=g.now)
    flash(_("Archived: no more statements are made.") if is_archived else _("Active again."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


def _form_page(form: CustomerForm, customer: CustomerView | None = None) -> str:
    staff = list_staff(unit().session)
    form.owner.choices = options([("", _("nobody")), *staff])
    return render_template("admin/customers/edit.html", form=form, customer=customer)


def _values(form: CustomerForm) -> dict[str, Any]:
    texts = ("number", "name", "name_en", "department", "language", "country", "tax_no", "street_address",
             "mail_domains")  # fmt: skip
    currency = form.currency.data.strip().upper()
    limit = form.credit_limit.data.strip()
    return {
        **{name: form[name].data.strip() for name in texts},
        "currency": currency,
        "terms_days": form.terms_days.data,
        "credit_limit": read_money(limit, currency, field="credit_limit") if limit else None,
        "owner_id": person_id_of(unit().session, public_id=form.owner.data) if form.owner.data else None,
    }


def _facts(customer: CustomerView) -> list[tuple[str, str]]:
    tr = words()
    names = [(_("Name"), customer.name or customer.name_en)]
    if customer.name_en and customer.name_en != customer.name:
        names.append((_("Name in English"), customer.name_en))
    limit = customer.credit_limit
    return [
        *names,
        (_("Owner"), customer.owner_name or _("nobody")),
        (_("Terms"), ngettext("%(num)s day", "%(num)s days", customer.terms_days)),
        (_("Credit limit"), tr.headline(limit) if limit else "—"),
        (_("Currency"), customer.currency),
        (_("Country"), customer.country or "—"),
        (_("Tax number"), customer.tax_no or "—"),
        (_("Address"), customer.street_address or "—"),
        (_("Department"), customer.department or "—"),
        (_("Customer since"), tr.day(customer.first_on)),
    ]


def _ageings(g: Unit, customer: CustomerView) -> list[tuple[str, Any]]:
    today: date = business_day(g.now, zone())
    return [
        (code, ageing_of(g.session, customer_id=customer.id, currency=code, as_of=today))
        for code in dict.fromkeys([customer.currency, *currencies_of(g.session, customer.id)])
    ]


def _balance_column(code: str, balances: dict[int, Any]) -> Column[CustomerView]:
    def balance(row: CustomerView) -> Money | None:
        return next((money for money in balances.get(row.id, ()) if money.currency == code), None)

    return Column(f"balance_{code}", _("Balance, %(currency)s", currency=code), balance, "money")


def _columns(balances: dict[int, Any]) -> list[Column[CustomerView]]:
    codes = sorted({money.currency for found in balances.values() for money in found})
    return [
        Column("number", _("Number"), lambda row: row.number),
        Column("name", _("Name"), lambda row: row.name),
        Column("name_en", _("Name in English"), lambda row: row.name_en),
        Column("currency", _("Currency"), lambda row: row.currency),
        Column("terms", _("Terms, days"), lambda row: row.terms_days, "count"),
        Column("owner", _("Owner"), lambda row: row.owner_name),
        *(_balance_column(code, balances) for code in codes),
        Column("since", _("Since"), lambda row: row.first_on, "date"),
    ]
