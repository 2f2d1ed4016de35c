"""Nothing about a person changes unrecorded."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor, PersonDraft, add_person, changes


def test_refuses_to_change_people_without_an_audit_trail(
    session: Session, sec: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_recorders", [])
    with pytest.raises(RuntimeError, match=r"portal\.audit"):
        add_person(session, PersonDraft("li@acme.example", "Li"), actor=sec, now=now)


def test_tells_every_listener_when_roles_change(
    session: Session, sec: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(changes, "_listeners", [])

    def listen(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
        told.append(person_id)

    changes.on_roles_changed(listen)
    changes.tell_roles_changed(session, 7, actor=sec, now=now)
    assert told == [7]
