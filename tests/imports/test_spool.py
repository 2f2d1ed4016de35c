"""Rows wait on disk in the order in which they can be planned."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.imports.row import read_row
from portal.imports.rules import DocumentRow, Problem
from portal.imports.spool import CREDIT, LAST, PLAIN, REFUND, Spool


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as spool:
        yield spool


def row(no: int, document_no: str, **cells: str) -> DocumentRow:
    usual = {
        "kind": "invoice",
        "customer_no": "ACME",
        "currency": "CNY",
        "document_date": "2026-01-05",
        "amount": "1",
    }
    found = read_row(no, usual | {"document_no": document_no} | cells)
    assert isinstance(found, DocumentRow), found
    return found


def add(spool: Spool, *rows: DocumentRow) -> None:
    spool.add_rows((row.no, row, ["cells", str(row.no)]) for row in rows)


def test_what_is_applied_waits_for_what_it_may_be_applied_to(spool: Spool) -> None:
    add(
        spool,
        row(2, "B", kind="refund", applies_to="R"),
        row(3, "R", kind="receipt", applies_to="I"),
        row(4, "I"),
    )
    assert spool.finish_reading() == 3
    groups = list(spool.groups())
    assert [(group.head, group.phase, group.is_target) for group in groups] == [
        (4, PLAIN, True), (3, CREDIT, True), (2, REFUND, False),
    ]  # fmt: skip


def test_rows_with_items_stand_together_and_later_tellings_come_later(spool: Spool) -> None:
    add(
        spool,
        row(2, "A", item="x"),
        row(3, "B"),
        row(4, "A", item="y"),
        row(5, "B", settled_date="2026-02-01"),
    )
    spool.finish_reading()
    assert [(group.head, group.turn, [row.no for row in group.rows]) for group in spool.groups()] == [
        (2, 1, [2, 4]), (3, 1, [3]), (5, 2, [5]),
    ]  # fmt: skip


def test_a_typed_row_comes_back_as_it_was(spool: Spool) -> None:
    before = row(
        2,
        "R",
        kind="receipt",
        applies_to="I:0.50;J",
        due_date="2026-02-04",
        customer_name="埃克米",
        tax_amount="0",
    )
    add(spool, before)
    spool.finish_reading()
    assert next(iter(spool.groups())).rows == (before,)


def test_a_refused_line_is_known_to_its_document(spool: Spool) -> None:
    add(spool, row(2, "A", item="x"))
    spool.add_rows(
        [
            (3, {"kind": "invoice", "document_no": "A", "item": "y"}, ["raw"]),
            (4, {"kind": "invoice", "document_no": "C"}, ["raw"]),
        ]
    )
    spool.refuse([Problem(3, "amount", "bad_amount", "“%(text)s”", {"text": "x"})])
    spool.finish_reading()
    (group,) = spool.groups()
    assert (group.rows[0].no, group.refused) == (2, (3,))
    assert spool.first_problem(3) == Problem(3, "amount", "bad_amount", "“%(text)s”", {"text": "x"})
    assert spool.cells(3) == ["raw"]


def test_the_newest_name_of_a_customer_holds(spool: Spool) -> None:
    add(
        spool,
        row(2, "A", customer_name="Acme new", document_date="2026-02-01"),
        row(3, "B", customer_name="Acme old"),
        row(4, "C"),
    )
    assert spool.names_of(["ACME", "GLOBEX"]) == {"ACME": ("Acme new", 2)}


def test_counts_what_became_of_rows_by_the_last_word(spool: Spool) -> None:
    add(spool, row(2, "A"), row(3, "B"))
    spool.note([(2, "imported"), (3, "duplicate")])
    spool.change_later([2, 3])
    assert spool.counts() == {"imported": 1, "updated": 1}
    assert spool.row_count() == 2


def test_what_waits_comes_in_the_last_phase(spool: Spool) -> None:
    add(spool, row(2, "A"), row(3, "B"))
    spool.finish_reading()
    spool.wait([3, 3])
    assert [(group.head, group.phase) for group in spool.waiting()] == [(3, LAST)]


def test_remembers_what_a_dry_run_would_have_posted(spool: Spool) -> None:
    spool.keep_planned([("k", "A", "one"), ("k", "A", "two"), ("l", "B", "three")])
    spool.keep_pairs([(-1, -2, 5), (-1, -2, 3)])
    assert spool.planned(["A"]) == [("k", "two")]
    assert spool.pairs([-1]) == [(-1, -2, 8)]
