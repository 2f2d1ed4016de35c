"""Rows written from patterns: escaped, one pattern a kind, the same as a row rendered alone."""

from __future__ import annotations

from typing import Any

from portal.views.statement_lines import ShownLine
from portal.views.statement_rows import RowWriter


def line(**changes: Any) -> ShownLine:
    usual = ShownLine(
        no=7, url="/documents/x", number="INV-7", day="7 Oct", text="Ball screw", order="PO-7", due="6 Nov",
        amount="1,260.00", is_minus=False, minor=126_000, balance="", kind="none", word="Unanswered", dispute_url="",
    )  # fmt: skip
    return usual._replace(**changes)


class Patterns:
    """Stands for the template and counts how often it is rendered."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, **kind: Any) -> str:
        self.asked.append(kind)
        link = "{url}" if kind["url"] else "-"
        return f"<{kind['kind']} {link}>{{number}}|{{text}}|{{order}}|{{amount}}</>"


def test_a_kind_is_rendered_once_for_all_its_rows() -> None:
    patterns = Patterns()
    written = RowWriter(patterns).write([line(no=number) for number in range(1000)])
    assert len(patterns.asked) == 1
    assert written.count("INV-7|Ball screw|PO-7|1,260.00") == 1000


def test_rows_of_other_kinds_get_their_own_pattern() -> None:
    patterns = Patterns()
    rows = [line(), line(kind="confirmed"), line(url=""), line(is_minus=True), line(order="")]
    RowWriter(patterns).write(rows)
    assert len(patterns.asked) == 5


def test_what_people_typed_is_escaped_and_never_a_place_of_the_pattern() -> None:
    """Attack cases D18 and D19: markup and braces in a document's words stay words."""
    written = RowWriter(Patterns()).write(
        [line(text="<script>alert(1)</script>", order="{amount}", number='"><b>')]
    )
    assert "<script>" not in written
    assert "&lt;script&gt;" in written
    assert "|{amount}|" in written
    assert '"><b>' not in written
