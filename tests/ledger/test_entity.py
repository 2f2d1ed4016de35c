"""The seller: made once, edited by staff, its accounts mapped and its book currency decided once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import (
    DEFAULT_ACCOUNTS,
    account_mapping,
    add_entity,
    default_entity,
    edit_account_mapping,
    edit_entity,
    ensure_entity,
    entities_by_code,
    entity_view,
    set_book_currency_if_missing,
)
from portal.ledger.models import Account, AccountMapping, LegalEntity
from portal.money import UnknownCurrency
from tests.books import Books


def test_is_made_once_with_chart_and_mapping(session: Session, now: datetime) -> None:
    assert ensure_entity(session, now=now).id == ensure_entity(session, now=now).id
    mapping = account_mapping(session, default_entity(session).id)
    assert {role: view.code for role, view in mapping.items()} == {
        role: code for role, (code, _, _) in DEFAULT_ACCOUNTS.items()
    }


def test_an_empty_database_has_none(session: Session) -> None:
    for model in (AccountMapping, Account, LegalEntity):
        session.execute(delete(model))
    with pytest.raises(NotFound):
        default_entity(session)
    assert entities_by_code(session) == {}


def test_staff_edit_names_bank_and_zone_with_one_audit_row(
    session: Session, mei: Actor, now: datetime
) -> None:
    changes = {
        "name": "远山机械",
        "name_en": "Far Hills",
        "short_name_en": "Hills",
        "time_zone": "Europe/Berlin",
    }
    edit_entity(session, changes=changes, actor=mei, now=now)
    edit_entity(session, changes=changes, actor=mei, now=now)
    view = entity_view(session)
    assert (view.name_in("zh"), view.name_in("en"), view.short_name_in("en")) == (
        "远山机械",
        "Far Hills",
        "Hills",
    )
    assert (view.short_name_in("zh"), view.time_zone) == ("远山机械", "Europe/Berlin")
    session.commit()
    assert session.scalar(select(func.count()).where(AuditRow.event == "entity.edited")) == 1


@pytest.mark.parametrize("changes", [{"name": " "}, {"time_zone": "Mars/Olympus"}, {"book_currency": "EUR"}])
def test_refuses_values_that_cannot_be(
    session: Session, mei: Actor, now: datetime, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        edit_entity(session, changes=changes, actor=mei, now=now)


def test_refuses_those_who_only_read(session: Session, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        edit_entity(session, changes={"name": "x"}, actor=aud, now=now)
    with pytest.raises(NotAllowed):
        edit_account_mapping(session, role="bank", code="1002", actor=aud, now=now)


def test_another_account_plays_a_role(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(Invalid):
        edit_account_mapping(session, role="credit_loss", code="6721", actor=mei, now=now)
    edit_account_mapping(session, role="credit_loss", code="6721", name="信用减值损失", actor=mei, now=now)
    edit_account_mapping(
        session, role="advance", code="2204", name_en="Contract liabilities", actor=mei, now=now
    )
    mapping = account_mapping(session, default_entity(session).id)
    assert (mapping["credit_loss"].code, mapping["advance"].code) == ("6721", "2204")


def test_a_mapping_needs_a_role_and_a_code(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        edit_account_mapping(session, role="petty_cash", code="1001", actor=mei, now=now)
    with pytest.raises(Invalid):
        edit_account_mapping(session, role="bank", code=" ", actor=mei, now=now)


def test_the_account_that_balances_stand_on_stays(
    session: Session, books: Callable[[str], Books], mei: Actor, now: datetime
) -> None:
    books("2026-01-05 invoice ACME INV-1 100.00 CNY")
    with pytest.raises(Conflict):
        edit_account_mapping(session, role="receivable", code="1123", name="另", actor=mei, now=now)


@pytest.mark.db
def test_the_book_currency_is_decided_once(session: Session) -> None:
    assert set_book_currency_if_missing(session, currency="EUR") == "EUR"
    assert set_book_currency_if_missing(session, currency="CNY") == "EUR"
    with pytest.raises(UnknownCurrency):
        set_book_currency_if_missing(session, currency="EURO")


def test_a_second_entity_has_a_chart_of_its_own(session: Session, mei: Actor, now: datetime) -> None:
    entity_id = add_entity(session, code="HK", name="Concord HK", actor=mei, now=now)
    session.flush()
    roles = session.scalar(select(func.count()).where(AccountMapping.entity_id == entity_id))
    accounts = session.scalar(select(func.count()).where(Account.entity_id == entity_id))
    assert roles == accounts
    assert roles
    with pytest.raises(Conflict):
        add_entity(session, code="HK", name="Again", actor=mei, now=now)
    with pytest.raises(Invalid):
        add_entity(session, code="A" * 21, name="Long", actor=mei, now=now)


def test_the_auditor_adds_no_entity(session: Session, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        add_entity(session, code="HK", name="Concord HK", actor=aud, now=now)
