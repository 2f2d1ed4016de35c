"""Pages of statements: the list, one statement, its chart and its downloads."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import business_day
from portal.http.access import requires
from portal.http.frame import zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, words
from portal.insights import BalancePoint, balance_history_figure
from portal.lists import ListQuery
from portal.money import currency_digits
from portal.statements import SORTS as LIST_SORTS
from portal.statements import (
    STATE_LABELS,
    StatementPage,
    StatementRow,
    find_statement,
    list_statements,
    mark_viewed,
    render_statement,
)
from portal.views import statement_changes as diff
from portal.views import statement_lines as lines
from portal.views import statement_page as said
from portal.views.statement_rows import RowWriter

bp = Blueprint("statements", __name__, url_prefix="/statements")

FORMS = ("pdf", "xlsx", "csv", "json")
#: What of the address survives an answer: the reader stays where they were.
KEPT = ("tab", "q", "sort", "by", "all")
MARKS = {
    "confirmed": "confirmed",
    "confirmed-with-exceptions": "disputed",
    "disagreed": "disputed",
    "recorded": "note",
    "superseded": "note",
}


@bp.get("")
@requires(Permission.STATEMENTS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    query = list_query(LIST_SORTS, default="-month")
    month = _month(query.q)
    asked = ListQuery("", *_rest(query)) if month else query
    listing = list_statements(g.session, query=asked, actor=g.actor, month=month)
    if wanted_format():
        return export(listing, _columns(), "statements")
    links = ListLinks(listing)
    return render_template(
        "portal/statements/index.html",
        listing=listing,
        typed=query.q,
        links=links,
        marks=MARKS,
        labels=STATE_LABELS,
        filtered=bool(query.q or query.tab),
        today=business_day(g.now, zone()),
    )


def _rest(query: ListQuery) -> tuple[Any, ...]:
    return (query.sort, query.descending, query.page, query.per_page, query.tab)


def _month(text: str) -> date | None:
    found = re.fullmatch(r"(\d{4})\D{1,3}(\d{1,2})\D?", text)
    return date(int(found[1]), int(found[2]), 1) if found and 1 <= int(found[2]) <= 12 else None


def _columns() -> list[Column[StatementRow]]:
    return [
        Column("month", _("Month"), lambda row: f"{row.period_from:%Y-%m}"),
        Column("version", _("Version"), lambda row: row.version, "count"),
        Column("state", _("State"), lambda row: _(STATE_LABELS[row.state])),
        Column("lines", _("Lines"), lambda row: row.lines, "count"),
        Column("answered", _("Answered"), lambda row: row.answered, "count"),
        Column("deadline", _("Answer by"), lambda row: row.answer_by_on, "date"),
        Column("currency", _("Currency"), lambda row: row.currency),
        Column("overdue", _("Of which overdue"), lambda row: row.overdue, "money"),
        Column("closing", _("Closing balance"), lambda row: row.closing, "money"),
    ]


@bp.get("/<public_id:public_id>")
@requires(Permission.STATEMENTS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    query = list_query(lines.SORTS, default="date")
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    _note_view(g, page)
    return render_template("portal/statements/show.html", **_context(page, g=g, query=query))


def _note_view(g: Unit, page: StatementPage) -> None:
    """Write the first view in a short transaction of its own: delivery truth, like "last seen"; it answers nothing."""
    looks_only = g.signed_in is not None and g.signed_in.viewing is not None
    if page.first_viewed_at is None and g.actor.may(Permission.STATEMENTS_ANSWER) and not looks_only:
        with g.database.writing() as writing:
            mark_viewed(writing, public_id=page.public_id, actor=g.actor, now=g.now)


def _context(page: StatementPage, *, g: Unit, query: ListQuery) -> dict[str, Any]:
    """Return all that the template of one statement shows."""
    tr = words()
    today = business_day(g.now, page.entity.time_zone)
    buckets, unapplied = said.ageing_parts(page.ageing, tr)
    kept: dict[str, Any] = {key: request.args[key] for key in KEPT if request.args.get(key)}
    return {
        "page": page,
        "query": query,
        "may_answer": said.may_answer(page, g.actor),
        "why_not": said.why_not_words(page, actor=g.actor, translator=tr),
        "deadline": said.deadline_words(page, today=today, translator=tr),
        "state_notice": said.state_notice(page, translator=tr, address=_address),
        "done": said.done_act(
            page.all_lines, act=request.args.get("act", ""), currency=page.currency, translator=tr
        ),
        "state_chip": None
        if page.is_answerable
        else (MARKS.get(page.state, "note"), _(STATE_LABELS[page.state])),
        "strip": said.sum_parts(page, tr),
        "parts": said.answer_parts(page, tr),
        "bars": said.bar_parts(page),
        "buckets": buckets,
        "unapplied": unapplied,
        "progress_title": said.progress_words(page, tr),
        "left_words": tr.ngettext("%(num)s left", "%(num)s left", page.progress.left),
        "rest": said.rest_words(page, tr),
        "seen": said.seen_lines(page),
        "versions": diff.version_rows(page, translator=tr, address=_address),
        "changes_url": _changes_address(page.public_id) if diff.version_before(page) else "",
        "digits": currency_digits(page.currency),
        "answers_url": url_for("confirmations.answer", public_id=page.public_id, **kept),
        "sign_url": url_for("confirmations.sign", public_id=page.public_id),
        "history_url": url_for(".history", public_id=page.public_id),
        "dispute_prefix": _dispute_prefix(page),
        "downloads": _downloads(page),
        **_lines_context(page, query=query),
    }


def _lines_context(page: StatementPage, *, query: ListQuery) -> dict[str, Any]:
    by = "date" if request.args.get("by") == "date" else "answer"
    shown = lines.shown_lines(
        page,
        query=query,
        by=by,
        show_all=bool(request.args.get("all")),
        translator=words(),
        addresses=lines.Addresses(document=_prefixed("documents.show"), dispute=_prefixed("disputes.show")),
    )
    links = LineLinks()
    return {
        "shown": shown,
        "rows": _row_writer(page, is_by_date=by == "date"),
        "opening_row": said.opening_row(page, translator=words(), address=_address, always=by == "date"),
        "sorts": {key: links.sort(key, query) for key in lines.SORTS},
        "filters": links.tabs(page, query),
        "groupings": [
            {"word": _(word), "url": links.url(by="" if key == "answer" else key), "active": key == by}
            for key, word in lines.GROUPINGS.items()
        ],
        "keep": {key: value for key, value in request.args.items() if key in {"tab", "sort", "by"}},
        "all_url": links.url(all="1"),
        "page_url": url_for(".show", public_id=page.public_id),
    }


def _row_writer(page: StatementPage, *, is_by_date: bool) -> RowWriter:
    return RowWriter(
        partial(
            current_app.jinja_env.get_template("portal/statements/row.html").render,
            may_answer=said.may_answer(page, unit().actor),
            by_date=is_by_date,
            dispute_prefix=_dispute_prefix(page),
        )
    )


def _dispute_prefix(page: StatementPage) -> str:
    return url_for("disputes.new", statement=page.public_id) + "&line="


def _prefixed(endpoint: str) -> Callable[[str], str]:
    """Return a maker of addresses that asks the map of routes only once: a page may hold a thousand."""
    prefix = url_for(endpoint, public_id="x" * 22).removesuffix("x" * 22)
    return lambda public_id: prefix + public_id


class LineLinks:
    """Links that change one thing of what is shown and keep the rest."""

    def __init__(self) -> None:
        """Read once what every link keeps."""
        self._page = url_for(request.endpoint or "", **(request.view_args or {}))
        self._kept = {key: value for key, value in request.args.items() if key in KEPT}

    def url(self, **changes: str) -> str:
        """Return this page's address with some values changed; an empty value is left out."""
        asked = {key: value for key, value in (self._kept | changes).items() if value}
        return f"{self._page}?{urlencode(asked)}" if asked else self._page

    def sort(self, key: str, query: ListQuery) -> dict[str, str | None]:
        """Return link and state of a column head; a second click turns the order round."""
        is_this = (query.sort or "date") == key
        state = None if not is_this else "descending" if query.descending else "ascending"
        return {"url": self.url(sort=f"-{key}" if state == "ascending" else key), "state": state}

    def tabs(self, page: StatementPage, query: ListQuery) -> list[dict[str, object]]:
        """Return the filters with their counts."""
        progress = page.progress
        counted = (
            ("", _("All"), progress.total),
            ("unanswered", _("Unanswered"), progress.unanswered_count),
            ("disputed", _("Disputed"), progress.disputed_count),
            ("confirmed", _("Confirmed"), progress.confirmed_count),
        )
        return [
            {"word": word, "count": count, "url": self.url(tab=key), "active": key == query.tab}
            for key, word, count in counted
        ]


