"""A group has one head and members below it, no deeper; readers see only what they may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers import CustomerDraft, create_customer, customers_by_number, group_of, set_group
from portal.customers.groups import list_heads
from portal.errors import Invalid, NotAllowed, NotFound


def public_id(session: Session, number: str) -> str:
    return customers_by_number(session, [number])[number].public_id


def test_a_member_joins_its_head_and_leaves_again(session: Session, mei: Actor, now: datetime) -> None:
    acme, globex = public_id(session, "ACME"), public_id(session, "GLOBEX")
    assert group_of(session, public_id=globex, actor=mei) is None
    set_group(session, public_id=globex, head_public_id=acme, actor=mei, now=now)
    for one in (acme, globex):
        group = group_of(session, public_id=one, actor=mei)
        assert group is not None
        assert [company.number for company in group.companies] == ["ACME", "GLOBEX"]
    assert [head for head, _ in list_heads(session, actor=mei)] == [acme]
    set_group(session, public_id=globex, head_public_id=None, actor=mei, now=now)
    assert group_of(session, public_id=acme, actor=mei) is None
    assert list_heads(session, actor=mei) == ()


def test_refuses_a_second_level_and_itself(session: Session, mei: Actor, now: datetime) -> None:
    acme, globex = public_id(session, "ACME"), public_id(session, "GLOBEX")
    create_customer(
        session, draft=CustomerDraft("NORTH", "North", "CNY", date(2026, 1, 1)), actor=mei, now=now
    )
    set_group(session, public_id=globex, head_public_id=acme, actor=mei, now=now)
    third = public_id(session, "NORTH")
    for member, head in ((acme, acme), (third, globex), (acme, third)):
        with pytest.raises(Invalid) as refused:
            set_group(session, public_id=member, head_public_id=head, actor=mei, now=now)
        assert refused.value.field == "head"


def test_refuses_readers_and_what_lies_outside_the_portfolio(
    session: Session, mei: Actor, aud: Actor, now: datetime
) -> None:
    acme, globex = public_id(session, "ACME"), public_id(session, "GLOBEX")
    with pytest.raises(NotAllowed):
        set_group(session, public_id=globex, head_public_id=acme, actor=aud, now=now)
    only_globex = replace(
        mei, customer_ids=frozenset({customers_by_number(session, ["GLOBEX"])["GLOBEX"].id})
    )
    with pytest.raises(NotFound):
        set_group(session, public_id=globex, head_public_id=acme, actor=only_globex, now=now)
    with pytest.raises(NotFound):
        group_of(session, public_id=acme, actor=only_globex)
    set_group(session, public_id=globex, head_public_id=acme, actor=mei, now=now)
    assert group_of(session, public_id=globex, actor=only_globex) is None
    assert list_heads(session, actor=only_globex) == ()
