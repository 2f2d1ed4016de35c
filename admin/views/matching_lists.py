"""Many receipts at once: accept what is sure after seeing the sum, history, unidentified cash by age."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.matching import shared
from admin.views.matching_acts import bp
from portal.access import Permission
from portal.clock import business_day
from portal.http.access import requires
from portal.http.forms import read_count, sent
from portal.http.frame import zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _, ngettext
from portal.lists import ListQuery
from portal.matching import (
    HISTORY_TABS,
    LIKELY_BP,
    MATCH_SORTS,
    UNIDENTIFIED_AGES,
    MatchRow,
    accept_many,
    list_matches,
    list_sure,
    list_unidentified,
)
from portal.money import Money

__all__ = ["bp"]


@bp.get("/sure")
@requires(Permission.MATCHES_WORK)
def sure() -> ResponseReturnValue:
    g = unit()
    rows = list_sure(g.session, least_bp=_least(), actor=g.actor)
    return render_template(
        "admin/matching/sure.html", rows=rows, sums=_sums(rows), least=_least(), results=None, **shared()
    )


def _least() -> int:
    given = read_count(sent().get("least", ""))
    return given if given is not None and LIKELY_BP <= given <= 10_000 else LIKELY_BP


def _sums(rows: tuple[MatchRow, ...]) -> list[Money]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.money.currency] = found.get(row.money.currency, 0) + row.money.minor
    return [Money(minor, currency) for currency, minor in sorted(found.items())]


@bp.post("/sure")
@requires(Permission.MATCHES_WORK)
def accept_sure() -> ResponseReturnValue:
    g = unit()
    listed = {row.public_id: row for row in list_sure(g.session, least_bp=_least(), actor=g.actor)}
    results = accept_many(g.session, seen=_seen(), actor=g.actor, now=g.now)
    if "refused" not in results.values():
        flash(_summary(results) + ".", "done")
        return redirect(url_for(".index"), 303)
    lines = [
        {"ok": result != "refused", "text": f"{listed[one].payer} {listed[one].money}"}
        for one, result in results.items()
        if one in listed
    ]
    rows = list_sure(g.session, least_bp=_least(), actor=g.actor)
    told = {"summary": _summary(results), "lines": lines}
    return render_template(
        "admin/matching/sure.html", rows=rows, sums=_sums(rows), least=_least(), results=told, **shared()
    )


def _seen() -> dict[str, int]:
    """Return the ticked receipts with the version that was listed."""
    pairs = [value.partition(".") for value in request.form.getlist("row")]
    return {public_id: int(version) for public_id, _dot, version in pairs if read_count(version) is not None}


def _summary(results: dict[str, str]) -> str:
    count = Counter(results.values())
    summary = ngettext("%(num)s receipt posted", "%(num)s receipts posted", count["posted"])
    if count["pending"]:
        words = ngettext(
            "%(num)s waits for a second person", "%(num)s wait for a second person", count["pending"]
        )
        summary += ", " + words
    if count["refused"]:
        words = ngettext("%(num)s refused: changed since", "%(num)s refused: changed since", count["refused"])
        summary += ", " + words
    return summary


@bp.get("/history")
@requires(Permission.MATCHES_READ)
def history() -> ResponseReturnValue:
    g = unit()
    query = list_query(MATCH_SORTS)
    if query.tab not in HISTORY_TABS:
        query = ListQuery(query.q, query.sort, query.descending, query.page, query.per_page, HISTORY_TABS[0])
    listing = list_matches(g.session, query=query, actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "matches")
    return render_template(
        "admin/matching/history.html", listing=listing, links=ListLinks(listing), **shared()
    )


def _columns() -> list[Column[Any]]:
    return [
        Column("booked_on", _("Booked on"), lambda row: row.booked_on, "date"),
        Column("payer", _("Payer"), lambda row: row.payer),
        Column("narrative", _("Narrative"), lambda row: row.narrative),
        Column("customer", _("Customer"), lambda row: row.customer_no),
        Column("amount", _("Amount"), lambda row: row.money, "money"),
        Column("documents", _("Documents"), lambda row: row.parts, "count"),
        Column("how", _("How"), lambda row: row.decided_how),
        Column("who", _("Who"), lambda row: row.decided_by),
        Column("when", _("When"), lambda row: row.decided_at, "moment"),
        Column("note", _("Reason"), lambda row: row.note),
    ]


@bp.get("/unidentified")
@requires(Permission.MATCHES_READ)
def unidentified() -> ResponseReturnValue:
    g = unit()
    found = list_unidentified(g.session, as_of=business_day(g.now, zone()), actor=g.actor)
    ends = UNIDENTIFIED_AGES
    labels = [_("up to %(days)s days", days=ends[0])]
    labels += [_("%(first)s–%(last)s days", first=low + 1, last=high) for low, high in pairwise(ends)]
    labels.append(_("over %(days)s days", days=ends[-1]))
    return render_template("admin/matching/unidentified.html", found=found, labels=labels, **shared())
