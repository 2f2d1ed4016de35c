"""Exchange rates: what the books are valued with; never on a statement."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, StringField

from portal.access import Permission
from portal.clock import business_day
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed
from portal.http.frame import entity, zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _
from portal.ledger import RATE_SORTS, RateView, list_rates, set_rate

bp = Blueprint("admin_rates", __name__, url_prefix="/admin/rates")


class RateForm(Form):
    """One rate."""

    currency = StringField(N_("Currency"), [needed(), at_most(3)])
    rate_on = DateField(N_("Day"), [needed()])
    rate = StringField(
        N_("Rate"), [needed(), at_most(30)], description=N_("Book currency for one unit, e.g. 7.1942")
    )
    source = StringField(N_("Source"), [at_most(60)])


@bp.get("")
@requires(Permission.BOOKS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    if wanted_format():
        listing = list_rates(g.session, query=list_query(RATE_SORTS, default="-day"), actor=g.actor)
        return export(listing, _columns(), "exchange-rates")
    return _page(RateForm(formdata=None, data={"rate_on": business_day(g.now, zone())}))


def _page(form: RateForm) -> str:
    g = unit()
    listing = list_rates(g.session, query=list_query(RATE_SORTS, default="-day"), actor=g.actor)
    return render_template(
        "admin/rates/index.html", listing=listing, links=ListLinks(listing), form=form, book=entity().book_currency,
        may_edit=g.actor.may(Permission.BOOKS_EDIT),
    )  # fmt: skip


@bp.post("")
@requires(Permission.BOOKS_EDIT)
def add() -> ResponseReturnValue:
    g = unit()
    form = RateForm()
    if not form.validate_on_submit():
        return _page(form), 422
    currency = form.currency.data.strip().upper()
    try:
        set_rate(
            g.session, currency=currency, rate_on=form.rate_on.data, rate=form.rate.data.strip(),
            source=form.source.data.strip(), actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("The rate of %(currency)s is set.", currency=currency), "done")
    return redirect(url_for(".index"), 303)


def _columns() -> list[Column[RateView]]:
    return [
        Column("day", _("Day"), lambda row: row.rate_on, "date"),
        Column("currency", _("Currency"), lambda row: row.currency),
        Column("rate", _("Rate"), lambda row: row.rate),
        Column("book", _("Book currency"), lambda row: row.book_currency),
        Column("source", _("Source"), lambda row: row.source),
    ]
