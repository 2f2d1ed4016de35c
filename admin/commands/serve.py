"""``serve`` and ``migrate``: production processes and the schema."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from admin.commands.context import answer, as_json, open_database, say, the_settings
from portal.errors import NotAllowed
from portal.settings import LOOPBACK, Settings

ROOT = Path(__file__).resolve().parents[2]


@click.command()
@as_json
def migrate(*, as_json: bool) -> None:
    """Bring the database to the schema of this version; safe to run again.

    Example: ./concord migrate
    """
    from portal.migrate import current_revision

    _settings, database = open_database()
    revision = current_revision(database)
    answer({"revision": revision}, as_json=as_json, text=f"the database is at revision {revision}")


def refuse_unsafe(settings: Settings, host: str) -> None:
    """Refuse to listen where the settings are not safe.

    Raises:
        NotAllowed: Demo secret, or addresses without TLS, beyond this machine.
    """
    if host.strip("[]") in LOOPBACK:
        return
    if settings.is_demo:
        raise NotAllowed("The demo secret is refused on any address but 127.0.0.1.")
    if not settings.is_https:
        raise NotAllowed(
            "Set CONCORD_BASE_URL to the https:// address people use before listening on %(host)s.", host=host
        )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--no-worker", is_flag=True, help="Do not start the worker beside the web processes.")
def serve(*, host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve pages and run the worker until stopped.

    Example: CONCORD_BASE_URL=https://ar.example.com ./concord serve --host 0.0.0.0 --workers 4
    """
    settings = the_settings()
    refuse_unsafe(settings, host)
    open_database()
    environment = dict(os.environ)
    environment.setdefault(
        "CONCORD_BASE_URL", f"http://{host}:{port}" if host in LOOPBACK else settings.base_url
    )
    sys.exit(supervise(programs_of(host, port, workers=workers, with_worker=not no_worker), environment))


def programs_of(host: str, port: int, *, workers: int, with_worker: bool) -> dict[str, list[str]]:
    """Return the command lines of the web processes and, unless left out, of the worker."""
    web = [
        sys.executable, "-m", "gunicorn", "wsgi:create_app()", "--bind", f"{host}:{port}", "--workers", str(workers),
        "--worker-class", "gthread", "--threads", "8", "--timeout", "60", "--graceful-timeout", "20",
        "--max-requests", "20000", "--max-requests-jitter", "2000", "--log-level", "warning",
    ]  # fmt: skip
    worker = [sys.executable, "-m", "admin.commands", "worker"]
    return {"web": web, "worker": worker} if with_worker else {"web": web}


def supervise(programs: dict[str, list[str]], environment: dict[str, str]) -> int:
    """Keep programs running until one of the stop signals comes; a worker that dies is started again.

    Returns:
        Exit code: 0 after a stop signal, else that of the web processes.
    """
    running = {
        name: subprocess.Popen(command, cwd=ROOT, env=environment) for name, command in programs.items()
    }
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda which, _frame: stopping.append(which))
    while not stopping and running["web"].poll() is None:
        worker = running.get("worker")
        if worker is not None and worker.poll() is not None:
            say("the worker stopped; starting it again")
            time.sleep(1)
            running["worker"] = subprocess.Popen(programs["worker"], cwd=ROOT, env=environment)
        time.sleep(0.2)
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in running.values():
        try:
            process.wait(timeout=25)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if stopping else (running["web"].returncode or 0)
