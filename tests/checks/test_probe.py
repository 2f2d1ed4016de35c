"""A question that finds many rows counts them all and shows a few."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.checks.probe import SHOWN, Probe, found, run_probe
from portal.receivables.models import Document
from tests.books import Books


def test_counts_all_and_shows_the_first(session: Session, books: Callable[[str], Books]) -> None:
    books("\n".join(f"2026-01-05 invoice ACME INV-{number} 1.00 CNY" for number in range(8)))
    probe = Probe(
        "I1", select(func.count(Document.id)), select(Document.document_no).order_by(Document.id),
        lambda row: f"document {row.document_no}",
    )  # fmt: skip
    finding = run_probe(session, probe)
    assert (finding.checked, finding.violations, len(finding.first)) == (8, 8, SHOWN)
    assert finding.first[0] == "document INV-0"


def test_a_walk_reports_in_the_same_form() -> None:
    finding = found("I6", 9, (f"row {number}" for number in range(7)))
    assert (finding.checked, finding.violations, len(finding.first)) == (9, 7, SHOWN)
