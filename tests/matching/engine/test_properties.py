"""What holds for every ledger: nothing over-applied, order irrelevant, the same again, sums and reasons right."""

import random
from collections import Counter
from fractions import Fraction

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from portal.matching.engine import AUTOMATIC, Book, Files, Rates, gather, match
from tests.matching.engine.ledgers import DAY, PARTIES, matched, random_ledger

RATES = Rates([(DAY, "USD", Fraction("7.1"))])
SEEDS = st.integers(min_value=0, max_value=100_000)


@seed(61)
@settings(max_examples=150, deadline=None)
@given(number=SEEDS)
def test_never_applies_more_than_is_open(number: int) -> None:
    items, receipts = random_ledger(number)
    proposals = matched(receipts, items, rates=RATES)
    applied: Counter[str] = Counter()
    for proposal in proposals.values():
        for one in proposal.allocations:
            applied[one.item_id] += one.amount_minor
    for known in items:
        taken = applied.pop(known.id, 0)
        assert 0 <= taken <= known.open_minor or known.open_minor <= taken <= 0
    assert not applied


@seed(62)
@settings(max_examples=80, deadline=None)
@given(number=SEEDS)
def test_does_not_depend_on_the_order_of_its_input(number: int) -> None:
    items, receipts = random_ledger(number)
    once = matched(receipts, items, rates=RATES)
    shuffle = random.Random(number)
    shuffle.shuffle(items)
    shuffle.shuffle(receipts)
    parties = list(PARTIES)
    shuffle.shuffle(parties)
    assert matched(receipts, items, rates=RATES, parties=parties) == once


@seed(63)
@settings(max_examples=80, deadline=None)
@given(number=SEEDS)
def test_finds_nothing_new_in_what_is_left(number: int) -> None:
    items, receipts = random_ledger(number)
    assert matched(receipts, items, rates=RATES) == matched(receipts, items, rates=RATES)


@seed(64)
@settings(max_examples=150, deadline=None)
@given(number=SEEDS)
def test_allocations_and_rest_make_the_receipt(number: int) -> None:
    items, receipts = random_ledger(number)
    known = {one.id: one for one in items}
    by_id = {one.id: one for one in receipts}
    for proposal in matched(receipts, items, rates=RATES).values():
        if proposal.rest_kind == "fx" or not proposal.allocations:
            continue
        total = sum(one.amount_minor for one in proposal.allocations)
        assert total + proposal.rest_minor == by_id[proposal.receipt_id].amount_minor
        assert {known[one.item_id].customer_id for one in proposal.allocations} == {proposal.customer_id}
        assert (proposal.rest_minor < 0) == (proposal.rest_kind in {"fee", "discount", "rounding"})


@seed(65)
@settings(max_examples=150, deadline=None)
@given(number=SEEDS)
def test_says_why_and_keeps_the_ambiguous_from_the_automatic_line(number: int) -> None:
    """Requirement 1-17: a suggestion always has at least one named reason."""
    items, receipts = random_ledger(number)
    for proposal in matched(receipts, items, rates=RATES).values():
        assert proposal.reasons
        assert all(message % params for message, params in proposal.reasons)
        assert 0 <= proposal.confidence <= 1
        assert not (proposal.is_ambiguous and proposal.confidence >= AUTOMATIC)


@seed(66)
@settings(max_examples=60, deadline=None)
@given(number=SEEDS)
def test_a_gathered_part_of_the_ledger_gives_the_same_allocations(number: int) -> None:
    items, receipts = random_ledger(number)
    source = Files(PARTIES, items)
    part = match(receipts, gather(receipts, source), rates=RATES)
    whole = match(receipts, Book.of(PARTIES, items), rates=RATES)
    assert {id_: one.allocations for id_, one in part.items()} == {
        id_: one.allocations for id_, one in whole.items()
    }
