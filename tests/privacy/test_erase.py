"""Erasing a person leaves books, chain and signatures whole and verifiable. Requirement 1-9."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from portal.access import Actor, end_role
from portal.access.models import Person
from portal.audit import history_of, list_audit, verify_chain
from portal.checks import run_checks
from portal.confirmations import find_confirmation
from portal.customers import ContactDraft, add_contact, contacts_of, customers_by_number
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.lists import ListQuery
from portal.outbox.models import OutboxMessage
from portal.privacy import erasable, erase_contact, erase_person
from portal.statements import StatementPage, acts_on

#: What may still name an erased person: evidence they gave, and decisions by two people (ADR 0014).
EVIDENCE = {"confirmations", "terms_acceptances", "acts", "approvals", "master_changes"}


def forget_ping(session: Session, ping: Actor, sec: Actor, now: datetime) -> None:
    from portal.access import system_actor

    end_role(
        session,
        public_id=ping.public_id,
        role="confirmer",
        customer_no="ACME",
        actor=system_actor("test"),
        now=now,
    )
    session.commit()
    erase_person(session, public_id=ping.public_id, reason="Asked by letter of 1 March", actor=sec, now=now)
    session.commit()


def places_naming(session: Session, *words: str) -> set[str]:
    """Return every table in which one of the words stands, whatever the column."""
    found = set()
    for table in inspect(session.connection()).get_table_names():
        for row in session.execute(text(f"SELECT * FROM {table}")):
            if any(word in str(value) for word in words for value in row):
                found.add(table)
    return found


@pytest.mark.db
def test_nothing_names_them_but_the_evidence_they_gave(
    session: Session, receipt: str, ping: Actor, sec: Actor, now: datetime
) -> None:
    words = (ping.email, "Ping Zhou", "+86 10 5555")
    before = places_naming(session, *words)
    assert {"people", "contacts", "deep_links", "outbox_messages", "personal_values"} <= before
    assert "audit_rows" not in before
    forget_ping(session, ping, sec, now)
    assert places_naming(session, *words) - EVIDENCE == set()


def test_the_chain_the_checks_and_the_signature_hold(
    session: Session, receipt: str, ping: Actor, sec: Actor, aud: Actor, tmp_path: Path, now: datetime
) -> None:
    forget_ping(session, ping, sec, now)
    assert verify_chain(session).ok
    report = run_checks(session, home=tmp_path, now=now).as_json()
    assert [one for one in report["findings"] if one.get("problems")] == [] if "findings" in report else True
    view = find_confirmation(session, public_id=receipt, actor=aud)
    assert (view.person_name, view.person_email) == ("Ping Zhou", ping.email)
    assert run_checks(session, home=tmp_path, now=now).ok


def test_the_trail_shows_that_something_was_there_and_is_erased(
    session: Session, receipt: str, ping: Actor, sec: Actor, aud: Actor, now: datetime
) -> None:
    contact = contacts_of(session, customers_by_number(session, ["ACME"])["ACME"].id)[0].public_id
    (added,) = history_of(session, subject_kind="contact", subject_id=contact)
    assert added.details["email"] == ping.email
    forget_ping(session, ping, sec, now)
    (added, *_) = history_of(session, subject_kind="contact", subject_id=contact)
    assert (added.details["email"], added.details["phone"]) == ("[erased]", "[erased]")
    rows = list_audit(session, query=ListQuery(per_page=0), actor=aud).rows
    assert {row.actor_name for row in rows if row.event == "balances.signed"} == {f"#{ping.person_id}"}
    (erased,) = [row for row in rows if row.event == "people.erased"]
    assert erased.details["reason"] == "Asked by letter of 1 March"


def test_acts_stay_as_evidence_with_the_number_in_place_of_the_name(
    session: Session,
    receipt: str,
    page: StatementPage,
    ping: Actor,
    sec: Actor,
    now: datetime,
) -> None:
    forget_ping(session, ping, sec, now)
    acts = acts_on(session, subject_kind="statement", subject_id=page.public_id)
    assert {act.name for act in acts} == {f"#{ping.person_id}"}
    assert all(act.method == "password" and act.local_time.endswith("+08:00") for act in acts)


def test_refuses_who_still_holds_a_role_oneself_twice_and_without_a_reason(
    session: Session, ping: Actor, sec: Actor, mei: Actor, now: datetime
) -> None:
    ask: dict[str, Any] = {"reason": "Letter", "now": now}
    with pytest.raises(Conflict):
        erase_person(session, public_id=ping.public_id, actor=sec, **ask)
    with pytest.raises(NotAllowed):
        erase_person(session, public_id=sec.public_id, actor=sec, **ask)
    with pytest.raises(NotAllowed):
        erase_person(session, public_id=ping.public_id, actor=mei, **ask)
    with pytest.raises(NotFound):
        erase_person(session, public_id="x" * 22, actor=sec, **ask)
    forget_ping(session, ping, sec, now)
    with pytest.raises(Conflict):
        erase_person(session, public_id=ping.public_id, actor=sec, **ask)
    row = session.scalars(select(Person).where(Person.public_id == ping.public_id)).one()
    assert (row.is_active, row.password_hash, row.erased_at) == (False, None, now)


def test_erases_a_contact_without_a_sign_in(session: Session, sec: Actor, mei: Actor, now: datetime) -> None:
    customer = customers_by_number(session, ["ACME"])["ACME"]
    draft = ContactDraft("Li Wen", "li@acme.example", phone="123456789")
    public_id = add_contact(session, customer_public_id=customer.public_id, draft=draft, actor=mei, now=now)
    session.commit()
    (found,) = erasable(session, email=" LI@acme.example ", actor=sec)
    assert (found.kind, found.public_id) == ("contact", public_id)
    with pytest.raises(Invalid):
        erase_contact(session, public_id=public_id, reason=" ", actor=sec, now=now)
    erase_contact(session, public_id=public_id, reason="Letter", actor=sec, now=now)
    session.commit()
    assert places_naming(session, "Li Wen", "li@acme.example", "123456789") == set()
    assert contacts_of(session, customer.id) == ()
    assert verify_chain(session).ok


def test_a_mail_that_still_waits_never_leaves(
    session: Session, receipt: str, ping: Actor, sec: Actor, now: datetime
) -> None:
    assert session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == ping.email)).all()
    forget_ping(session, ping, sec, now)
    assert session.scalars(select(OutboxMessage).where(OutboxMessage.state == "queued")).all() == []
