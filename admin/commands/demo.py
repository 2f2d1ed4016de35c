"""``demo``: builds the demo company when absent and serves it on this machine."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.commands.context import open_database, say, the_settings
from portal.errors import Conflict
from portal.settings import DEMO_SECRET, Settings

if TYPE_CHECKING:
    from portal.db import Database
    from portal.demo import DemoAccount

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--accounts", type=click.Path(path_type=Path, dir_okay=False), help="Write the sign-ins as JSON."
)
@click.option("--fresh", is_flag=True, help="Throw the present demo away and build a new one.")
def demo(*, port: int, accounts: Path | None, fresh: bool) -> None:
    """Build the demo company (once) and serve it on 127.0.0.1 until stopped.

    Example: ./concord demo --port 8000 --accounts accounts.json
    """
    os.environ["CONCORD_SECRET_KEY"] = DEMO_SECRET
    os.environ.setdefault("CONCORD_BASE_URL", f"http://{HOST}:{port}")
    settings = the_settings()
    prepared = prepare_demo(settings, fresh=fresh)
    if accounts is not None:
        rows = [asdict(account) for account in prepared]
        accounts.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    threading.Thread(target=_announce, args=(port, prepared), daemon=True).start()
    from admin.commands.serve import programs_of, supervise

    sys.exit(supervise(programs_of(HOST, port, workers=2, with_worker=True), dict(os.environ)))


def prepare_demo(settings: Settings, *, fresh: bool) -> list[DemoAccount]:
    """Return the sign-ins of the demo, built first when it is not there or was not finished.

    Raises:
        Conflict: The installation holds books that are not the demo's; nothing was touched.
    """
    from portal.demo import build_demo, demo_accounts

    state = _state(settings)
    if state in {"ready", "building"} and (fresh or state == "building"):
        _throw_away(settings)
        state = ""
    _settings, database = open_database()
    if state != "ready":
        _require_empty(database)
        _note(settings, "building")
        say("building the demo company: two years of a living ledger, about a minute …")
        from portal.clock import utc_now

        build_demo(database, now=utc_now(), cost=settings.password_cost, say=lambda month: say(f"  {month}"))
        _note(settings, "ready")
    return demo_accounts(database)


def _marker(settings: Settings) -> Path:
    return settings.home / "demo.json"


def _state(settings: Settings) -> str:
    marker = _marker(settings)
    return str(json.loads(marker.read_text(encoding="utf-8"))["state"]) if marker.exists() else ""


def _note(settings: Settings, state: str) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "secret-key").write_text(
        DEMO_SECRET, encoding="utf-8"
    )  # other commands read its files too
    _marker(settings).write_text(json.dumps({"state": state}) + "\n", encoding="utf-8")


def _require_empty(database: Database) -> None:
    from portal.demo import has_customers

    if has_customers(database):
        raise Conflict(
            "This installation holds books that are not the demo's. Set CONCORD_HOME to another folder, "
            "for example: CONCORD_HOME=./demo-home ./concord demo"
        )


def _throw_away(settings: Settings) -> None:
    from portal.migrate import drop_everything

    drop_everything(settings.url)
    for path in (_marker(settings), settings.home / "audit-anchors.jsonl"):
        path.unlink(missing_ok=True)


def _announce(port: int, accounts: list[DemoAccount]) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((HOST, port)) == 0:
                break
        time.sleep(0.1)
    width = max(len(account.email) for account in accounts)
    lines = [f"  {one.role:<15} {one.email:<{width}}  {one.customer_no or ''}" for one in accounts]
    say(
        f"\nConcord demo: http://{HOST}:{port}\nPassword of everyone: {accounts[0].password}\n"
        + "\n".join(lines)
    )
    say(
        "Staff need a code after the password: the page shows it in the demo, and --accounts FILE has the keys."
    )
    say("Mails that would be sent are under Reminders and mail (sign in as clerk). Stop with Ctrl-C.\n")
