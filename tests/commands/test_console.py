"""What all commands have in common: help with an example, exit codes, one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest

from admin.commands.__main__ import COMMANDS, concord
from tests.commands.conftest import Run


def _leaves(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _leaves(found, (*path, name))


def test_every_command_shows_an_example() -> None:
    assert [path for path, command in _leaves(concord) if "Example:" not in (command.help or "")] == []


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("nonsense").code == 2
    assert run("users", "add").code == 2


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(run: Run, name: str) -> None:
    answer = run(name, "--help")
    assert (answer.code, "Usage:" in answer.out) == (0, True)


def test_settings_are_shown_without_secrets(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONCORD_SECRET_KEY", "very secret")
    monkeypatch.setenv("CONCORD_MAIL_URL", "smtp://me:hush@mail.example:25")
    rows = {row["name"]: row for row in run("settings", "--json").json["settings"]}
    assert rows["CONCORD_SECRET_KEY"]["value"] == "set"
    assert rows["CONCORD_MAIL_URL"]["value"] == "smtp://…@mail.example:25"
    assert all(row["description"] for row in rows.values())


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_BASE_URL", "http://far.example")
    answer = run("migrate")
    assert answer.code == 2
    assert "CONCORD_BASE_URL" in answer.err


def test_routes_are_listed_with_permission_and_scope(run: Run) -> None:
    rows = {(row["rule"], *row["methods"]): row for row in json.loads(run("routes", "--json").out)}
    assert rows["/sign-in", "GET"]["scope"] == "public"
    assert rows["/account", "GET"] == {
        "rule": "/account",
        "methods": ["GET"],
        "endpoint": "account.show",
        "permission": "account:own",
        "scope": "any",
    }
    assert all(row["permission"] or row["scope"] == "public" for row in rows.values())


def test_mail_is_delivered_from_the_console(run: Run) -> None:
    assert run("mail", "deliver", "--json").json == {"sent": 0, "failed": 0, "left": 0}
    assert run("mail", "deliver", "--limit", "0").code == 2
