"""Cells become the text that a CSV would hold; Chinese is told from other bytes."""

from datetime import date, datetime, time

import pytest

from portal.connectors.delimited import find_delimiter
from portal.connectors.rules import cell_text, is_chinese


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100"), (55.94, "55.94"), (0.1 + 0.2, "0.3"), (611365.0, "611365"), (0.00001, "0.00001"),
        (True, "yes"), (date(2026, 1, 5), "2026-01-05"), (datetime.combine(date(2026, 1, 5), time()), "2026-01-05"),
        (" A ", "A"),
    ],
)  # fmt: skip
def test_a_cell_reads_as_people_see_it(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("header", "delimiter"), [("a,b;c,d", ","), ('"a,b,c";d;e', ";"), ("a\tb", "\t"), ("a", ",")]
)
def test_the_delimiter_is_the_one_that_cuts_most(header: str, delimiter: str) -> None:
    assert find_delimiter([header]) == delimiter


def test_latin_letters_are_not_taken_for_chinese() -> None:
    assert is_chinese("北岸包装".encode("gb18030"))
    assert not is_chinese("Müller Größe".encode("latin-1"))
