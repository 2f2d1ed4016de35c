"""Jobs of the worker that look through uploaded bank files and take them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from admin.commands.context import the_settings
from portal.bank import check_bank_file, load_bank_file
from portal.jobs import JobRun


def check_bank(run: JobRun) -> Mapping[str, Any]:
    """Look through an uploaded bank file."""
    result = check_bank_file(
        run.database, public_id=run.payload["file"], now=run.now, on_progress=run.progress
    )
    return {} if result is None else {"lines": result.lines, "imported": result.imported}


def load_bank(run: JobRun) -> Mapping[str, Any]:
    """Take in a checked bank file."""
    result = load_bank_file(
        run.database, public_id=run.payload["file"], now=run.now, book_currency=the_settings().book_currency,
        on_progress=run.progress,
    )  # fmt: skip
    return {} if result is None else {"lines": result.lines, "imported": result.imported}
