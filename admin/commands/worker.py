"""``worker``: runs jobs, sends mail and does the periodic work; the one table job name → verb."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import structlog

from admin.commands.bank_jobs import check_bank, load_bank
from admin.commands.context import open_database, say, the_settings
from admin.commands.import_jobs import IMPORT_VERBS
from portal.access import SEND_RESET, forget_old_tries, send_reset, system_actor
from portal.clock import business_day, utc_now
from portal.jobs import JobRun, Verb, enqueue, lease_job, note_heartbeat, run_job
from portal.ledger import entity_view

if TYPE_CHECKING:
    from portal.db import Database
    from portal.settings import Settings

log = structlog.get_logger("concord.worker")
POLL_SECONDS = 1.0
INBOX_SECONDS = 5
ACTOR = system_actor("worker")


def _tell_auditors(run: JobRun) -> Mapping[str, Any]:
    """Tell auditors once a week who prepares and approves at the same time; nothing while nobody does."""
    from portal.roles import send_weekly_list

    with run.database.writing() as session:
        seller = entity_view(session)
        words = {
            one: {
                "seller": seller.short_name_in(one),
                "seller_phone": seller.phone,
                "seller_email": seller.email,
            }
            for one in ("zh", "en")
        }
        return {"queued": send_weekly_list(session, seller=words, actor=ACTOR, now=run.now)}


def _run_reminders(run: JobRun) -> Mapping[str, Any]:
    from portal.reminders import run_reminders
    from portal.statements import mark_no_response

    moved = 1
    while moved:
        with run.database.writing() as session:
            moved = mark_no_response(session, actor=ACTOR, now=run.now)
    queued, after = 0, 0
    while True:
        with run.database.writing() as session:
            done = run_reminders(session, actor=ACTOR, now=run.now, after_id=after, limit=200)
        queued, after = queued + done.queued, done.last_id
        if not after:
            return {"queued": queued}


def _issue_statements(run: JobRun) -> Mapping[str, Any]:
    from portal.statements import issue_batch

    issued = 0
    while True:
        with run.database.writing() as session:
            step = issue_batch(session, run=run.payload["run"], actor=ACTOR, now=run.now)
        issued += step.issued
        run.progress(issued, issued + step.left)
        if not step.left:
            break
    return {"issued": issued, **_run_reminders(run)}


def _prepare_statements(run: JobRun) -> Mapping[str, Any]:
    from portal.statements import prepare_run

    prepare_run(
        run.database.writing, run=run.payload["run"], actor=ACTOR, now=run.now,
        on_progress=lambda step: run.progress(step.done, step.total),
    )  # fmt: skip
    return {}


def _match(run: JobRun) -> Mapping[str, Any]:
    from portal.matching import run_matching

    return run_matching(run.database, progress=run.progress, actor=ACTOR, now=run.now).as_json()


def _compare_ledgers(run: JobRun) -> Mapping[str, Any]:
    from portal.compare import run_comparison

    return run_comparison(
        run.database, public_id=run.payload["comparison"], now=run.now, on_progress=run.progress
    )


def _close_disputes(run: JobRun) -> Mapping[str, Any]:
    from portal.disputes import close_disputes

    closed = 0
    while True:
        with run.database.writing() as session:
            step = close_disputes(session, actor=ACTOR, now=run.now, limit=100)
        closed += step
        if not step:
            return {"closed": closed}


def _run_checks(run: JobRun) -> Mapping[str, Any]:
    from portal.checks import run_checks

    with run.database.reading() as session:
        return run_checks(session, home=the_settings().home, now=run.now).as_json()


def _purge_old(run: JobRun) -> Mapping[str, Any]:
    from portal.privacy import purge_old

    with run.database.writing() as session:
        lines = purge_old(session, actor=ACTOR, now=run.now)
    return {line.kind: line.deleted for line in lines}


#: Job name → verb; each is safe to run again from its start.
VERBS: dict[str, Verb] = {
    **IMPORT_VERBS,
    "checks.run": _run_checks,
    "compare.run": _compare_ledgers,
    "disputes.close": _close_disputes,
    "bank.check": check_bank,
    "bank.load": load_bank,
    "matching.run": _match,
    "privacy.purge": _purge_old,
    SEND_RESET: send_reset,
    "reminders.run": _run_reminders,
    "roles.weekly": _tell_auditors,
    "statements.issue": _issue_statements,
    "statements.prepare": _prepare_statements,
}


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, then stop.")
def worker(*, once: bool) -> None:
    """Run jobs and send mail until stopped.

    Several workers may run at once; a killed one costs a delay, nothing else.

    Example: ./concord worker
    """
    from portal.http.logs import set_up_logging

    settings, database = open_database()
    set_up_logging(settings)
    name = f"{socket.gethostname()[:40]}:{os.getpid()}"
    loops: tuple[Callable[[], bool], ...] = (
        lambda: _one_job(database, name),
        lambda: _some_mail(database, settings),
        lambda: _housekeeping(database, settings, name),
    )
    if once:
        _housekeeping(database, settings, name)
        if settings.inbox:  # a file is whole when it looks the same twice
            stop_looking = threading.Event()
            stop_looking.wait(POLL_SECONDS)
            _watch_inbox(database, settings)
        while _one_job(database, name) or _some_mail(database, settings):
            pass
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _which, _frame: stop.set())
    threads = [threading.Thread(target=_repeat, args=(loop, stop)) for loop in loops]
    for thread in threads:
        thread.start()
    say(f"worker {name} is running")
    for thread in threads:
        while thread.is_alive():
            thread.join(timeout=0.5)


def _repeat(step: Callable[[], bool], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            did_something = step()
        except Exception as error:
            log.exception("worker", error=type(error).__name__)
            did_something = False
        if not did_something:
            stop.wait(POLL_SECONDS)


def _one_job(database: Database, name: str) -> bool:
    job = lease_job(database, worker=name, now=utc_now())
    if job is None:
        return False
    is_done = run_job(database, job, VERBS, clock=utc_now)
    log.info("job", name=job.name, attempt=job.attempts, done=is_done)
    return True


def note_delivery(database: Database) -> None:
    """Let statements know that the mail about them has left."""
    from portal.statements import mark_delivered

    with database.writing() as session:
        mark_delivered(session, actor=ACTOR, now=utc_now())


def _some_mail(database: Database, settings: Settings) -> bool:
    from portal.http.mail import deliver_mail

    done = deliver_mail(database, settings, limit=50, clock=utc_now)
    if done.sent or done.failed:
        log.info("mail", sent=done.sent, failed=done.failed, left=done.left)
    if done.sent:
        note_delivery(database)
    return done.sent > 0


_last: dict[str, Any] = {}


def _is_time(what: str, every: timedelta) -> bool:
    now = utc_now()
    if what in _last and now - _last[what] < every:
        return False
    _last[what] = now
    return True


def _housekeeping(database: Database, settings: Settings, name: str) -> bool:
    from portal.http.start import anchor_now

    if _is_time("heartbeat", timedelta(seconds=15)):
        note_heartbeat(database, worker=name, now=utc_now())
    if _is_time("anchor", timedelta(minutes=1)):
        anchor_now(database, settings)
    if _is_time("tries", timedelta(hours=1)):
        with database.writing() as session:
            forget_old_tries(session, now=utc_now())
    if settings.inbox and _is_time("inbox", timedelta(seconds=INBOX_SECONDS)):
        _watch_inbox(database, settings)
    if _is_time("daily", timedelta(minutes=1)):
        _queue_daily(database)
    return False


def _watch_inbox(database: Database, settings: Settings) -> None:
    """Take whole files from the watched folder; a file is whole when it looks the same twice."""
    from portal.imports import Inbox, take_files

    inbox = _last.setdefault("the inbox", Inbox(Path(settings.inbox)))
    taken = take_files(database, inbox, actor=system_actor("inbox"), now=utc_now())
    if taken:
        log.info("inbox", taken=len(taken))


def _queue_daily(database: Database) -> None:
    with database.reading() as session:
        day = business_day(utc_now(), entity_view(session).time_zone)
    with database.writing() as session:
        enqueue(session, "reminders.run", key=f"reminders.run:{day}", payload={}, now=utc_now())
        enqueue(session, "disputes.close", key=f"disputes.close:{day}", payload={}, now=utc_now())
        enqueue(session, "privacy.purge", key=f"privacy.purge:{day}", payload={}, now=utc_now())
        enqueue(session, "roles.weekly", key=f"roles.weekly:{day}", payload={}, now=utc_now())
        enqueue(session, "imports.feeds", key=f"imports.feeds:{day}", payload={}, now=utc_now())
