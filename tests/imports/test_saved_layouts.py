"""A saved layout is used for files nobody looks at only after a second person approved that version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.approvals import approve, find_approval, reject
from portal.attachments import keep_files_in
from portal.db import Database
from portal.errors import Conflict, Invalid, NotFound
from portal.imports import check_batch, request_profile
from portal.imports.models import ImportProfile
from portal.imports.profiles import find_profile, recognise
from portal.settings import Settings
from tests.imports.test_mapping import propose, save, upload


@pytest.fixture(autouse=True)
def vault(database: Database, settings: Settings) -> None:
    keep_files_in(database, settings)


@pytest.mark.db
def test_a_saved_layout_checks_this_file_and_needs_a_second_person_for_the_folder(
    database: Database, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = upload(database, mei, now)
    draft = replace(propose(database, public_id, mei).draft, name="op-liste", title="Offene Posten")
    version = save(database, public_id, draft, mei, now)
    result = check_batch(database, public_id=public_id, now=now)
    assert result is not None
    assert (result.imported, result.rejected) == (2, 1)
    header = [("Rechnungsnr.", "Kundennummer", "Rechnungsdatum", "Bruttobetrag inkl. MwSt", "Währung")]
    with database.reading() as session:
        assert recognise(session, header) == "op-liste"
        assert recognise(session, header, approved_only=True) == ""
        with pytest.raises(Invalid):
            find_profile(session, "op-liste", approved_only=True)
    with database.writing() as session:
        approval = request_profile(session, public_id=version, actor=mei, now=now)
        with pytest.raises(Conflict):
            request_profile(session, public_id=version, actor=mei, now=now)
        seen = find_approval(session, public_id=approval, actor=chen).content_hash
        approve(session, public_id=approval, seen_hash=seen, actor=chen, now=now)
    with database.reading() as session:
        assert find_profile(session, "op-liste", approved_only=True).version == 1
    assert save(database, public_id, replace(draft, kind="debit_note"), mei, now) != version
    with database.reading() as session:
        assert find_profile(session, "op-liste").version == 2
        assert find_profile(session, "op-liste", approved_only=True).version == 1


def test_a_layout_sent_back_can_be_asked_again(
    database: Database, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = upload(database, mei, now)
    draft = replace(propose(database, public_id, mei).draft, name="op-liste")
    version = save(database, public_id, draft, mei, now)
    with database.writing() as session:
        approval = request_profile(session, public_id=version, actor=mei, now=now)
        reject(session, public_id=approval, note="Which customer?", actor=chen, now=now)
    with database.writing() as session:
        assert session.scalars(select(ImportProfile.state)).one() == "rejected"
        request_profile(session, public_id=version, actor=mei, now=now)


def test_an_unknown_version_is_not_found(database: Database, mei: Actor, now: datetime) -> None:
    with database.writing() as session, pytest.raises(NotFound):
        request_profile(session, public_id="A" * 22, actor=mei, now=now)
