"""Adding and changing people."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    OwnChoices,
    PersonDraft,
    actor_of_sign_in,
    add_person,
    edit_own_account,
    end_all_sign_ins,
    find_person,
    list_people,
    set_active,
    set_password,
    start_sign_in,
)
from portal.access.models import Person
from portal.audit.models import AuditRow
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.lists import ListQuery

LI = PersonDraft(" Li@Acme.example ", "李娜")


def test_adds_a_person_under_a_lower_case_address(session: Session, sec: Actor, now: datetime) -> None:
    public_id = add_person(session, LI, actor=sec, now=now)
    person = find_person(session, public_id=public_id, actor=sec)
    assert (person.email, person.name, person.roles, person.has_password) == (
        "li@acme.example",
        "李娜",
        (),
        False,
    )
    session.commit()
    assert session.scalars(select(AuditRow.event)).all() == ["people.added"]


def test_refuses_an_address_that_is_taken(session: Session, sec: Actor, now: datetime) -> None:
    add_person(session, LI, actor=sec, now=now)
    with pytest.raises(Conflict):
        add_person(session, PersonDraft("LI@ACME.EXAMPLE", "Other"), actor=sec, now=now)


@pytest.mark.parametrize("role", ["mei", "chen", "aud", "ping"])
def test_is_for_administrators_alone(role: str, request: pytest.FixtureRequest, now: datetime) -> None:
    session = request.getfixturevalue("session")
    with pytest.raises(NotAllowed):
        add_person(session, LI, actor=request.getfixturevalue(role), now=now)


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("nothing", "Li"),
        ("a@b\r\nBcc: x@y.example", "Li"),
        ("a b@c.example", "Li"),
        ("<a@b.example>", "Li"),
        ("li@acme.example", "Li\r\nBcc: x@y.example"),
        ("li@acme.example", "Li\u2028X"),
        ("li@acme.example", "Li\0"),
        ("li@acme.example", "  "),
        ("li@acme.example", "x" * 121),
    ],
)
def test_refuses_what_could_end_a_mail_header(
    session: Session, sec: Actor, now: datetime, email: str, name: str
) -> None:
    """Attack case D24."""
    with pytest.raises(Invalid):
        add_person(session, PersonDraft(email, name), actor=sec, now=now)


def test_a_new_password_ends_every_other_sign_in(session: Session, ping: Actor, now: datetime) -> None:
    assert ping.person_id is not None
    tokens = [
        start_sign_in(session, person_id=ping.person_id, method="password", address="", device="", now=now)[0]
        for _ in range(2)
    ]
    kept = actor_of_sign_in(session, tokens[1], now=now)
    assert kept is not None
    set_password(
        session, public_id=ping.public_id, password_hash="x", keep=kept.public_id, actor=ping, now=now
    )
    assert actor_of_sign_in(session, tokens[0], now=now) is None
    assert actor_of_sign_in(session, tokens[1], now=now) is not None


def test_nobody_sets_another_persons_password(
    session: Session, ping: Actor, bo: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        set_password(session, public_id=bo.public_id, password_hash="x", actor=ping, now=now)


def test_disabling_works_at_once(session: Session, ping: Actor, sec: Actor, now: datetime) -> None:
    assert ping.person_id is not None
    token, _side = start_sign_in(
        session, person_id=ping.person_id, method="password", address="", device="", now=now
    )
    set_active(session, public_id=ping.public_id, is_active=False, actor=sec, now=now)
    assert actor_of_sign_in(session, token, now=now) is None
    with pytest.raises(NotAllowed):
        set_active(session, public_id=sec.public_id, is_active=False, actor=sec, now=now)
    with pytest.raises(NotFound):
        set_active(session, public_id="u" * 22, is_active=False, actor=sec, now=now)


def test_people_change_their_own_name_and_choices(session: Session, ping: Actor, now: datetime) -> None:
    choices = OwnChoices("Ping Z.", "en", "dark", has_single_keys=False, job_title="Bookkeeper")
    edit_own_account(session, choices, actor=ping, now=now)
    row = session.scalars(select(Person).where(Person.public_id == ping.public_id)).one()
    assert (row.name, row.language, row.theme, row.has_single_keys) == ("Ping Z.", "en", "dark", False)
    with pytest.raises(Invalid):
        edit_own_account(session, OwnChoices("", "en", "dark", has_single_keys=True), actor=ping, now=now)


def test_lists_people_with_their_roles(session: Session, sec: Actor, ping: Actor) -> None:
    page = list_people(session, query=ListQuery(tab="customers"), actor=sec)
    assert [person.name for person in page.rows] == ["Bo Svensson", "Ping Zhou", "Vera Adler"]
    assert page.rows[1].roles[0].customer_no == "ACME"
    assert {tab.key: tab.count for tab in page.tabs} == {"all": 8, "staff": 5, "customers": 3, "disabled": 0}
    with pytest.raises(NotAllowed):
        list_people(session, query=ListQuery(), actor=ping)


def test_signs_somebody_out_everywhere(
    session: Session, ping: Actor, bo: Actor, sec: Actor, now: datetime
) -> None:
    assert ping.person_id is not None
    token, _side = start_sign_in(
        session, person_id=ping.person_id, method="password", address="", device="", now=now
    )
    with pytest.raises(NotAllowed):
        end_all_sign_ins(session, public_id=ping.public_id, actor=bo, now=now)
    assert end_all_sign_ins(session, public_id=ping.public_id, actor=sec, now=now) == 1
    assert actor_of_sign_in(session, token, now=now) is None
