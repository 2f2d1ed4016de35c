"""Jobs of the worker about imports: check, load, try again, undo, watch the folder, miss what is late."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from admin.commands.context import the_settings
from portal.access import system_actor
from portal.jobs import JobRun, Verb

if TYPE_CHECKING:
    from portal.imports import Loading

ACTOR = system_actor("worker")


def _undo_import(run: JobRun) -> Mapping[str, Any]:
    from portal.imports import actor_in_job, undo_batch

    with run.database.reading() as session:
        actor = actor_in_job(session, run.payload["person"])
    done = undo_batch(
        run.database, public_id=run.payload["batch"], actor=actor, now=run.now, on_progress=run.progress
    )
    return {"reversed": done}


def _loading(run: JobRun) -> Loading:
    from admin.commands.imports import disputes_opener
    from portal.imports import Loading

    return Loading(
        book_currency=the_settings().book_currency,
        on_progress=lambda _what, done, total: run.progress(done, total),
        disputes_for=lambda actor, now: disputes_opener(actor=actor, now=now),
    )


def _retry_import(run: JobRun) -> Mapping[str, Any]:
    from portal.imports import retry_batch

    result = retry_batch(
        run.database, public_id=run.payload["batch"], person_id=run.payload["person"], now=run.now,
        loading=_loading(run),
    )  # fmt: skip
    return {"rows": result.rows if result else 0}


def _take_import(run: JobRun) -> Mapping[str, Any]:
    from portal.imports import put_aside, take_batch

    batch = take_batch(run.database, public_id=run.payload["batch"], now=run.now, loading=_loading(run))
    if the_settings().inbox:
        with run.database.reading() as session:
            put_aside(session, Path(the_settings().inbox), public_id=batch.public_id)
    return {"imported": batch.imported_count}


def _check_feeds(run: JobRun) -> Mapping[str, Any]:
    from portal.imports import check_feeds

    with run.database.writing() as session:
        return {"late": check_feeds(session, actor=ACTOR, now=run.now)}


def _check_import(run: JobRun) -> Mapping[str, Any]:
    from portal.imports import check_batch

    result = check_batch(
        run.database,
        public_id=run.payload["batch"],
        now=run.now,
        on_progress=lambda _what, done, total: run.progress(done, total),
    )
    return {"rows": result.rows if result else 0}


def _load_import(run: JobRun) -> Mapping[str, Any]:
    from portal.imports import load_batch

    result = load_batch(run.database, public_id=run.payload["batch"], now=run.now, loading=_loading(run))
    return {"imported": result.imported if result else 0}


#: Job name → verb.
IMPORT_VERBS: dict[str, Verb] = {
    "imports.check": _check_import,
    "imports.feeds": _check_feeds,
    "imports.load": _load_import,
    "imports.retry": _retry_import,
    "imports.take": _take_import,
    "imports.undo": _undo_import,
}
