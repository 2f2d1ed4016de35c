"""``export journal``: a file other programs read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.books import Books
from tests.commands.conftest import Run


@pytest.mark.parametrize("style", ["hledger", "beancount"])
def test_writes_the_journal(
    run: Run, command_home: Path, session: Session, books: Callable[[str], Books], tmp_path: Path, style: str
) -> None:
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    session.commit()
    file = tmp_path / "journal.txt"
    ran = run("export", "journal", "--format", style, "--customer", "ACME", "-o", str(file), "--json")
    assert (ran.code, ran.json["format"]) == (0, style)
    assert "Assets:AR:ACME  100.00 CNY" in file.read_text("utf-8")


def test_an_unknown_customer_is_refused(run: Run, command_home: Path, tmp_path: Path) -> None:
    ran = run("export", "journal", "--customer", "NOBODY", "-o", str(tmp_path / "journal.txt"))
    assert ran.code == 1


def test_a_wrong_format_is_wrong_usage(run: Run, command_home: Path, tmp_path: Path) -> None:
    assert run("export", "journal", "--format", "gnucash", "-o", str(tmp_path / "journal.txt")).code == 2
