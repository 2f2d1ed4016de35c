"""Fixtures of command tests: run a command in this process on a home folder of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from admin.commands import context
from admin.commands.__main__ import main


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def command_home(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder the settings point to, on a migrated database with the cast."""
    for name, value in {"HOME": str(home), "DATABASE_URL": database_url, "PASSWORD_COST": "test"}.items():
        monkeypatch.setenv(f"CONCORD_{name}", value)
    context.the_settings.cache_clear()
    return home


@pytest.fixture
def run(command_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command: ``run("users", "add", …, stdin="…")``."""

    def ran(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = main(list(arguments))
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return ran
