"""Corrected columns: refused where they say too little, kept for this file until a second person agrees."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments import FileDraft
from portal.bank import LayoutDraft, check_bank_file, columns_of, correct_columns, receive_bank_files
from portal.db import Database
from portal.errors import Invalid, NotFound

ODD = b"Wann;Wer;Wieviel\n02.02.2026;Acme;12,50\n03.02.2026;Bo;-1,00\n"


def test_refuses_columns_that_say_too_little(
    session: Session, database: Database, mei: Actor, now: datetime
) -> None:
    (public_id,) = receive_bank_files(session, files=[FileDraft("odd.csv", ODD)], actor=mei, now=now)
    session.commit()
    check_bank_file(database, public_id=public_id, now=now)
    with database.writing() as other:
        assert columns_of(other, public_id=public_id, actor=mei).names == ("Wann", "Wer", "Wieviel")
        for roles in (
            {}, {"booked": ["Wann"]}, {"amount": ["Wieviel"]}, {"booked": ["Wann"], "paid_in": ["Wieviel"]},
            {"booked": ["Wann", "Wer"], "amount": ["Wieviel"]},
        ):  # fmt: skip
            with pytest.raises(Invalid):
                correct_columns(other, public_id=public_id, draft=LayoutDraft("x", roles), actor=mei, now=now)
        with pytest.raises(NotFound):
            columns_of(other, public_id="A" * 22, actor=mei)
