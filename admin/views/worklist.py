"""The worklist: what waits for this person, by the time left, with the next step of the chosen row."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.work_item import ICONS, TURNS, left_words, note_of, preview_of, title_of, url_of
from portal.access import Permission, list_staff
from portal.clock import business_day
from portal.disputes import assign_dispute
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.frame import zone
from portal.http.unit import Unit, unit
from portal.http.words import _, ngettext, words
from portal.tasks import close_task
from portal.worklist import (
    TABS,
    WorkCounts,
    WorkItem,
    customers_owned,
    grouped,
    list_work,
    work_counts,
    work_figures,
)

bp = Blueprint("admin_worklist", __name__, url_prefix="/admin")


@bp.get("", strict_slashes=False)
@requires(Permission.WORKLIST_READ, Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    g = unit()
    if not g.actor.may(Permission.WORKLIST_READ):  # administrators have no business work
        return redirect(url_for("admin_people.index"))
    owned = customers_owned(g.session, actor=g.actor)
    is_mine = request.args.get("who", "mine" if owned else "all") == "mine"
    tab = request.args.get("tab", "all")
    tab = tab if tab in TABS else "all"
    counts = work_counts(g.session, actor=g.actor, now=g.now, is_mine=is_mine)
    items = list_work(g.session, actor=g.actor, now=g.now, tab=tab, is_mine=is_mine)
    is_due = request.args.get("due") == "today"
    shown = tuple(item for item in items if not is_due or item.left.days <= 0)
    return render_template(
        "admin/worklist/index.html",
        today=business_day(g.now, zone()),
        owned=owned,
        who=_who(owned, is_mine=is_mine),
        strip=_strip(g, counts),
        tabs=_tabs(counts, tab),
        hidden=0 if is_due else counts.by_tab[tab] - len(items),
        **_rows(g, shown),
    )


def _rows(g: Unit, items: tuple[WorkItem, ...]) -> dict[str, Any]:
    wanted = request.args.get("item")
    ours = next((item for item in items if item.turn in {"ours", "you"}), items[0] if items else None)
    chosen = next((item for item in items if item.key == wanted), ours)
    return {
        "groups": grouped(items),
        "chosen": chosen,
        "preview": preview_of(g, chosen) if chosen else None,
        "staff": _colleagues(g) if g.actor.may(Permission.DISPUTES_WORK) else [],
        "icons": ICONS,
        "turns": TURNS,
        "left_words": left_words,
        "title_of": title_of,
        "note_of": note_of,
        "url_of": url_of,
        "item_url": lambda item: _url(item=item.key),
    }


def _colleagues(g: Unit) -> list[tuple[str, str]]:
    """Return who can work on a dispute: (public id, name), by name."""
    found = {one for role in ("clerk", "approver", "department") for one in list_staff(g.session, role=role)}
    return sorted(found, key=lambda one: one[1])


def _url(**changes: str) -> str:
    """Return the address of this page with some values changed; choices that no longer fit are dropped."""
    kept = {key: request.args[key] for key in ("who", "tab", "due") if key in request.args}
    return f"{url_for('.index')}?{urlencode(kept | changes)}"


def _who(owned: int, *, is_mine: bool) -> list[dict[str, Any]]:
    mine = ngettext("My customers: %(num)s", "My customers: %(num)s", owned)
    return [
        {"word": mine, "url": _url(who="mine"), "active": is_mine},
        {"word": _("Everyone’s"), "url": _url(who="all"), "active": not is_mine},
    ]


def _tabs(counts: WorkCounts, tab: str) -> list[dict[str, Any]]:
    return [
        {"word": _(word), "count": counts.by_tab[key], "url": _url(tab=key, due=""), "active": key == tab}
        for key, word in TABS.items()
        if counts.by_tab[key] or key in {"all", "disputes", tab}
    ]  # fmt: skip


def _strip(g: Unit, counts: WorkCounts) -> list[dict[str, Any]]:
    """Return the five numbers, each with the address of its rows; only what the role reads."""
    figures = work_figures(g.session, actor=g.actor)
    tr = words()
    late = ngettext("%(num)s of them late", "%(num)s of them late", counts.late)
    items = [
        {"label": _("Due today"), "value": counts.due, "note": late, "url": _url(due="today", tab="all")}
    ]
    if figures.disputed is not None:
        first, *more = [tr.headline(money) for money in figures.disputed] or ["0"]
        note = " · ".join(more) or ngettext("%(num)s dispute", "%(num)s disputes", figures.disputes)
        url = url_for("admin_disputes.index", tab="all")
        items.append({"label": _("Disputed"), "value": first, "note": note, "url": url})
    if figures.month is not None:
        label = _("%(month)s statements answered", month=tr.month(figures.month))
        note = _("%(signed)s of %(issued)s", signed=figures.signed, issued=figures.issued)
        url = url_for("admin_statements.index", month=f"{figures.month:%Y-%m}", tab="waiting")
        items.append({"label": label, "value": f"{figures.percent}%", "note": note, "url": url})
    if figures.pending is not None:
        note = (
            _("oldest of %(day)s", day=business_day(figures.oldest_at, zone())) if figures.oldest_at else ""
        )
        url = url_for("admin_approvals.index")
        items.append({"label": _("To approve"), "value": figures.pending, "note": note, "url": url})
    tasks = {
        "label": _("Questions and tasks"),
        "value": counts.by_tab["tasks"],
        "url": _url(tab="tasks", due=""),
    }
    return [*items, tasks] if g.actor.may(Permission.STATEMENTS_READ) else items


@bp.post("/hand-over")
@requires(Permission.DISPUTES_WORK)
def hand_over() -> ResponseReturnValue:
    g = unit()
    owner = request.form.get("owner", "")
    keys = [row.partition(":") for row in request.form.getlist("row")]
    disputes = [public_id for kind, _colon, public_id in keys if kind == "dispute"]
    if not disputes or not owner:
        raise Invalid(N_("Tick disputes and choose a person. Only disputes can be handed over."))
    for public_id in disputes:
        assign_dispute(g.session, public_id=public_id, owner=owner, actor=g.actor, now=g.now)
    flash(
        ngettext("%(num)s dispute was handed over.", "%(num)s disputes were handed over.", len(disputes)),
        "done",
    )
    return redirect(url_for(".index"), 303)


@bp.post("/tasks/<public_id:public_id>/done")
@requires(Permission.DISPUTES_NOTE)
def finish(public_id: str) -> ResponseReturnValue:
    g = unit()
    close_task(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Done."), "done")
    return redirect(url_for(".index"), 303)
