"""What became of a bank file: counts, statements and reasons, as the console and the pages tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.connectors.bank_facts import Problem


@dataclass(slots=True)
class FileResult:
    """The answer for one file.

    Attributes:
        lines: Booked entries, the refused ones included: imported + duplicates + rejected.
        skipped: Rows that are rightly no entry (totals, closed orders, balances).
        errors: Why rows were refused, the first thousand; one without a row means the whole file.
        notes: Why rows were left out.
    """

    name: str
    format: str = ""
    public_id: str = ""
    lines: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: int = 0
    skipped: int = 0
    is_unreadable: bool = False
    errors: Sequence[Problem] = ()
    notes: Sequence[Problem] = ()
    statements: list[dict[str, Any]] = field(default_factory=list)
    preview: dict[str, Any] | None = None

    @property
    def is_clean(self) -> bool:
        """Whether every entry was taken in or known."""
        return not self.is_unreadable and not self.rejected

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the interface states it."""
        return {
            "name": self.name,
            "format": self.format or None,
            "lines": self.lines,
            "imported": self.imported,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "errors": [bank_problem_json(problem) for problem in self.errors],
            "notes": [bank_problem_json(problem) for problem in self.notes],
            "statements": self.statements,
        }


def bank_problem_json(problem: Problem) -> dict[str, Any]:
    """Return one reason with its place, in English."""
    message = problem.message % problem.params if problem.params else problem.message
    return {"row": problem.row_no, "column": problem.column or None, "code": problem.code, "message": message}
