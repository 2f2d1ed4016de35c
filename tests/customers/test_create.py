"""Creating customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.customers import (
    CustomerDraft,
    create_customer,
    create_customers,
    customers_by_id,
    customers_by_number,
)
from portal.errors import Conflict, Invalid, NotAllowed
from portal.money import Money, UnknownCurrency

DRAFT = CustomerDraft(
    number="C-1", name="重庆机械", currency="CNY", first_on=date(2026, 1, 5), name_en="Chongqing"
)


@pytest.mark.db
def test_creates_with_terms_limit_and_search_key(session: Session, mei: Actor, now: datetime) -> None:
    draft = replace(DRAFT, credit_limit=Money(500_00, "CNY"), terms_days=60, owner_id=mei.person_id)
    customer_id = create_customer(session, draft=draft, actor=mei, now=now)
    view = customers_by_number(session, ["C-1", "missing"])["C-1"]
    assert (view.id, view.terms_days, view.credit_limit, view.owner_name) == (
        customer_id, 60, Money(50000, "CNY"), "Mei Lin",
    )  # fmt: skip
    assert (view.name_in("en"), view.name_in("zh"), view.row_version) == ("Chongqing", "重庆机械", 1)


def test_creates_many_with_one_audit_row_each(session: Session, mei: Actor, now: datetime) -> None:
    drafts = [replace(DRAFT, number=f"C-{number}") for number in range(3)]
    ids = create_customers(session, drafts, actor=mei, now=now)
    assert [customers_by_id(session, ids)[id_].number for id_ in ids] == ["C-0", "C-1", "C-2"]
    session.commit()
    rows = session.execute(select(AuditRow.event, AuditRow.customer_id).order_by(AuditRow.number)).all()
    assert rows == [("customers.created", id_) for id_ in ids]
    assert create_customers(session, [], actor=mei, now=now) == []


def test_refuses_a_number_twice(session: Session, mei: Actor, now: datetime) -> None:
    for drafts in ([DRAFT, DRAFT], [replace(DRAFT, number="ACME")]):
        with pytest.raises(Conflict):
            create_customers(session, drafts, actor=mei, now=now)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": " "}, "number"), ({"number": "a\nb"}, "number"), ({"number": "x" * 61}, "number"),
        ({"name": ""}, "name"), ({"language": "fr"}, "language"), ({"terms_days": -1}, "terms_days"),
        ({"credit_limit": Money(1, "EUR")}, "credit_limit"), ({"credit_limit": Money(-1, "CNY")}, "credit_limit"),
    ],
)  # fmt: skip
def test_refuses_values_that_cannot_be(
    session: Session, mei: Actor, now: datetime, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        create_customer(session, draft=replace(DRAFT, **change), actor=mei, now=now)
    assert refusal.value.field == field


def test_refuses_an_unknown_currency(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(UnknownCurrency):
        create_customer(session, draft=replace(DRAFT, currency="RMB"), actor=mei, now=now)


@pytest.mark.parametrize("who", ["aud", "chen", "ping"])
def test_refuses_those_who_do_not_keep_customers(
    request: pytest.FixtureRequest, session: Session, now: datetime, who: str
) -> None:
    with pytest.raises(NotAllowed):
        create_customer(session, draft=DRAFT, actor=request.getfixturevalue(who), now=now)
