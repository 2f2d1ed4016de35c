"""Everything of one person and nothing of others. Requirement 1-9."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import NotAllowed
from portal.privacy import export_person


def test_exports_everything_of_one_person_and_nothing_of_others(
    session: Session, receipt: str, ping: Actor, sec: Actor, vera: Actor, now: datetime
) -> None:
    data = export_person(session, public_id=ping.public_id, actor=ping, now=now)
    with zipfile.ZipFile(io.BytesIO(data.as_zip())) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert files["profile.json"][0]["email"] == ping.email
    assert files["roles.json"][0]["customer_no"] == "ACME"
    assert files["signatures.json"][0]["signed_text"].startswith("余额签认")
    assert files["acts.json"][0]["event"] == "lines.answered"
    assert files["security-log.json"]
    assert files["mails.json"]
    assert "Mei" not in str(files)
    assert "password_hash" not in str(files)
    assert (
        export_person(session, public_id=ping.public_id, actor=sec, now=now).files.keys() == data.files.keys()
    )
    with pytest.raises(NotAllowed):
        export_person(session, public_id=ping.public_id, actor=vera, now=now)
