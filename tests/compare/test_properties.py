"""Properties of every comparison: exact bridge, order does not matter, sides mirror, again is the same."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.compare.engine import Comparison, Ledger, LedgerRow, compare_ledgers

BEGIN = date(2026, 10, 1)
MIRROR = {
    "only_ours": "only_theirs", "only_theirs": "only_ours", "duplicate_ours": "duplicate_theirs",
    "duplicate_theirs": "duplicate_ours", "omitted_ours": "omitted_theirs", "omitted_theirs": "omitted_ours",
}  # fmt: skip
ROW = st.tuples(
    st.integers(0, 35), st.sampled_from([100, 250, 350, 600, 985, 1000, 12345, -600, -985, -1000, -12345]),
    st.sampled_from(["", "INV-10001", "INV-10002", "10001", "INV 10003", "RC-77"]),
    st.sampled_from(["", "payment INV-10001", "fee", "goods"]),
)  # fmt: skip
ROWS = st.lists(ROW, max_size=9)


def ledger(rows: list[tuple[int, int, str, str]]) -> list[LedgerRow]:
    return [
        LedgerRow(no, BEGIN + timedelta(days=day), minor, number, text)
        for no, (day, minor, number, text) in enumerate(rows, start=2)
    ]


def compared(ours: list[LedgerRow], theirs: list[LedgerRow], **options: Any) -> Comparison:
    return compare_ledgers(Ledger(ours), Ledger(theirs), currency="CNY", as_of=date(2026, 10, 31), **options)


def content(found: Comparison, ours: list[LedgerRow], theirs: list[LedgerRow]) -> Counter[tuple[object, ...]]:
    """What was found, told by what rows say and not by their numbers."""
    mine, yours = {one.no: one[1:] for one in ours}, {one.no: one[1:] for one in theirs}
    return Counter(
        (mine.get(one.ours or -1), yours.get(one.theirs or -1), one.status, one.cause)
        for one in found.findings
    )


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS)
def test_the_bridge_always_sums_exactly(ours: list[Any], theirs: list[Any]) -> None:
    mine, yours = ledger(ours), ledger(theirs)
    found = compared(mine, yours)
    assert found.unexplained_minor == 0
    assert found.ours_minor - found.theirs_minor == sum(one.difference_minor for one in found.findings)
    assert {one.ours for one in found.findings} - {None} == {one.no for one in mine}
    assert {one.theirs for one in found.findings} - {None} == {one.no for one in yours}
    assert all((one.status == "agreed") == (one.cause == "") for one in found.findings)


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(ours: list[Any], theirs: list[Any], random: Any) -> None:
    mine, yours = ledger(ours), ledger(theirs)
    first = content(compared(mine, yours), mine, yours)
    random.shuffle(mine)
    random.shuffle(yours)
    assert content(compared(mine, yours), mine, yours) == first


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS)
def test_swapping_the_sides_mirrors_the_result(ours: list[Any], theirs: list[Any]) -> None:
    mine, yours = ledger(ours), ledger(theirs)
    there = content(compared(yours, mine, we_sell=False), yours, mine)
    mirrored = Counter({
        (one[1], one[0], MIRROR.get(str(one[2]), one[2]), MIRROR.get(str(one[3]), one[3])): count
        for one, count in there.items()
    })  # fmt: skip
    assert mirrored == content(compared(mine, yours), mine, yours)


@settings(max_examples=20, deadline=None)
@given(ROWS, ROWS)
def test_running_again_changes_nothing(ours: list[Any], theirs: list[Any]) -> None:
    mine, yours = ledger(ours), ledger(theirs)
    assert compared(mine, yours) == compared(mine, yours)
