"""Planning parts: nothing is over-applied, and book amounts are cleared to the last cent."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.receivables.clearing import Item, application_entry, book_share, plan_part
from portal.receivables.rules import OverApplied

DAY = date(2026, 1, 5)


def item(side: int, amount: int, *, kind: str = "invoice", book: int | None = None, id_: int = 1) -> Item:
    return Item(id_, 1, 1, "EUR", side, amount, amount, kind, f"D-{id_}", DAY, book)


@given(st.integers(1, 10**12), st.integers(0, 10**13), st.lists(st.integers(0, 10**12), max_size=8))
def test_book_shares_sum_to_the_whole_however_it_is_cut(amount: int, book: int, cuts: list[int]) -> None:
    steps = sorted({0, amount, *(cut for cut in cuts if cut < amount)})
    shares = [book_share(book, amount, cleared=step) for step in pairwise(steps)]
    assert sum(shares) == book
    assert all(share >= 0 for share in shares)


@given(
    st.integers(1, 1000),
    st.lists(st.tuples(st.integers(1, 1000), st.none() | st.integers(1, 1000)), max_size=8),
)
def test_a_receipt_is_never_applied_beyond_what_is_open(
    receipt_minor: int, wishes: list[tuple[int, int | None]]
) -> None:
    """Invariant I5."""
    receipt = item(-1, receipt_minor, kind="receipt")
    applied = 0
    for number, (invoice_minor, wish) in enumerate(wishes, start=2):
        invoice = item(1, invoice_minor, id_=number)
        try:
            part = plan_part(receipt, invoice, amount_minor=wish, allocated_on=DAY)
        except OverApplied:
            assert wish is not None
            assert wish > min(receipt.open_minor, invoice.open_minor)
            continue
        applied += part.amount_minor if part else 0
        assert 0 <= invoice.open_minor <= invoice_minor
    assert receipt.open_minor == receipt_minor - applied >= 0


def test_the_two_may_be_named_in_either_order() -> None:
    receipt, invoice = item(-1, 100, kind="receipt"), item(1, 60, id_=2)
    part = plan_part(invoice, receipt, amount_minor=None, allocated_on=DAY)
    assert part is not None
    assert (part.credit, part.debit, part.amount_minor) == (receipt, invoice, 60)


def test_two_of_one_account_and_rate_need_no_entry() -> None:
    part = plan_part(
        item(-1, 100, kind="credit_note"), item(1, 100, id_=2), amount_minor=None, allocated_on=DAY
    )
    assert part is not None
    assert application_entry(part) is None


def test_two_of_one_account_at_two_rates_realise_the_difference() -> None:
    credit, debit = item(-1, 100, kind="credit_note", book=750), item(1, 100, book=800, id_=2)
    part = plan_part(credit, debit, amount_minor=None, allocated_on=DAY)
    assert part is not None
    entry = application_entry(part)
    assert entry is not None
    assert [(line.role, line.amount_minor, line.book_minor) for line in entry.lines] == [
        ("receivable", 0, 750), ("receivable", 0, -800),
    ]  # fmt: skip
