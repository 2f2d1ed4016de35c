"""Auditors from outside: a seeded sample, a last day, nothing beyond."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import AccessEnded, Actor, actor_of_sign_in, start_sign_in
from portal.access.models import Person
from portal.customers.models import Customer
from portal.errors import Invalid, NotAllowed
from portal.lists import ListQuery
from portal.roles import (
    RoleWish,
    SampleWish,
    draw_sample,
    find_sample,
    list_sample_items,
    redraw_sample,
    request_role,
)
from tests.books import Books
from tests.cast import NOW, second_security_admin
from tests.roles.test_request import say_yes

STORY = "\n".join(f"2026-0{1 + n % 2}-1{n % 9} invoice ACME I-{n} {n + 1}.00 CNY" for n in range(20))


def wish(**changes: object) -> SampleWish:
    usual: dict[str, Any] = {"name": "Audit", "population": "documents", "size": 5, "seed": "2026"}
    return SampleWish(**(usual | changes))


@pytest.mark.db
def test_the_same_seed_draws_the_same_sample(
    session: Session, books: Callable[[str], Books], sec: Actor, aud: Actor, now: datetime
) -> None:
    """Requirement 0-10: size, seed, definition and result are kept, and anybody can draw it again."""
    books(STORY)
    one, two, other = (
        draw_sample(session, wish=wish(seed=seed), actor=sec, now=now) for seed in ("2026", "2026", "2027")
    )
    drawn = [
        [item.key for item in list_sample_items(session, public_id=each, query=ListQuery(), actor=aud).rows]
        for each in (one, two, other)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 5
    view = find_sample(session, public_id=one, actor=sec)
    assert (view.size, view.seed, view.population_size) == (5, "2026", 20)
    again = redraw_sample(session, public_id=one, actor=aud)
    assert (again.is_same_population, again.is_same_sample) == (True, True)
    january = draw_sample(
        session, wish=wish(from_on=date(2026, 1, 1), until_on=date(2026, 2, 1), size=99), actor=sec, now=now
    )
    assert find_sample(session, public_id=january, actor=sec).population_size == 10


@pytest.mark.parametrize(
    "changes",
    [{"size": 0}, {"size": 5001}, {"seed": ""}, {"seed": "a b"}, {"population": "people"}, {"name": " "},
     {"currency": "RMB"}, {"from_on": date(2026, 2, 1), "until_on": date(2026, 1, 1)}],
)  # fmt: skip
def test_refuses_a_sample_nobody_could_repeat(
    session: Session, sec: Actor, now: datetime, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        draw_sample(session, wish=wish(**changes), actor=sec, now=now)


def test_auditors_draw_nothing_and_administrators_see_no_rows(
    session: Session, sec: Actor, aud: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        draw_sample(session, wish=wish(), actor=aud, now=now)
    sample = draw_sample(session, wish=wish(population="customers"), actor=sec, now=now)
    with pytest.raises(NotAllowed):
        list_sample_items(session, public_id=sample, query=ListQuery(), actor=sec)


def outside_auditor(session: Session, sec: Actor, now: datetime, ends_on: date) -> int:
    """Seat an external auditor with a sample of one customer until a day."""
    person = Person(email="audit@firm.example", name="Ada Ext", language="en", created_at=NOW)
    session.add(person)
    session.flush()
    sample = draw_sample(session, wish=wish(population="customers", size=1), actor=sec, now=now)
    asked = RoleWish("give", "auditor", "annual audit", portfolio="list", sample=sample, ends_on=ends_on)
    request = request_role(session, person=person.public_id, wish=asked, actor=sec, now=now)
    say_yes(session, request, actor=second_security_admin(session), now=now)
    return person.id


@pytest.mark.db
def test_an_auditors_access_ends_by_itself(session: Session, sec: Actor, now: datetime) -> None:
    """Requirement 1-3: expired access is refused with 403, in the middle of a session and at sign-in."""
    second_security_admin(session)
    person_id = outside_auditor(session, sec, now, date(2026, 3, 3))

    def enter(at: datetime) -> str:
        return start_sign_in(session, person_id=person_id, method="password", address="", device="", now=at)[
            0
        ]

    last_evening = datetime.fromisoformat("2026-03-03T23:55:00+08:00")
    token = enter(last_evening)
    signed_in = actor_of_sign_in(session, token, now=last_evening)
    assert signed_in is not None
    drawn = session.scalars(
        select(Customer.id).where(Customer.id.in_(signed_in.actor.customer_ids or ()))
    ).all()
    assert len(drawn) == 1
    midnight = last_evening + timedelta(minutes=5)
    assert actor_of_sign_in(session, token, now=midnight) is None
    with pytest.raises(AccessEnded):
        enter(midnight)
    assert issubclass(AccessEnded, NotAllowed)  # 403


def test_an_external_auditor_needs_a_last_day(
    session: Session, sec: Actor, aud: Actor, now: datetime
) -> None:
    second_security_admin(session)
    sample = draw_sample(session, wish=wish(population="customers", size=1), actor=sec, now=now)
    asked = RoleWish("change", "auditor", "x", portfolio="list", sample=sample)
    with pytest.raises(Invalid):
        request_role(session, person=aud.public_id, wish=asked, actor=sec, now=now)
