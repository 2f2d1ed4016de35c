"""The seller's own data, the account mapping and the policy in force."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from portal.access import Permission
from portal.clock import business_day
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed
from portal.http.frame import entity, zone
from portal.http.unit import unit
from portal.http.words import _, say
from portal.ledger import EDITABLE, account_mapping, edit_account_mapping, edit_entity
from portal.policies import current_policy

bp = Blueprint("admin_settings", __name__, url_prefix="/admin/settings")

ROLE_WORDS = {
    "bank": N_("Bank"),
    "notes_receivable": N_("Notes receivable"),
    "receivable": N_("Accounts receivable"),
    "allowance": N_("Provision for bad debts"),
    "advance": N_("Advance from customers"),
    "output_vat": N_("Output VAT"),
    "unidentified": N_("Unidentified receipts"),
    "exchange_clearing": N_("Currency exchange"),
    "opening": N_("Opening balances"),
    "income": N_("Income"),
    "non_operating_income": N_("Non-operating income"),
    "financial_expense": N_("Financial expenses"),
    "exchange_difference": N_("Exchange differences"),
    "credit_loss": N_("Credit impairment loss"),
    "non_operating_expense": N_("Non-operating expenses"),
    "prior_year": N_("Prior-year adjustment"),
}


class SellerForm(Form):
    """The seller as statements, mails and pages name it."""

    name = StringField(N_("Name in Chinese"), [needed(), at_most(200)])
    name_en = StringField(N_("Name in English"), [at_most(200)])
    short_name = StringField(N_("Short name in Chinese"), [at_most(60)])
    short_name_en = StringField(N_("Short name in English"), [at_most(60)])
    tax_no = StringField(N_("Tax number"), [at_most(40)])
    street_address = StringField(N_("Address"), [at_most(300)])
    bank_details = TextAreaField(
        N_("Bank details"), [at_most(500)], description=N_("As printed on statements.")
    )
    phone = StringField(N_("Phone of receivables"), [at_most(60)])
    email = StringField(N_("E-mail of receivables"), [at_most(254)])
    time_zone = StringField(
        N_("Time zone"),
        [needed(), at_most(40)],
        description=N_("Decides the business day, e.g. Asia/Shanghai."),
    )


@bp.get("")
@requires(Permission.BOOKS_READ)
def show() -> str:
    return _page()


def _page(form: SellerForm | None = None, refused: str = "") -> str:
    g = unit()
    seller = entity()
    mapping = account_mapping(g.session, seller.id)
    return render_template(
        "admin/settings/show.html", seller=seller, form=form or SellerForm(formdata=None, obj=seller), refused=refused,
        accounts=[(role, _(ROLE_WORDS[role]), mapping.get(role)) for role in ROLE_WORDS],
        policy=current_policy(g.session, on=business_day(g.now, zone())), may_edit=g.actor.may(Permission.BOOKS_EDIT),
    )  # fmt: skip


@bp.post("")
@requires(Permission.BOOKS_EDIT)
def save() -> ResponseReturnValue:
    g = unit()
    form = SellerForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        changes = {field: form[field].data.strip() for field in EDITABLE}
        edit_entity(g.session, changes=changes, actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("Saved."), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/accounts/<role>")
@requires(Permission.BOOKS_EDIT)
def map_account(role: str) -> ResponseReturnValue:
    g = unit()
    given = {key: request.form.get(key, "").strip() for key in ("code", "name", "name_en")}
    try:
        edit_account_mapping(g.session, role=role, **given, actor=g.actor, now=g.now)
    except Invalid as refusal:
        g.session.rollback()
        return _page(refused=say(refusal)), 422
    flash(_("From now on %(code)s is used.", code=given["code"]), "done")
    return redirect(url_for(".show", _anchor="accounts"), 303)
