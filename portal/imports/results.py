"""The answer of an import: counts, totals and every refused row, as values and as the public JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.imports.rules import Problem
from portal.money import minor_to_text

#: So many new customers are named; the others are counted.
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file; rows = imported + updated + duplicates + conflicts + rejected.

    Attributes:
        rows: Rows of the file, header and empty lines not counted.
        disputed: Documents newly marked or opened as disputed.
        totals: (currency, kind) → sum of what this run posted (a dry run: would post), minor units.
        problems: Every reason, in order of the file; columns by the file's own names.
        batch_id: Public id of the batch; empty in a dry run.
        to_dispute: Row numbers of documents newly disputed and still open.
        control: Sums of the file by currency, and how many totals in it they met.
        new_customers: Number and name of the first customers that were (a dry run: would be) created.
        new_customer_count: How many there are.
    """

    rows: int
    imported: int
    updated: int
    duplicates: int
    conflicts: int
    rejected: int
    totals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    disputed: int = 0
    batch_id: str = ""
    to_dispute: tuple[int, ...] = ()
    control: Mapping[str, Any] = field(default_factory=dict)
    new_customers: tuple[tuple[str, str], ...] = ()
    new_customer_count: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether every row was taken in or known."""
        return not (self.rejected or self.conflicts or self.problems)

    @property
    def totals_by_currency(self) -> dict[str, dict[str, str]]:
        """Currency → kind → decimal text, as in the public JSON."""
        found: dict[str, dict[str, str]] = {}
        for (currency, kind), minor in sorted(self.totals.items()):
            found.setdefault(currency, {})[kind] = minor_to_text(minor, currency)
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the public JSON of docs/reference/documents-format.md."""
        return {
            "rows": self.rows,
            "imported": self.imported,
            "updated": self.updated,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "rejected": self.rejected,
            "disputed": self.disputed,
            "errors": [problem_json(problem) for problem in self.problems],
            "totals": self.totals_by_currency,
            "control": dict(self.control),
            "new_customers": {
                "count": self.new_customer_count,
                "first": [{"number": number, "name": name} for number, name in self.new_customers],
            },
        }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return one refused row as in the public JSON, its message in English; row and column null where none is meant."""
    message = problem.message % problem.params if problem.params else problem.message
    return {"row": problem.row_no, "column": problem.column or None, "code": problem.code, "message": message}
