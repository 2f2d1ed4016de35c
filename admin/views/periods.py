"""Months of the books: close them, reopen them with a reason."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import business_day, is_usable_day
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.frame import entity, zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _, say, words
from portal.ledger import PERIOD_SORTS, PeriodView, close_period, closed_months, list_periods, reopen_period

bp = Blueprint("admin_periods", __name__, url_prefix="/admin/periods")
SHOWN_MONTHS = 13


@bp.get("")
@requires(Permission.BOOKS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    if wanted_format():
        listing = list_periods(g.session, query=list_query(PERIOD_SORTS, default="-month"), actor=g.actor)
        return export(listing, _columns(), "periods")
    return _page()


def _page(refused: str = "") -> str:
    g = unit()
    listing = list_periods(g.session, query=list_query(PERIOD_SORTS, default="-month"), actor=g.actor)
    closed = {month for _entity, month, _until in closed_months(g.session, [entity().id])}
    return render_template(
        "admin/periods/index.html", listing=listing, links=ListLinks(listing), months=_months(), closed=closed,
        may_close=g.actor.may(Permission.PERIODS_CLOSE), refused=refused,
    )  # fmt: skip


@bp.post("/close")
@requires(Permission.PERIODS_CLOSE)
def close() -> ResponseReturnValue:
    g = unit()
    month = _asked()
    close_period(g.session, month=month, actor=g.actor, now=g.now)
    flash(_("%(month)s is closed: nothing is posted into it any more.", month=words().month(month)), "done")
    return redirect(url_for(".index"), 303)


@bp.post("/reopen")
@requires(Permission.PERIODS_CLOSE)
def reopen() -> ResponseReturnValue:
    g = unit()
    month = _asked()
    try:
        reopen_period(g.session, month=month, reason=request.form.get("reason", ""), actor=g.actor, now=g.now)
    except Invalid as refusal:
        return _page(say(refusal)), 422
    flash(_("%(month)s is open again. The reason is in the list below.", month=words().month(month)), "done")
    return redirect(url_for(".index"), 303)


def _asked() -> date:
    try:
        month = date.fromisoformat(f"{request.form.get('month', '')}-01")
    except ValueError:
        month = date.min
    if not is_usable_day(month):
        raise Invalid(N_("Choose a month."), field="month")
    return month


def _months() -> list[date]:
    """The present month and the twelve before it, newest first."""
    month = business_day(unit().now, zone()).replace(day=1)
    months = [month]
    while len(months) < SHOWN_MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _columns() -> list[Column[PeriodView]]:
    return [
        Column("month", _("Month"), lambda row: row.month_on, "date"),
        Column("state", _("State"), lambda row: _("Closed") if row.is_closed else _("Reopened")),
        Column("closed_by", _("Closed by"), lambda row: row.closed_by),
        Column("closed_at", _("Closed at"), lambda row: row.closed_at, "moment"),
        Column("reopened_by", _("Reopened by"), lambda row: row.reopened_by),
        Column("reopened_at", _("Reopened at"), lambda row: row.reopened_at, "moment"),
        Column("reason", _("Reason"), lambda row: row.reopen_reason),
    ]
