"""Bank files: drop several, see what is in them as it would be read, take them in, undo a whole file."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from portal.access import Permission
from portal.bank import (
    BANK_FORMATS,
    FILE_LABELS,
    FILE_SORTS,
    ROLE_LABELS,
    ColumnsView,
    FileRow,
    LayoutDraft,
    account_choices,
    check_bank_file_again,
    columns_of,
    correct_columns,
    find_bank_file,
    list_bank_files,
    list_bank_problems,
    receive_bank_files,
    start_bank_load,
    statements_in,
    undo_bank_file,
)
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, uploads
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _, ngettext
from portal.jobs import JobView, find_job
from portal.money import Money, format_minor, parse_minor

bp = Blueprint("admin_bank_files", __name__, url_prefix="/admin/bank/files")


class UploadForm(Form):
    """Files (read beside the form) and the account they are of."""

    account = SelectField(N_("Account"), default="")


class CheckForm(Form):
    """How an uploaded file is read."""

    account = SelectField(N_("Account"), default="")
    format = SelectField(N_("Format"), default="auto")


def _with_accounts(form: UploadForm | CheckForm) -> None:
    g = unit()
    form.account.choices = [("", _("As the file says")), *account_choices(g.session, actor=g.actor)]


def _check_form() -> CheckForm:
    form = CheckForm()
    _with_accounts(form)
    form.format.choices = [
        ("auto", _("Told by the content")),
        *((name, name.upper()) for name in BANK_FORMATS),
    ]
    return form


@bp.get("")
@requires(Permission.BANK_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_bank_files(g.session, query=list_query(FILE_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _file_columns(), "bank-files")
    return render_template(
        "admin/bank/files.html", listing=listing, links=ListLinks(listing), states=FILE_LABELS
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.IMPORTS_RUN)
def new() -> ResponseReturnValue:
    g = unit()
    form = UploadForm()
    _with_accounts(form)
    if form.is_submitted():
        try:
            kept = receive_bank_files(
                g.session, files=uploads("files"), account=form.account.data or "", actor=g.actor, now=g.now
            )
        except Invalid as refusal:
            form.refuse(refusal)
            return render_template("admin/bank/new_file.html", form=form), 422
        if len(kept) == 1:
            return redirect(url_for(".show", public_id=kept[0]), 303)
        flash(
            ngettext("%(num)s file is being checked.", "%(num)s files are being checked.", len(kept)), "info"
        )
        return redirect(url_for(".index"), 303)
    return render_template("admin/bank/new_file.html", form=form)


@bp.get("/<public_id:public_id>")
@requires(Permission.BANK_READ)
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, _check_form())


def _page(public_id: str, form: CheckForm) -> str:
    g = unit()
    file = find_bank_file(g.session, public_id=public_id, actor=g.actor)
    job = find_job(g.session, public_id=file.job_id) if file.job_id else None
    problems = list_bank_problems(g.session, public_id=public_id, query=list_query(()), actor=g.actor)
    if not form.is_submitted():
        form.account.data = file.account_public_id
    return render_template(
        "admin/bank/file.html", file=file, job=job, sentence=sentence_of(job), problems=problems,
        links=ListLinks(problems), form=form, first=first_lines(file), found=found_statements(file),
        statements=statements_in(g.session, public_id=public_id, actor=g.actor),
    )  # fmt: skip


@bp.post("/<public_id:public_id>/load")
@requires(Permission.IMPORTS_RUN)
def load(public_id: str) -> ResponseReturnValue:
    g = unit()
    form = _check_form()
    try:
        start_bank_load(
            g.session, public_id=public_id, account=request.form.get("account", ""), actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(public_id, form), 422
    flash(_("Taking in has begun. You may leave this page."), "info")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/check")
@requires(Permission.IMPORTS_RUN)
def check(public_id: str) -> ResponseReturnValue:
    g = unit()
    form = _check_form()
    try:
        check_bank_file_again(
            g.session, public_id=public_id, account=form.account.data or "", file_format=form.format.data or "auto",
            actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(public_id, form), 422
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/undo")
@requires(Permission.IMPORTS_RUN)
def undo(public_id: str) -> ResponseReturnValue:
    g = unit()
    form = _check_form()
    try:
        count = undo_bank_file(
            g.session, public_id=public_id, reason=request.form.get("reason", ""), actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(public_id, form), 422
    flash(ngettext("%(num)s line left the books.", "%(num)s lines left the books.", count), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id:public_id>/progress")
@requires(Permission.BANK_READ)
def progress(public_id: str) -> ResponseReturnValue:
    g = unit()
    file = find_bank_file(g.session, public_id=public_id, actor=g.actor)
    job = find_job(g.session, public_id=file.job_id)
    answer = Response(
        render_template("admin/bank/progress.html", file=file, job=job, sentence=sentence_of(job))
    )
    if not job.is_running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.get("/<public_id:public_id>/columns")
@requires(Permission.IMPORTS_RUN)
def columns(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = columns_of(g.session, public_id=public_id, actor=g.actor)
    return _columns_page(view, Form())


def _columns_page(view: ColumnsView, form: Form) -> str:
    return render_template("admin/bank/columns.html", view=view, roles=ROLE_LABELS, form=form)


@bp.post("/<public_id:public_id>/columns")
@requires(Permission.IMPORTS_RUN)
def save_columns(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = columns_of(g.session, public_id=public_id, actor=g.actor)
    form = Form()
    try:
        correct_columns(g.session, public_id=public_id, draft=_draft(view), actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _columns_page(view, form), 422
    flash(_("Saved for this file. A second person decides whether the next ones are read so."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


def _draft(view: ColumnsView) -> LayoutDraft:
    roles: dict[str, list[str]] = {}
    for place, name in enumerate(view.names):
        role = request.form.get(f"role-{place}", "")
        if role in ROLE_LABELS:
            roles.setdefault(role, []).append(name)
    values = request.form
    return LayoutDraft(
        values.get("name", "")[:80], roles, values.get("decimal", ""), values.get("order", ""),
        is_inverted="is_inverted" in values, currency=values.get("currency", "").strip().upper()[:3],
    )  # fmt: skip


def first_lines(file: FileRow) -> list[dict[str, object]]:
    """Return the first lines of a checked file with their amounts as money."""
    lines = []
    for line in file.preview.get("first", []):
        amount = Money(line["amount_minor"], line["currency"]) if line["currency"] else None
        lines.append({**line, "amount": amount, "plain": format_minor(line["amount_minor"], "EUR")})
    return lines


def found_statements(file: FileRow) -> list[dict[str, object]]:
    """Return the statements of a checked file with their balances as money."""
    found = []
    for one in file.preview.get("statements", []):
        currency = one["currency"]
        balances = {
            key: Money(parse_minor(one[key], currency, signed=True), currency)
            if one[key] and currency
            else None
            for key in ("opening", "closing")
        }
        found.append({**one, **balances})
    return found


def sentence_of(job: JobView | None) -> str:
    """Say where checking or taking in stands."""
    if job is None or job.state == "done":
        return _("Done.")
    if job.state == "failed":
        return _("This could not be finished. What was done so far is kept.")
    if job.state == "queued":
        return _("Waiting for the worker.")
    return _("%(done)s of %(total)s lines", done=f"{job.done_count:,}", total=f"{job.total_count:,}")


def _file_columns() -> list[Column[FileRow]]:
    return [
        Column("file", _("File"), lambda row: row.file_name),
        Column("format", _("Format"), lambda row: row.format),
        Column("at", _("When"), lambda row: row.started_at, "moment"),
        Column("by", _("By"), lambda row: row.started_by),
        Column("lines", _("Lines"), lambda row: row.lines, "count"),
        Column("imported", _("New"), lambda row: row.imported, "count"),
        Column("duplicates", _("Known already"), lambda row: row.duplicates, "count"),
        Column("refused", _("Refused"), lambda row: row.rejected, "count"),
        Column("state", _("State"), lambda row: _(FILE_LABELS[row.state])),
    ]
