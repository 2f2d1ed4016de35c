"""Where long work stands; polled by the page that started it."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.errors import N_
from portal.http.access import requires
from portal.http.words import _
from portal.jobs import JobView, find_job

bp = Blueprint("admin_jobs", __name__, url_prefix="/admin/jobs")
_SENTENCES = {
    "queued": N_("Waiting for the worker."),
    "done": N_("Done."),
    "failed": N_("This could not be finished. What was done so far is kept."),
}


def sentence_of(job: JobView) -> str:
    """Say where a job stands."""
    if job.state != "running":
        return _(_SENTENCES[job.state])
    if not job.total_count:
        return _("Working.")
    return _("%(done)s of %(total)s", done=f"{job.done_count:,}", total=f"{job.total_count:,}")


@bp.get("/<public_id:public_id>")
@requires(Permission.WORKLIST_READ)
def progress(public_id: str) -> ResponseReturnValue:
    job = find_job(g.session, public_id=public_id)
    return render_template("admin/jobs/progress.html", job=job, sentence=sentence_of(job))
