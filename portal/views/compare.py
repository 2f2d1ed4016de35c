"""Compare ledgers: upload, the result with its bridge, and the downloads."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.attachments import FileDraft
from portal.compare import (
    COMPARISON_SORTS,
    FINDING_SORTS,
    STATE_LABELS,
    ComparisonRowView,
    ComparisonView,
    bridge_bars,
    find_comparison,
    list_comparisons,
    list_findings,
    proposals_of,
    receive_ledger,
)
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.comparisons import (
    axis_note,
    bridge_answer,
    bridge_rows,
    comparison_file,
    finding_columns,
    shown_finding,
    sum_parts,
)
from portal.http.forms import uploads
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, say, words
from portal.jobs import JobView, find_job
from portal.lists import ListQuery

bp = Blueprint("compare", __name__, url_prefix="/compare")

SENTENCES = {
    "queued": N_("Waiting for the worker."),
    "failed": N_("This could not be finished. Please try again."),
}


@bp.get("")
@requires(Permission.ITEMS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_comparisons(
        g.session, query=list_query(COMPARISON_SORTS), actor=g.actor, customer_id=own_company(g)
    )
    if wanted_format():
        return export(listing, comparison_columns(), "comparisons")
    return _index_page(listing)


def _index_page(listing: Any, problem: Invalid | None = None) -> str:
    return render_template(
        "portal/compare/index.html", listing=listing, links=ListLinks(listing), states=STATE_LABELS,
        problem=say(problem) if problem else "", pasted=request.form.get("table", ""),
    )  # fmt: skip


def own_company(g: Unit) -> int:
    """Return the row number of the company acted for."""
    (customer_id,) = g.actor.customer_ids or (0,)
    return customer_id


@bp.post("")
@requires(Permission.ITEMS_READ)
def upload() -> ResponseReturnValue:
    g = unit()
    try:
        public_id = receive_ledger(
            g.session, file=_given(), customer_id=own_company(g), actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        listing = list_comparisons(g.session, query=ListQuery(), actor=g.actor, customer_id=own_company(g))
        return _index_page(listing, refusal), 422
    return redirect(url_for(".show", public_id=public_id), 303)


def _given() -> FileDraft | None:
    """Return the chosen file, else the pasted table as a file."""
    files = uploads("ledger")
    if files:
        return files[0]
    pasted = request.form.get("table", "").strip("\r\n")
    return FileDraft(_("pasted table") + ".csv", pasted.encode()) if pasted.strip() else None


@bp.get("/<public_id:public_id>")
@requires(Permission.ITEMS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    if view.state in {"reading", "failed"}:
        return redirect(url_for("compare_reading.reading", public_id=public_id))
    if view.state == "comparing":
        return render_template("portal/compare/running.html", view=view, **_job(g, view))
    return result_page(g, view)


def result_page(g: Unit, view: ComparisonView, results: Any = None) -> ResponseReturnValue:
    """Return the page of a finished comparison; ``results``: what became of the rows of a bulk act."""
    query, cause = list_query(FINDING_SORTS), request.args.get("cause", "")
    listing = list_findings(
        g.session, public_id=view.public_id, query=query, words=words(), actor=g.actor, cause=cause
    )
    if wanted_format():
        return export(listing, finding_columns(), "comparison")
    proposals = proposals_of(g.session, public_id=view.public_id, words=words(), actor=g.actor)
    return render_template(
        "portal/compare/show.html", view=view, listing=listing, links=ListLinks(listing), cause=cause,
        findings=[shown_finding(one) for one in listing.rows], parts=sum_parts(view), steps=bridge_rows(view),
        bars=bridge_bars(view, words()), note=axis_note(view), proposals=len(proposals), results=results,
    )  # fmt: skip


def _job(g: Unit, view: ComparisonView) -> dict[str, Any]:
    job = find_job(g.session, public_id=view.job_id) if view.job_id else None
    return {"job": job, "sentence": job_sentence(job)}


def job_sentence(job: JobView | None) -> str:
    """Say how far the comparison is."""
    if job is None or job.state in SENTENCES:
        state = job.state if job else "queued"
        return _(SENTENCES[state])
    if job.state == "done":
        return _("Done.")
    return _("Step %(done)s of %(total)s", done=job.done_count, total=job.total_count or 20)


@bp.get("/<public_id:public_id>/progress")
@requires(Permission.ITEMS_READ)
def progress(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    answer = Response(render_template("portal/compare/progress.html", view=view, **_job(g, view)))
    if view.state != "comparing":
        answer.headers["HX-Redirect"] = url_for(".show", public_id=public_id)
    return answer


@bp.get("/<public_id:public_id>/bridge.json")
@requires(Permission.ITEMS_READ)
def bridge(public_id: str) -> ResponseReturnValue:
    return bridge_answer(public_id)


@bp.get("/<public_id:public_id>/bridge.<any(xlsx, csv):form>")
@requires(Permission.ITEMS_READ)
def download(public_id: str, form: str) -> ResponseReturnValue:
    return comparison_file(public_id, form)


def comparison_columns() -> list[Column[ComparisonRowView]]:
    """Return the columns of the downloaded list of comparisons."""
    return [
        Column("file", _("File"), lambda row: row.file_name),
        Column("as_of", _("As of"), lambda row: row.as_of, "date"),
        Column("ours", _("Our balance"), lambda row: row.ours, "money"),
        Column("theirs", _("Your balance"), lambda row: row.theirs, "money"),
        Column("differences", _("Differences"), lambda row: row.differences, "count"),
        Column("state", _("State"), lambda row: _(STATE_LABELS[row.state])),
        Column("by", _("By"), lambda row: row.started_by),
        Column("started", _("When"), lambda row: row.started_at, "moment"),
    ]
