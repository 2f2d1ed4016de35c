"""Imports: take in a file, look at what it would do, load its good rows, hand back the refused ones, undo it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, TextAreaField

from admin.views.import_words import COLUMN_WORDS
from portal.access import Permission
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, uploads
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, words
from portal.imports import (
    AUTO,
    BATCH_SORTS,
    CODE_LABELS,
    COLUMNS,
    PROBLEM_SORTS,
    REQUIRED,
    RHYTHM_LABELS,
    SKIP_LABELS,
    STATE_LABELS,
    BatchView,
    ProblemRow,
    find_batch,
    list_batches,
    list_feeds,
    list_problems,
    profile_names,
    receive_file,
    request_undo,
    start_load,
    why_not_undone,
)
from portal.jobs import JobView, find_job
from portal.lists import ListQuery, neutral
from portal.receivables import KIND_LABELS

bp = Blueprint("admin_imports", __name__, url_prefix="/admin/imports")

#: What was done with an e-invoice, as people read it.
EINVOICE_ACTIONS = {
    "attached": N_("Attached to its document"), "created": N_("Posted"), "duplicate": N_("In the books already"),
    "refused": N_("Refused"),
}  # fmt: skip
SOURCE_LABELS = {"page": N_("Page"), "console": N_("Console"), "folder": N_("Watched folder")}


class UploadForm(Form):
    """Files (read beside the form) and their layout."""

    profile = SelectField(N_("Layout of the file"), [needed()], default=AUTO)


class UndoForm(Form):
    """Why a whole file is undone."""

    reason = TextAreaField(N_("Reason"), [needed(), at_most(500)])


def _upload_form(g: Unit) -> UploadForm:
    form = UploadForm()
    names = ((name, _(title)) for name, title in profile_names(g.session).items())
    form.profile.choices = options([(AUTO, _("Find out by its columns")), *names])
    return form


@bp.get("")
@requires(Permission.IMPORTS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_batches(g.session, query=list_query(BATCH_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _batch_columns(), "imports")
    return render_template(
        "admin/imports/index.html", listing=listing, links=ListLinks(listing), states=STATE_LABELS,
        feeds=list_feeds(g.session, actor=g.actor, now=g.now), rhythms=RHYTHM_LABELS, sources=SOURCE_LABELS,
    )  # fmt: skip


@bp.get("/new")
@requires(Permission.IMPORTS_RUN)
def new() -> ResponseReturnValue:
    return _new_page(_upload_form(unit()))


@bp.post("/new")
@requires(Permission.IMPORTS_RUN)
def receive() -> ResponseReturnValue:
    g = unit()
    form = _upload_form(g)
    files = uploads("file") or (None,)
    try:
        batches = [
            receive_file(g.session, file=file, profile=form.profile.data or AUTO, actor=g.actor, now=g.now)
            for file in files
        ]
    except Invalid as refusal:
        form.refuse(refusal)
        return _new_page(form), 422
    if len(batches) > 1:
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", public_id=batches[0]), 303)


def _new_page(form: UploadForm) -> str:
    return render_template(
        "admin/imports/new.html", form=form, required=REQUIRED, optional=COLUMNS[len(REQUIRED) :],
        layouts=profile_names(unit().session),
    )  # fmt: skip


@bp.get("/<public_id:public_id>")
@requires(Permission.IMPORTS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    batch = find_batch(g.session, public_id=public_id, actor=g.actor)
    problems = list_problems(g.session, public_id=public_id, query=list_query(PROBLEM_SORTS), actor=g.actor)
    if wanted_format():
        return export(problems, _problem_columns(), "refused-reasons")
    job = find_job(g.session, public_id=batch.job_id) if batch.job_id else None
    return render_template(
        "admin/imports/show.html", batch=batch, job=job, sentence=sentence_of(job), problems=problems,
        links=ListLinks(problems), kinds=KIND_LABELS, codes=CODE_LABELS, skips=SKIP_LABELS,
        actions=EINVOICE_ACTIONS, layouts=profile_names(g.session),
        column_words=COLUMN_WORDS,
    )  # fmt: skip


@bp.post("/<public_id:public_id>/load")
@requires(Permission.IMPORTS_RUN)
def load(public_id: str) -> ResponseReturnValue:
    g = unit()
    start_load(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Loading has begun. You may leave this page."), "info")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id:public_id>/undo")
@requires(Permission.IMPORTS_RUN)
def undo(public_id: str) -> ResponseReturnValue:
    return _undo_page(public_id, UndoForm())


@bp.post("/<public_id:public_id>/undo")
@requires(Permission.IMPORTS_RUN)
def ask_undo(public_id: str) -> ResponseReturnValue:
    g, form = unit(), UndoForm()
    if not form.validate():
        return _undo_page(public_id, form), 422
    approval = request_undo(g.session, public_id=public_id, reason=form.reason.data, actor=g.actor, now=g.now)
    flash(_("A second person must agree before anything is reversed."), "wait")
    return redirect(url_for("admin_approvals.show", public_id=approval), 303)


def _undo_page(public_id: str, form: UndoForm) -> str:
    g = unit()
    batch = find_batch(g.session, public_id=public_id, actor=g.actor)
    reasons = why_not_undone(g.session, public_id=public_id, now=g.now)
    return render_template(
        "admin/imports/undo.html", batch=batch, form=form, reasons=reasons, kinds=KIND_LABELS
    )


@bp.get("/<public_id:public_id>/progress")
@requires(Permission.IMPORTS_READ)
def progress(public_id: str) -> ResponseReturnValue:
    g = unit()
    batch = find_batch(g.session, public_id=public_id, actor=g.actor)
    job = find_job(g.session, public_id=batch.job_id)
    answer = Response(
        render_template("admin/imports/progress.html", batch=batch, job=job, sentence=sentence_of(job))
    )
    if not job.is_running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.get("/<public_id:public_id>/refused")
@requires(Permission.IMPORTS_READ)
def refused(public_id: str) -> ResponseReturnValue:
    g = unit()
    found = list_problems(g.session, public_id=public_id, query=ListQuery(per_page=0), actor=g.actor)
    answer = Response(_refused_csv(found.rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="refused-rows.csv"'
    return answer


def _refused_csv(problems: Iterable[ProblemRow]) -> bytes:
    """Return the refused rows as they came, with a last column that says why; ready to be corrected and sent again."""
    rows: dict[int, tuple[ProblemRow, list[str]]] = {}
    for problem in problems:
        if problem.row_no is not None and problem.cells:
            rows.setdefault(problem.row_no, (problem, []))[1].append(reason_of(problem))
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for place, (problem, reasons) in enumerate(rows.values()):
        if place == 0:
            writer.writerow([*problem.header, "error"])
        cells = [*problem.cells, *[""] * (len(problem.header) - len(problem.cells))]
        writer.writerow([*map(neutral, cells), "; ".join(reasons)])
    return buffer.getvalue().encode()


def reason_of(problem: ProblemRow) -> str:
    """Say why a row is refused, its column first."""
    text = words().gettext(problem.message, **problem.params)
    return f"{problem.column}: {text}" if problem.column else text


def _batch_columns() -> list[Column[BatchView]]:
    return [
        Column("file", _("File"), lambda row: row.file_name),
        Column("profile", _("Layout of the file"), lambda row: row.profile),
        Column("source", _("Came by"), lambda row: _(SOURCE_LABELS[row.source])),
        Column("at", _("When"), lambda row: row.started_at, "moment"),
        Column("by", _("By"), lambda row: row.started_by),
        Column("rows", _("Rows"), lambda row: row.rows, "count"),
        Column("imported", _("New"), lambda row: row.imported, "count"),
        Column("updated", _("Updated"), lambda row: row.updated, "count"),
        Column("duplicates", _("Known already"), lambda row: row.duplicates, "count"),
        Column("refused", _("Refused"), lambda row: row.refused, "count"),
        Column("state", _("State"), lambda row: _(STATE_LABELS[row.state])),
    ]


def _problem_columns() -> list[Column[ProblemRow]]:
    return [
        Column("row", _("Row"), lambda row: row.row_no, "count"),
        Column("column", _("Column"), lambda row: row.column),
        Column("code", _("Code"), lambda row: row.code),
        Column("reason", _("Reason"), reason_of),
    ]


def sentence_of(job: JobView | None) -> str:
    """Say where a job stands, how fast it is and how long it will take."""
    if job is None or job.state == "done":
        return _("Done.")
    if job.state == "failed":
        return _("This could not be finished. What was done so far is kept.")
    if job.state == "queued":
        return _("Waiting for the worker.")
    if not job.total_count:
        return _("%(done)s rows read", done=f"{job.done_count:,}")
    done = _("%(done)s of %(total)s documents", done=f"{job.done_count:,}", total=f"{job.total_count:,}")
    elapsed = (unit().now - job.created_at).total_seconds()
    if job.done_count and elapsed > 1 and request.endpoint is not None:
        left = round(elapsed / job.done_count * (job.total_count - job.done_count))
        speed = _("%(count)s a second", count=f"{round(job.done_count / elapsed):,}")
        return " · ".join((done, speed, _("%(seconds)s s left", seconds=f"{left:,}")))
    return done
