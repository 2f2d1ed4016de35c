"""Staff pages of statements: a month's list, one as its customer sees it, and the run that makes them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from portal.access import Permission
from portal.clock import business_day
from portal.confirmations import authenticity_of
from portal.errors import N_
from portal.http.access import requires
from portal.http.authenticity import AuthenticityPanel, authenticity_panel
from portal.http.forms import Form, at_most, needed
from portal.http.frame import zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, words
from portal.jobs import job_by_key
from portal.statements import (
    BUCKET_LABELS,
    FORMS,
    ISSUE_JOB,
    KIND_LABELS,
    PREPARE_JOB,
    SORTS,
    STATE_LABELS,
    RunView,
    StatementPage,
    StatementRow,
    find_run,
    find_statement,
    latest_run,
    list_statements,
    queue_prepare,
    render_statement,
    request_issue,
    run_job_key,
    run_months,
)

bp = Blueprint("admin_statements", __name__, url_prefix="/admin/statements")

MARKS = {
    "confirmed": "confirmed",
    "confirmed-with-exceptions": "disputed",
    "disagreed": "disputed",
    "recorded": "note",
    "superseded": "note",
    "draft": "note",
}
ANSWER_CHIPS = {
    "confirmed": ("confirmed", N_("Confirmed")),
    "disputed": ("disputed", N_("Disputed")),
    "question": ("act", N_("Asked")),
    "none": ("unanswered", N_("Unanswered")),
}
SAMPLES = {
    "largest": N_("Largest balance"),
    "nil": N_("No activity"),
    "negative": N_("Credit balance"),
    "longest": N_("Most lines"),
    "replaced": N_("Replaces an issued version"),
}
STEPS = ("preparing", "prepared", "issuing", "issued")


class MonthForm(Form):
    """Which month to prepare."""

    month = StringField(N_("Month"), [needed(), at_most(7)])


class ReleaseForm(Form):
    """Words for the second person."""

    note = TextAreaField(N_("Note for the second person"), [at_most(1000)])


# --- the list -------------------------------------------------------------------------------------------------------


@bp.get("")
@requires(Permission.STATEMENTS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    query = list_query(SORTS, default="customer")
    months = run_months(g.session, actor=g.actor)
    month = _month(request.args.get("month", "")) or (months[0] if months else last_month(g))
    listing = list_statements(g.session, query=query, actor=g.actor, month=month)
    if wanted_format():
        return export(listing, _columns(), f"statements-{month:%Y-%m}")
    may_run = g.actor.may(Permission.BOOKS_READ)
    context = {
        "listing": listing,
        "links": ListLinks(listing),
        "months": months,
        "month": month,
        "marks": MARKS,
    }
    return render_template(
        "admin/statements/index.html",
        **context,
        run=latest_run(g.session, month=month, actor=g.actor) if may_run else None,
        labels=STATE_LABELS,
        suggested=last_month(g),
        today=business_day(g.now, zone()),
    )


def last_month(g: Unit) -> date:
    """Return the first day of the last month that is over where the seller is."""
    return (business_day(g.now, zone()).replace(day=1) - timedelta(days=1)).replace(day=1)


def _month(text: str) -> date | None:
    found = re.fullmatch(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])", text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _columns() -> list[Column[StatementRow]]:
    return [
        Column("customer_no", _("Customer no."), lambda row: row.customer_no),
        Column("customer", _("Customer"), lambda row: row.customer_name_in(language())),
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


# --- the run --------------------------------------------------------------------------------------------------------


@bp.post("/runs")
@requires(Permission.STATEMENTS_PREPARE)
def prepare() -> ResponseReturnValue:
    g = unit()
    month = _month(MonthForm().month.data or "")
    if month is None:
        flash(_("Choose a month like 2026-10."), "refused")
        return redirect(url_for(".index"), 303)
    run = queue_prepare(g.session, month=month, actor=g.actor, now=g.now)
    return redirect(url_for(".run", public_id=run), 303)


@bp.get("/runs/<public_id:public_id>")
@requires(Permission.STATEMENTS_PREPARE, Permission.STATEMENTS_ISSUE, Permission.BOOKS_READ)
def run(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_run(g.session, public_id=public_id, actor=g.actor)
    job_name = ISSUE_JOB if view.state == "issuing" else PREPARE_JOB
    has_job = view.state in {"preparing", "issuing"}
    return render_template(
        "admin/statements/run.html",
        run=view,
        job=job_by_key(g.session, key=run_job_key(job_name, public_id)) if has_job else None,
        job_words=_job_words(view),
        stages=_stages(view),
        samples=SAMPLES,
        form=ReleaseForm(),
        month=f"{view.period_from:%Y-%m}",
    )


def _job_words(view: RunView) -> str:
    if view.state == "issuing":
        done, total = view.counts["issued"], view.counts["statements"]
        return _("%(done)s of %(total)s issued", done=f"{done:,}", total=f"{total:,}")
    return _("%(done)s of %(total)s customers prepared", done=f"{view.done:,}", total=f"{view.total:,}")


def _stages(view: RunView) -> list[dict[str, str]]:
    """Return the steps of the month's end with the one that is open now."""
    at = STEPS.index(view.state) if view.state in STEPS else 0
    is_asked = view.approval is not None and view.approval.state == "pending"
    reached = (0, 2 if is_asked else 1, 3, 4)[at]
    named = (
        _("Prepare"),
        _("Look at exceptions"),
        _("Release by a second person"),
        _("Issue"),
        _("Delivery"),
    )
    states = [
        "done" if place < reached else "now" if place == reached else "later" for place in range(len(named))
    ]
    return [{"word": word, "state": state} for word, state in zip(named, states, strict=True)]


