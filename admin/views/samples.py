"""Samples for external auditors: drawn once, kept for ever, drawn again by anybody."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, StringField
from wtforms.validators import Optional

from admin.views import role_words as said
from portal.access import Permission
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_count
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _
from portal.lists import ListQuery
from portal.roles import (
    ITEM_SORTS,
    POPULATIONS,
    SAMPLE_SORTS,
    ItemView,
    SampleView,
    SampleWish,
    draw_sample,
    find_sample,
    list_sample_items,
    list_samples,
    redraw_sample,
)

bp = Blueprint("admin_samples", __name__, url_prefix="/admin/samples")


class SampleForm(Form):
    """A sample as the auditor asked for it."""

    name = StringField(
        N_("Name"), [needed(), at_most(120)], description=N_("E.g. the engagement: annual audit 2026.")
    )
    population = RadioField(N_("Drawn from"), choices=options(list(POPULATIONS.items())), default="customers")
    from_on = DateField(
        N_("From"), [Optional()], description=N_("Posting date or day of signing; not for customers.")
    )
    until_on = DateField(N_("Until, not included"), [Optional()])
    currency = StringField(N_("Currency"), [at_most(3)], description=N_("Empty = every currency."))
    size = StringField(N_("How many"), [needed(), at_most(6)])
    seed = StringField(
        N_("Seed"), [needed(), at_most(60)],
        description=N_("Chosen by the auditor. The same seed gives the same sample, so anybody can repeat it."),
    )  # fmt: skip


@bp.get("")
@requires(Permission.SAMPLES_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_samples(g.session, query=list_query(SAMPLE_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "samples")
    return render_template(
        "admin/samples/index.html", listing=listing, links=ListLinks(listing), populations=POPULATIONS
    )


def _columns() -> list[Column[SampleView]]:
    return [
        Column("name", _("Name"), lambda row: row.name),
        Column("population", _("Drawn from"), lambda row: _(POPULATIONS[row.population])),
        Column("from", _("From"), lambda row: row.definition["from"]),
        Column("until", _("Until, not included"), lambda row: row.definition["until"]),
        Column("currency", _("Currency"), lambda row: row.definition["currency"]),
        Column("size", _("How many"), lambda row: row.size, "count"),
        Column("seed", _("Seed"), lambda row: row.seed),
        Column("method", _("Method"), lambda row: row.method),
        Column("population_size", _("Size of the population"), lambda row: row.population_size, "count"),
        Column("population_hash", _("Hash of the population"), lambda row: row.population_hash),
        Column("drawn", _("Drawn"), lambda row: row.drawn, "count"),
        Column("drawn_by", _("Drawn by"), lambda row: row.drawn_by),
        Column("drawn_at", _("Drawn on"), lambda row: row.drawn_at, "moment"),
    ]


@bp.get("/new")
@requires(Permission.SAMPLES_DRAW)
def new() -> str:
    return render_template("admin/samples/new.html", form=SampleForm(formdata=None))


@bp.post("/new")
@requires(Permission.SAMPLES_DRAW)
def draw() -> ResponseReturnValue:
    g, form = unit(), SampleForm()
    if form.validate_on_submit():
        try:
            made = draw_sample(g.session, wish=_wish(form), actor=g.actor, now=g.now)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("Drawn and kept. Now give the auditor the role, limited to this sample."), "done")
            return redirect(url_for(".show", public_id=made), 303)
    return render_template("admin/samples/new.html", form=form), 422


def _wish(form: Form) -> SampleWish:
    return SampleWish(
        name=form.name.data, population=form.population.data, size=read_count(form.size.data) or 0,
        seed=form.seed.data.strip(), from_on=form.from_on.data, until_on=form.until_on.data,
        currency=form.currency.data.strip().upper(),
    )  # fmt: skip


@bp.get("/<public_id:public_id>")
@requires(Permission.SAMPLES_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    sample = find_sample(g.session, public_id=public_id, actor=g.actor)
    sees_rows = g.actor.may(Permission.AUDIT_READ)
    if wanted_format() and not sees_rows:
        g.actor.require(Permission.AUDIT_READ)
    query = list_query(ITEM_SORTS) if sees_rows else ListQuery()
    listing = (
        list_sample_items(g.session, public_id=public_id, query=query, actor=g.actor) if sees_rows else None
    )
    if listing is not None and wanted_format():
        return export(listing, _item_columns(), "sample")
    again = redraw_sample(g.session, public_id=public_id, actor=g.actor) if "again" in request.args else None
    return render_template(
        "admin/samples/show.html", sample=sample, listing=listing, links=ListLinks(listing) if listing else None,
        again=again, populations=POPULATIONS, said=said,
    )  # fmt: skip


def _item_columns() -> list[Column[ItemView]]:
    return [
        Column("no", _("Number"), lambda row: row.no, "count"),
        Column("label", _("Drawn"), lambda row: row.label),
        Column("customer_no", _("Customer number"), lambda row: row.customer_no),
        Column("customer", _("Customer"), said.company_name),
        Column("key", _("Key"), lambda row: row.key),
    ]
