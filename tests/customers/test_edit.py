"""Editing, archiving, finding and listing customers."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.customers import (
    CustomerDraft,
    CustomerView,
    archive_customer,
    create_customer,
    customer_by_id,
    customers_by_number,
    edit_customer,
    find_customer,
    list_customers,
    search_customers,
)
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.lists import ListQuery
from portal.money import Money


def acme(session: Session) -> CustomerView:
    return customers_by_number(session, ["ACME"])["ACME"]


@pytest.mark.db
def test_changes_what_was_changed_and_records_it_once(session: Session, mei: Actor, now: datetime) -> None:
    changes = {
        "name": "埃克米重工",
        "terms_days": 45,
        "credit_limit": Money(100, "CNY"),
        "mail_domains": "@Acme.example",
    }
    for _ in range(2):
        view = acme(session)
        edit_customer(
            session,
            public_id=view.public_id,
            row_version=view.row_version,
            changes=changes,
            actor=mei,
            now=now,
        )
    view = acme(session)
    assert (view.name, view.terms_days, view.credit_limit, view.mail_domains, view.row_version) == (
        "埃克米重工", 45, Money(100, "CNY"), "acme.example", 2,
    )  # fmt: skip
    session.commit()
    assert session.scalar(select(func.count()).where(AuditRow.event == "customers.edited")) == 1


def test_refuses_an_edit_of_what_has_changed_since(session: Session, mei: Actor, now: datetime) -> None:
    view = acme(session)
    for name in ("first", "second"):
        if name == "second":
            with pytest.raises(Conflict):
                edit_customer(
                    session,
                    public_id=view.public_id,
                    row_version=1,
                    changes={"name": name},
                    actor=mei,
                    now=now,
                )
        else:
            edit_customer(
                session, public_id=view.public_id, row_version=1, changes={"name": name}, actor=mei, now=now
            )
    assert acme(session).name == "first"


@pytest.mark.parametrize("changes", [{"number": "X"}, {"name": ""}, {"credit_limit": Money(1, "EUR")}])
def test_refuses_values_that_cannot_be(
    session: Session, mei: Actor, now: datetime, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        edit_customer(
            session, public_id=acme(session).public_id, row_version=1, changes=changes, actor=mei, now=now
        )


def test_refuses_the_unknown_and_those_who_only_read(
    session: Session, mei: Actor, aud: Actor, now: datetime
) -> None:
    with pytest.raises(NotFound):
        edit_customer(session, public_id="unknown", row_version=1, changes={}, actor=mei, now=now)
    with pytest.raises(NotAllowed):
        edit_customer(
            session, public_id=acme(session).public_id, row_version=1, changes={}, actor=aud, now=now
        )
    with pytest.raises(NotAllowed):
        archive_customer(session, public_id=acme(session).public_id, actor=aud, now=now)


def test_an_archived_customer_leaves_the_list_and_comes_back(
    session: Session, mei: Actor, now: datetime
) -> None:
    public_id = acme(session).public_id
    archive_customer(session, public_id=public_id, actor=mei, now=now)
    with pytest.raises(Conflict):
        archive_customer(session, public_id=public_id, actor=mei, now=now)
    page = list_customers(session, query=ListQuery(), actor=mei)
    assert [row.number for row in page.rows] == ["GLOBEX"]
    assert {tab.key: tab.count for tab in page.tabs} == {"active": 1, "paused": 0, "archived": 1}
    archive_customer(session, public_id=public_id, is_archived=False, actor=mei, now=now)
    assert not acme(session).is_archived


def test_a_customers_person_finds_their_own_company_only(session: Session, ping: Actor, bo: Actor) -> None:
    view = acme(session)
    assert find_customer(session, public_id=view.public_id, actor=ping) == view
    assert customer_by_id(session, customer_id=view.id, actor=ping) == view
    with pytest.raises(NotFound):
        find_customer(session, public_id=view.public_id, actor=bo)
    with pytest.raises(NotFound):
        customer_by_id(session, customer_id=view.id, actor=bo)
    with pytest.raises(NotAllowed):
        list_customers(session, query=ListQuery(), actor=ping)


@pytest.mark.db
@pytest.mark.parametrize("words", ["chongqing", "cqjx", "zhongqing", "重庆", "C-1", "91500"])
def test_finds_pinyin_initials_names_numbers_and_tax_numbers(
    session: Session, mei: Actor, now: datetime, words: str
) -> None:
    draft = CustomerDraft("C-1", "重庆机械", "CNY", date(2026, 1, 5), tax_no="91500000MA5")
    create_customer(session, draft=draft, actor=mei, now=now)
    assert [row.number for row in search_customers(session, words=words, actor=mei)] == ["C-1"]


@pytest.mark.db
def test_orders_chinese_names_by_pinyin_alike_on_both_databases(
    session: Session, mei: Actor, now: datetime
) -> None:
    for number, name in (("1", "张三贸易"), ("2", "安徽机电"), ("3", "Zebra Ltd"), ("4", "上海精工")):
        create_customer(
            session, draft=CustomerDraft(number, name, "CNY", date(2026, 1, 5)), actor=mei, now=now
        )
    rows = list_customers(session, query=ListQuery(), actor=mei).rows
    assert [row.name for row in rows if row.number in "1234"] == [
        "安徽机电",
        "上海精工",
        "Zebra Ltd",
        "张三贸易",
    ]


@pytest.mark.db
def test_sorts_by_every_column(session: Session, mei: Actor) -> None:
    for sort in ("number", "name", "currency", "terms", "owner", "since"):
        page = list_customers(session, query=ListQuery(sort=sort, descending=True), actor=mei)
        assert page.count == len(page.rows) == 2