@bp.post("/runs/<public_id:public_id>/release")
@requires(Permission.STATEMENTS_PREPARE)
def release(public_id: str) -> ResponseReturnValue:
    g = unit()
    request_issue(g.session, run=public_id, note=ReleaseForm().note.data or "", actor=g.actor, now=g.now)
    flash(_("Asked for release. Someone else must approve it."), "done")
    return redirect(url_for(".run", public_id=public_id), 303)


# --- one statement --------------------------------------------------------------------------------------------------


@bp.get("/<public_id:public_id>")
@requires(Permission.STATEMENTS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    return render_template(
        "admin/statements/show.html",
        page=page,
        customer=page.customer_name(language()),
        strip=_strip(page),
        parts=_parts(page),
        buckets=_buckets(page)[:6],
        unapplied=_buckets(page)[6:] if page.ageing.unapplied else [],
        kinds=KIND_LABELS,
        chips=ANSWER_CHIPS,
        labels=STATE_LABELS,
        marks=MARKS,
        authenticity=_authenticity(g, page),
        downloads=_downloads(public_id),
    )


def _downloads(public_id: str) -> list[dict[str, str]]:
    return [
        {"word": form.upper(), "url": url_for(".download", public_id=public_id, form=form)} for form in FORMS
    ]


def _authenticity(g: Unit, page: StatementPage) -> AuthenticityPanel | None:
    """Return who stood behind the signature, for readers who see customers."""
    if not page.confirmation_public_id or not g.actor.may(Permission.CUSTOMERS_READ):
        return None
    return authenticity_panel(
        authenticity_of(g.session, public_id=page.confirmation_public_id, actor=g.actor)
    )


def _strip(page: StatementPage) -> list[dict[str, Any]]:
    figures = page.figures
    return [
        {"label": _("Opening balance"), "money": figures.opening},
        {"label": _("Invoiced"), "money": figures.invoiced, "op": "+"},
        {"label": _("Received"), "money": figures.received, "op": "\u2212"},
        {"label": _("Credited"), "money": figures.credited, "op": "\u2212"},
        {"label": _("Closing balance"), "money": figures.closing, "op": "=", "total": True},
        {
            "label": _("Of which overdue"),
            "money": figures.overdue,
            "apart": True,
            "overdue": bool(figures.overdue),
        },
    ]


def _buckets(page: StatementPage) -> list[dict[str, Any]]:
    return [{"label": _(BUCKET_LABELS[key]), "money": money} for key, money in page.ageing.buckets]


def _parts(page: StatementPage) -> list[dict[str, Any]]:
    progress, tr = page.progress, words()
    named = (
        ("confirmed", _("Confirmed"), progress.confirmed_count, progress.confirmed),
        ("disputed", _("Disputed"), progress.disputed_count, progress.disputed),
        ("unanswered", _("Unanswered"), progress.unanswered_count, progress.unanswered),
    )
    return [
        {
            "kind": kind,
            "word": word,
            "money": money,
            "note": tr.ngettext("%(num)s line", "%(num)s lines", count),
        }
        for kind, word, count, money in named
    ]


@bp.get(f"/<public_id:public_id>/statement.<any({','.join(FORMS)}):form>")
@requires(Permission.STATEMENTS_READ)
def download(public_id: str, form: str) -> ResponseReturnValue:
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    address = f"{g.settings.base_url.rstrip('/')}/statements/{public_id}"
    made = render_statement(page, form=form, language=language(), address=address)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Response(made.body, content_type=made.media_type, headers=headers)