def _address(public_id: str) -> str:
    return url_for("statements.show", public_id=public_id)


def _changes_address(public_id: str) -> str:
    return url_for("statements.changes", public_id=public_id)


def _downloads(page: StatementPage) -> list[dict[str, str]]:
    named = (
        ("pdf", "PDF", "printer"),
        ("xlsx", "Excel", "file-spreadsheet"),
        ("csv", "CSV", "table"),
        ("json", "JSON", "file-text"),
    )
    return [
        {"word": word, "url": url_for(".download", public_id=page.public_id, form=form), "icon": icon}
        for form, word, icon in named
    ]


@bp.get("/<public_id:public_id>/changes")
@requires(Permission.STATEMENTS_READ)
def changes(public_id: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    before = diff.version_before(page)
    old = find_statement(g.session, public_id=before.public_id, actor=g.actor) if before else None
    rows = (
        diff.changed_lines(old, page, translator=words(), address=_prefixed("documents.show")) if old else []
    )
    return render_template(
        "portal/statements/changes.html", page=page, old=old, rows=rows, answers=lines.ANSWER_CHIPS
    )


@bp.get("/<public_id:public_id>/history.json")
@requires(Permission.STATEMENTS_READ)
def history(public_id: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    points = [BalancePoint(point.month, point.balance, point.mark) for point in page.history]
    return jsonify(balance_history_figure(points, translator=words(), is_small=True))


@bp.get(f"/<public_id:public_id>/statement.<any({','.join(FORMS)}):form>")
@requires(Permission.STATEMENTS_READ)
def download(public_id: str, form: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    address = g.settings.base_url.rstrip("/") + _address(public_id)
    made = render_statement(page, form=form, language=language(), address=address)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Response(made.body, content_type=made.media_type, headers=headers)
