"""Lists and counts: in scope, by turn, searched, sorted, summed."""

from __future__ import annotations

from typing import Any

import pytest

from portal.disputes import (
    count_open,
    disputed_documents,
    disputes_of_customer,
    find_dispute,
    list_disputes,
    similar_documents,
)
from portal.errors import NotAllowed, NotFound
from portal.lists import ListQuery, UnknownSort
from portal.money import Money
from tests.disputes.conftest import Case


def _numbers(case: Case, who: str, **query: Any) -> list[str]:
    page = list_disputes(case.session, query=ListQuery(**query), actor=case.people[who], now=case.now)
    return [row.number for row in page.rows]


def test_the_customer_sees_what_waits_for_them_first(case: Case) -> None:
    first, second = case.open(), case.open("INV-3", amount=Money(100, "CNY"))
    assert _numbers(case, "ping") == ["D-26-0002", "D-26-0001"]
    case.propose(first)
    assert _numbers(case, "ping") == ["D-26-0001"]
    assert sorted(_numbers(case, "ping", tab="open")) == ["D-26-0001", "D-26-0002"]
    assert case.row(second).state == "acknowledged"


def test_staff_see_their_turn_and_the_rest_in_tabs(case: Case) -> None:
    first = case.open()
    case.open("INV-3", amount=Money(100, "CNY"))
    case.propose(first)
    page = list_disputes(case.session, query=ListQuery(), actor=case.people["mei"], now=case.now)
    assert [row.number for row in page.rows] == ["D-26-0002"]
    assert {tab.key: tab.count for tab in page.tabs} == {
        "ours": 1, "theirs": 1, "approval": 0, "ended": 0, "all": 2,
    }  # fmt: skip
    assert page.sums == (Money(100, "CNY"),)


@pytest.mark.parametrize(
    ("q", "found"), [("inv-2", 1), ("acme", 2), ("D-26-0002", 1), ("dup", 2), ("zzz", 0)]
)
def test_search_finds_number_document_customer_and_reason(case: Case, q: str, found: int) -> None:
    case.open()
    case.open("INV-3", amount=Money(100, "CNY"))
    assert len(_numbers(case, "mei", tab="all", q=q)) == found


def test_sorts_by_amount_and_refuses_unknown_columns(case: Case) -> None:
    case.open()
    case.open("INV-3", amount=Money(100, "CNY"))
    assert _numbers(case, "mei", tab="all", sort="amount") == ["D-26-0002", "D-26-0001"]
    assert _numbers(case, "mei", tab="all", sort="amount", descending=True) == ["D-26-0001", "D-26-0002"]
    with pytest.raises(UnknownSort):
        _numbers(case, "mei", sort="facts")


def test_strangers_see_nothing(case: Case) -> None:
    public_id = case.open()
    assert _numbers(case, "bo", tab="open") == []
    assert count_open(case.session, actor=case.people["bo"]) == 0
    with pytest.raises(NotFound):
        find_dispute(case.session, public_id=public_id, actor=case.people["bo"], now=case.now)
    with pytest.raises(NotFound):
        disputes_of_customer(
            case.session, customer_id=case.row(public_id).customer_id, actor=case.people["bo"], now=case.now
        )


def test_counts_beside_the_places(case: Case) -> None:
    public_id = case.open()
    assert (
        count_open(case.session, actor=case.people["ping"]),
        count_open(case.session, actor=case.people["mei"]),
    ) == (1, 1)
    case.propose(public_id)
    assert count_open(case.session, actor=case.people["mei"]) == 0


def test_disputed_documents_are_known_to_others(case: Case) -> None:
    case.open()
    ids = [case.books.ids["INV-1"], case.books.ids["INV-2"]]
    found = disputed_documents(case.session, document_ids=ids)
    assert {key: (one.number, one.disputed.minor) for key, one in found.items()} == {
        case.books.ids["INV-2"]: ("D-26-0001", 3864000)
    }


def test_the_other_invoice_is_found_and_compared(case: Case) -> None:
    found = similar_documents(
        case.session, document=case.books.public_ids["INV-2"], actor=case.people["ping"]
    )
    assert found.best is not None
    assert found.best.document_no == "INV-1"
    assert [fact.is_same for fact in found.twins] == [False, True, True, True, True]
    with pytest.raises(NotFound):
        similar_documents(case.session, document=case.books.public_ids["INV-2"], actor=case.people["bo"])
    view = find_dispute(case.session, public_id=case.open(), actor=case.people["ping"], now=case.now)
    assert view.same_count == 4


def test_those_who_may_not_read_are_refused(case: Case) -> None:
    nobody = type(case.people["aud"])(
        **{name: getattr(case.people["aud"], name) for name in case.people["aud"].__slots__}
        | {"permissions": frozenset()}
    )
    with pytest.raises(NotAllowed):
        list_disputes(case.session, query=ListQuery(), actor=nobody, now=case.now)
