"""From a file as a bookkeeper exports it to ledger rows: layout guessed, corrected by people, remembered."""

from __future__ import annotations

from portal.compare.layout.guess import guess_layout
from portal.compare.layout.orient import orientation_of, own_orientation, turned
from portal.compare.layout.read import SHEET_STEP, read_ledger
from portal.compare.layout.roles import ROLES
from portal.compare.layout.rules import (
    SIGNS,
    ColumnGuess,
    Guess,
    Layout,
    LayoutRefused,
    LeftOut,
    ReadLedger,
    first_rows,
)

__all__ = [
    "ROLES",
    "SHEET_STEP",
    "SIGNS",
    "ColumnGuess",
    "Guess",
    "Layout",
    "LayoutRefused",
    "LeftOut",
    "ReadLedger",
    "first_rows",
    "guess_layout",
    "orientation_of",
    "own_orientation",
    "read_ledger",
    "turned",
]
