"""Setting exchange rates."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.errors import Invalid, NotAllowed
from portal.ledger import BadRate, RateDraft, list_rates, set_book_currency_if_missing, set_rate, set_rates
from portal.lists import ListQuery
from portal.money import UnknownCurrency

DAY = date(2026, 1, 5)


@pytest.mark.db
def test_a_rate_of_a_day_is_replaced_not_doubled(session: Session, mei: Actor, now: datetime) -> None:
    set_book_currency_if_missing(session, currency="CNY")
    set_rate(session, currency="EUR", rate_on=DAY, rate="7.8", source="ECB", actor=mei, now=now)
    set_rates(session, rates=[RateDraft("EUR", DAY, "7.9"), RateDraft("USD", DAY, "7.1")], actor=mei, now=now)
    page = list_rates(session, query=ListQuery(sort="currency"), actor=mei)
    assert [(row.currency, row.rate) for row in page.rows] == [("EUR", "7.9"), ("USD", "7.1")]
    assert list_rates(session, query=ListQuery(q="us"), actor=mei).count == 1


def test_one_act_leaves_one_audit_row(session: Session, mei: Actor, now: datetime) -> None:
    set_book_currency_if_missing(session, currency="CNY")
    set_rates(session, rates=[RateDraft("EUR", DAY, "7.9"), RateDraft("USD", DAY, "7.1")], actor=mei, now=now)
    session.commit()
    assert session.scalars(select(AuditRow.event)).all() == ["rates.set"]


def test_refuses_what_cannot_be_a_rate(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(Invalid):
        set_rate(session, currency="EUR", rate_on=DAY, rate="7.8", actor=mei, now=now)
    set_book_currency_if_missing(session, currency="CNY")
    with pytest.raises(BadRate):
        set_rate(session, currency="EUR", rate_on=DAY, rate="0", actor=mei, now=now)
    with pytest.raises(UnknownCurrency):
        set_rate(session, currency="EURO", rate_on=DAY, rate="7.8", actor=mei, now=now)
    with pytest.raises(Invalid):
        set_rate(session, currency="CNY", rate_on=DAY, rate="1", actor=mei, now=now)


def test_refuses_those_who_only_read(session: Session, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        set_rate(session, currency="EUR", rate_on=DAY, rate="7.8", actor=aud, now=now)
