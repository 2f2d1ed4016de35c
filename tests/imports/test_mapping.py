"""An unknown file is mapped: a guess, the rows as read with their sums, a layout saved in versions and approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.attachments import FileDraft, keep_files_in
from portal.db import Database
from portal.errors import Invalid, NotAllowed
from portal.imports import (
    Mapping,
    MappingDraft,
    check_batch,
    preview_mapping,
    propose_mapping,
    receive_file,
    save_mapping,
)
from portal.imports.models import ImportBatch
from portal.settings import Settings

GERMAN = """Offene Posten Liste;;;;;
Stand 31.01.2026;;;;;
Rechnungsnr.;Kundennummer;Rechnungsdatum;Fälligkeitsdatum;Bruttobetrag inkl. MwSt;Währung
R-1;ACME;05.01.2026;04.02.2026;1.190,00;EUR
R-2;ACME;17.01.2026;16.02.2026;-119,50;EUR
R-3;GLOBEX;;16.02.2026;5,00;EUR
Summe;;;;1.075,50;
"""
LEDGER = """Datum,Belegnr,Kundennr,Text,Soll,Haben,Saldo
01.01.2026,,ACME,Saldovortrag,,,100.00
13.01.2026,A1,ACME,Ware,50.00,,150.00
20.01.2026,Z1,ACME,Zahlung,,70.00,80.00
Summe,,,,50.00,70.00,80.00
"""


@pytest.fixture(autouse=True)
def vault(database: Database, settings: Settings) -> None:
    keep_files_in(database, settings)


def upload(database: Database, actor: Actor, now: datetime, text: str = GERMAN) -> str:
    with database.writing() as session:
        public_id = receive_file(
            session, file=FileDraft("liste.csv", text.encode("cp1252")), actor=actor, now=now
        )
    check_batch(database, public_id=public_id, now=now)
    return public_id


def propose(database: Database, public_id: str, actor: Actor) -> Mapping:
    with database.reading() as session:
        return propose_mapping(session, public_id=public_id, actor=actor)


def save(database: Database, public_id: str, draft: MappingDraft, actor: Actor, now: datetime) -> str:
    with database.writing() as session:
        return save_mapping(session, public_id=public_id, draft=draft, actor=actor, now=now)


def test_an_unknown_layout_waits_for_someone_to_say(database: Database, mei: Actor, now: datetime) -> None:
    public_id = upload(database, mei, now)
    with database.reading() as session:
        assert session.scalars(select(ImportBatch.state)).one() == "unmapped"
    found = propose(database, public_id, mei)
    assert found.header_line == 3
    assert [(guess.column, guess.is_doubtful) for guess in found.guesses] == [
        ("document_no", False), ("customer_no", False), ("document_date", False), ("due_date", False),
        ("amount", True), ("currency", False),
    ]  # fmt: skip
    assert (found.draft.date_order, found.draft.decimal, found.draft.kind) == ("dmy", ",", "invoice")


def test_the_first_rows_and_sums_are_shown_as_they_would_be_read(
    database: Database, mei: Actor, now: datetime
) -> None:
    public_id = upload(database, mei, now)
    draft = propose(database, public_id, mei).draft
    with database.reading() as session:
        shown = preview_mapping(session, public_id=public_id, draft=draft, actor=mei)
    assert [row.cells["kind"] for row in shown.rows] == ["invoice", "credit_note", "invoice"]
    assert shown.rows[0].cells["amount"] == "1190"
    assert [problem.column for problem in shown.rows[2].problems] == ["document_date"]
    assert (shown.read, shown.good, shown.skipped, shown.totals_checked) == (3, 2, 1, 1)
    with database.reading() as session:
        poor = replace(draft, columns={0: "document_no"}, kind="")
        assert "amount" in preview_mapping(session, public_id=public_id, draft=poor, actor=mei).missing


def test_two_sides_and_a_balance_are_understood(database: Database, mei: Actor, now: datetime) -> None:
    public_id = upload(database, mei, now, LEDGER)
    draft = replace(propose(database, public_id, mei).draft, currency="EUR")
    with database.reading() as session:
        shown = preview_mapping(session, public_id=public_id, draft=draft, actor=mei)
    (sums,) = shown.sums
    assert [one.decimal_text for one in (sums.opening, sums.debit, sums.credit, sums.closing)] == [
        "100.00", "50.00", "70.00", "80.00",
    ]  # fmt: skip
    assert shown.totals_checked == 1


@pytest.mark.parametrize("name", ["", "Standard!", "standard", "x" * 61, "a b"])
def test_a_layout_needs_a_plain_name_of_its_own(
    database: Database, mei: Actor, now: datetime, name: str
) -> None:
    public_id = upload(database, mei, now)
    draft = propose(database, public_id, mei).draft
    with pytest.raises(Invalid) as refused:
        save(database, public_id, replace(draft, name=name), mei, now)
    assert refused.value.field == "name"


def test_two_columns_cannot_be_the_same_and_readers_map_nothing(
    database: Database, mei: Actor, aud: Actor, now: datetime
) -> None:
    public_id = upload(database, mei, now)
    draft = propose(database, public_id, mei).draft
    twice = replace(draft, columns={**draft.columns, 3: "document_date"}, name="op")
    with pytest.raises(Invalid, match="Two columns"):
        save(database, public_id, twice, mei, now)
    with pytest.raises(NotAllowed):
        propose(database, public_id, aud)
