"""What every command starts from: settings, database, the console as actor, answers as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from getpass import getuser
from typing import TYPE_CHECKING, Any

import click

from portal.access import Actor, system_actor
from portal.settings import Settings, load_settings

if TYPE_CHECKING:
    from portal.db import Database

#: ``@as_json`` gives a command its ``--json`` switch.
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


@cache
def the_settings() -> Settings:
    """Return the settings of this run."""
    return load_settings()


def open_database() -> tuple[Settings, Database]:
    """Open the installation, migrated when behind; when the command ends the audit head is noted outside of it."""
    from portal.http.start import anchor_now, open_home

    settings = the_settings()
    database = open_home(settings)

    def close() -> None:
        anchor_now(database, settings)
        database.dispose()

    click.get_current_context().call_on_close(close)
    return settings, database


def console_actor() -> Actor:
    """Return the person at the console: the operating-system user, with every permission."""
    try:
        user = getuser()
    except (KeyError, OSError):
        user = "unknown"
    return system_actor(f"os:{user}"[:120])


def answer(facts: Mapping[str, Any], *, as_json: bool, text: str = "") -> None:
    """Print the answer: one JSON object, or text for people (each fact on its line where there is none)."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    elif text:
        click.echo(text)
    else:
        for key, value in facts.items():
            click.echo(f"{key}: {value}")


def say(message: str) -> None:
    """Tell people something beside the answer, on standard error."""
    click.echo(message, err=True)
