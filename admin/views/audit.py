"""The audit trail for auditors; checks of the books for those who run them."""

from __future__ import annotations

import json

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.views.jobs import sentence_of
from portal.access import Permission
from portal.audit import ANCHORS, AUDIT_SORTS, AuditView, list_audit, read_anchors, verify_chain
from portal.checks import INVARIANTS
from portal.errors import NotFound
from portal.http.access import requires
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _
from portal.jobs import enqueue, newest_job

#: Name of the job that checks the books; admin/commands/worker.py runs it.
CHECKS_JOB = "checks.run"

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")


@bp.get("")
@requires(Permission.AUDIT_READ, Permission.AUDIT_OWN)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_audit(g.session, query=list_query(AUDIT_SORTS, default="-number"), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "audit-trail")
    details = {row.number: json.dumps(row.details, ensure_ascii=False, indent=1) for row in listing.rows}
    return render_template(
        "admin/audit/index.html", listing=listing, links=ListLinks(listing), details=details
    )


@bp.get("/chain")
@requires(Permission.AUDIT_READ)
def chain() -> str:
    g = unit()
    report = verify_chain(g.session, anchors=read_anchors(g.settings.home / ANCHORS))
    return render_template("admin/audit/chain.html", report=report)


@bp.get("/checks")
@requires(Permission.CHECKS_RUN, Permission.AUDIT_READ)
def checks() -> str:
    job = newest_job(unit().session, CHECKS_JOB)
    sentence = sentence_of(job) if job else ""
    return render_template("admin/audit/checks.html", job=job, sentence=sentence, titles=INVARIANTS)


@bp.post("/checks")
@requires(Permission.CHECKS_RUN)
def check() -> ResponseReturnValue:
    g = unit()
    newest = newest_job(g.session, CHECKS_JOB)
    if newest is None or not newest.is_running:
        key = f"{CHECKS_JOB}:{g.request_id}"
        enqueue(g.session, CHECKS_JOB, key=key, payload={}, now=g.now, requested_by_id=g.actor.person_id)
    return redirect(url_for(".checks"), 303)


@bp.get("/checks/progress")
@requires(Permission.CHECKS_RUN, Permission.AUDIT_READ)
def progress() -> ResponseReturnValue:
    job = newest_job(unit().session, CHECKS_JOB)
    if job is None:
        raise NotFound
    headers = {} if job.is_running else {"HX-Refresh": "true"}
    return render_template("admin/audit/progress.html", job=job, sentence=sentence_of(job)), headers


def _columns() -> list[Column[AuditView]]:
    return [
        Column("number", _("Number"), lambda row: row.number, "count"),
        Column("at", _("Time"), lambda row: row.at, "moment"),
        Column("event", _("Event"), lambda row: row.event),
        Column("who", _("Person"), lambda row: row.actor_name),
        Column("subject", _("Subject"), lambda row: f"{row.subject_kind} {row.subject_id}"),
        Column("details", _("Details"), lambda row: json.dumps(row.details, ensure_ascii=False)),
        Column("hash", _("Hash"), lambda row: row.hash),
    ]
