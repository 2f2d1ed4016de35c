"""Ageing and the small tables of kinds, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.money import Money
from portal.receivables.rules import (
    BUCKETS,
    COLUMNS,
    HOLDING,
    KINDS,
    OPPOSITES,
    SIDES,
    Ageing,
    OpenAmount,
    age_open_items,
    bucket_of,
)

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-400, "not_due"), (0, "not_due"), (1, "d1_30"), (30, "d1_30"), (31, "d31_60"), (60, "d31_60"),
        (61, "d61_90"), (90, "d61_90"), (91, "d91_120"), (120, "d91_120"), (121, "d120_plus"), (4000, "d120_plus"),
    ],
)  # fmt: skip
def test_buckets_begin_and_end_where_the_glossary_says(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_due_on_the_day_is_not_overdue_but_due_now() -> None:
    table = age_open_items([OpenAmount(AS_OF, AS_OF, 500)], as_of=AS_OF)
    assert (table.not_due_minor, table.overdue_minor, table.due_now_minor) == (500, 0, 500)


def test_an_item_without_due_date_is_due_at_its_document_date() -> None:
    table = age_open_items([OpenAmount(None, AS_OF - timedelta(days=1), 500)], as_of=AS_OF)
    assert table.d1_30_minor == 500


def test_credits_are_a_column_of_their_own_however_old() -> None:
    table = age_open_items([OpenAmount(None, date(2020, 1, 1), -500)], as_of=AS_OF)
    assert (table.unapplied_minor, table.overdue_minor, table.balance_minor) == (-500, 0, -500)


def test_money_shows_every_bucket_in_order() -> None:
    ageing = Ageing(age_open_items([OpenAmount(AS_OF - timedelta(days=45), AS_OF, 500)], as_of=AS_OF), "CNY")
    assert [key for key, _ in ageing.buckets] == list(BUCKETS)
    assert ageing.d31_60 == ageing.overdue == ageing.due_now == ageing.balance == Money(500, "CNY")
    nothing = (
        ageing.not_due,
        ageing.d1_30,
        ageing.d61_90,
        ageing.d91_120,
        ageing.d120_plus,
        ageing.unapplied,
    )
    assert set(nothing) == {Money(0, "CNY")}


@given(
    st.lists(
        st.builds(
            OpenAmount,
            due_on=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
            document_on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
            open_minor=st.integers(-(10**15), 10**15),
        )
    )
)
def test_ageing_sums_to_the_balance_whatever_is_open(items: list[OpenAmount]) -> None:
    """Invariant I4."""
    table = age_open_items(items, as_of=AS_OF)
    assert table.balance_minor == sum(item.open_minor for item in items)
    assert table.unapplied_minor <= 0 <= min(table.not_due_minor, table.overdue_minor)
    assert table.due_now_minor <= table.overdue_minor + table.not_due_minor


def test_every_kind_has_a_side_a_column_an_account_and_an_opposite() -> None:
    for table in (SIDES, COLUMNS, HOLDING, OPPOSITES):
        assert set(table) == set(KINDS)


def test_opposites_move_the_balance_the_other_way() -> None:
    unsigned = [kind for kind in KINDS if OPPOSITES[kind] != "adjustment"]
    assert all(SIDES[OPPOSITES[kind]] == -SIDES[kind] for kind in unsigned)
