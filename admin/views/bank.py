"""Bank: our accounts with the chain of their balances, and the lines the bank booked."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, IntegerField, StringField

from portal.access import Permission
from portal.bank import (
    ACCOUNT_SORTS,
    KIND_LABELS,
    LINE_LABELS,
    LINE_SORTS,
    AccountRow,
    LineRow,
    account_choices,
    edit_account,
    find_bank_account,
    find_bank_line,
    list_bank_accounts,
    list_bank_lines,
    move_lines,
    open_account,
    statements_of,
)
from portal.clock import business_day
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed
from portal.http.frame import zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, ngettext
from portal.money import Money

bp = Blueprint("admin_bank", __name__, url_prefix="/admin/bank")


class AccountForm(Form):
    """A new account."""

    identifier = StringField(N_("Account number or IBAN"), [needed(), at_most(64)])
    currency = StringField(N_("Currency"), [needed(), at_most(3)])
    name = StringField(N_("What you call it"), [at_most(120)])
    bank_name = StringField(N_("Bank"), [at_most(120)])


class EditForm(Form):
    """What may change of an account."""

    name = StringField(N_("What you call it"), [at_most(120)])
    bank_name = StringField(N_("Bank"), [at_most(120)])
    feed_days = IntegerField(N_("Late after days without a statement"), [needed()])
    is_active = BooleanField(N_("In use"))


def today_of(g: Unit) -> date:
    """Return the business day of the request."""
    return business_day(g.now, zone())


@bp.get("")
@requires(Permission.BANK_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_bank_accounts(g.session, query=list_query(ACCOUNT_SORTS), actor=g.actor, today=today_of(g))
    if wanted_format():
        return export(listing, _account_columns(), "bank-accounts")
    late = [row for row in listing.rows if row.is_late]
    return render_template("admin/bank/index.html", listing=listing, links=ListLinks(listing), late=late)


@bp.route("/new-account", methods=["GET", "POST"])
@requires(Permission.IMPORTS_RUN)
def new_account() -> ResponseReturnValue:
    g = unit()
    form = AccountForm()
    if form.validate_on_submit():
        try:
            row = open_account(
                g.session, identifier=form.identifier.data, currency=form.currency.data.strip().upper(),
                name=form.name.data or "", bank_name=form.bank_name.data or "", actor=g.actor, now=g.now,
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "done")
            return redirect(url_for(".account", public_id=row.public_id), 303)
    return render_template("admin/bank/new_account.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/accounts/<public_id:public_id>")
@requires(Permission.BANK_READ)
def account(public_id: str) -> ResponseReturnValue:
    g = unit()
    row = find_bank_account(g.session, public_id=public_id, actor=g.actor, today=today_of(g))
    form = EditForm(data={
        "name": row.name, "bank_name": row.bank_name, "feed_days": row.feed_days, "is_active": row.is_active,
    })  # fmt: skip
    return _account_page(row, form)


@bp.post("/accounts/<public_id:public_id>")
@requires(Permission.IMPORTS_RUN)
def change_account(public_id: str) -> ResponseReturnValue:
    g = unit()
    row = find_bank_account(g.session, public_id=public_id, actor=g.actor, today=today_of(g))
    form = EditForm()
    if form.validate():
        try:
            edit_account(
                g.session, public_id=public_id, name=form.name.data or "", bank_name=form.bank_name.data or "",
                feed_days=form.feed_days.data, is_active=form.is_active.data, actor=g.actor, now=g.now,
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "done")
            return redirect(url_for(".account", public_id=public_id), 303)
    return _account_page(row, form), 422


def _account_page(row: AccountRow, form: EditForm) -> str:
    g = unit()
    chain = statements_of(g.session, public_id=row.public_id, actor=g.actor)
    broken = [one for one in chain if one.step.kind in {"gap", "overlap"} or one.is_balanced is False]
    return render_template("admin/bank/account.html", row=row, form=form, chain=chain[:400], broken=broken)


@bp.get("/lines")
@requires(Permission.BANK_READ)
def lines() -> ResponseReturnValue:
    g = unit()
    narrow = {name: request.args.get(name, "")[:40] for name in ("account", "file", "direction")}
    listing = list_bank_lines(g.session, query=list_query(LINE_SORTS), actor=g.actor, **narrow)
    if wanted_format():
        return export(listing, line_columns(), "bank-lines")
    return render_template(
        "admin/bank/lines.html", listing=listing, links=ListLinks(listing), narrow=narrow, states=LINE_LABELS,
        kinds=KIND_LABELS, accounts=account_choices(g.session, actor=g.actor),
    )  # fmt: skip


@bp.post("/lines")
@requires(Permission.BANK_WORK)
def move() -> ResponseReturnValue:
    g = unit()
    state = {"hold": "parked", "leave": "ignored", "open": "new"}.get(request.form.get("act", ""), "")
    try:
        count = move_lines(
            g.session, public_ids=request.form.getlist("row"), state=state,
            note=request.form.get("note", "")[:300], actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        flash(_(refusal.message, **refusal.params), "refused")
    else:
        flash(ngettext("%(num)s line moved.", "%(num)s lines moved.", count), "done")
    return redirect(url_for(".lines", tab=request.args.get("tab") or None), 303)


@bp.get("/lines/<public_id:public_id>")
@requires(Permission.BANK_READ)
def line(public_id: str) -> ResponseReturnValue:
    g = unit()
    row, parts = find_bank_line(g.session, public_id=public_id, actor=g.actor)
    shown = [(part, Money(part["amount_minor"], row.amount.currency)) for part in parts]
    return render_template(
        "admin/bank/line.html", row=row, parts=shown, states=LINE_LABELS, kinds=KIND_LABELS
    )


def line_columns() -> list[Column[LineRow]]:
    """Return the columns of a download of lines."""
    return [
        Column("booked_on", _("Booked on"), lambda row: row.booked_on, "date"),
        Column("value_on", _("Value date"), lambda row: row.value_on, "date"),
        Column("account", _("Account"), lambda row: row.account_title),
        Column("currency", _("Currency"), lambda row: row.amount.currency),
        Column("amount", _("Amount"), lambda row: row.amount, "money"),
        Column("payer", _("Other side"), lambda row: row.payer_name),
        Column("payer_account", _("Their account"), lambda row: row.payer_account),
        Column("narrative", _("Text"), lambda row: row.narrative),
        Column("reference", _("Payer's reference"), lambda row: row.reference),
        Column("bank_ref", _("Bank's id"), lambda row: row.bank_ref),
        Column("kind", _("Kind"), lambda row: _(KIND_LABELS[row.kind])),
        Column("state", _("State"), lambda row: _(LINE_LABELS[row.state])),
    ]


def _account_columns() -> list[Column[AccountRow]]:
    return [
        Column("name", _("Account"), lambda row: row.title),
        Column("identifier", _("Number"), lambda row: row.identifier),
        Column("bank", _("Bank"), lambda row: row.bank_name),
        Column("currency", _("Currency"), lambda row: row.currency),
        Column("closing", _("Newest balance"), lambda row: row.closing, "money"),
        Column("until", _("Lines until"), lambda row: row.until_on, "date"),
        Column("lines", _("Lines"), lambda row: row.line_count, "count"),
        Column("open", _("To match"), lambda row: row.open_count, "count"),
    ]
