"""Drops bank files on the page and takes them in."""

from __future__ import annotations

import io
from collections.abc import Callable

from portal.bank import check_bank_file, load_bank_file
from portal.clock import utc_now
from portal.db import Database
from tests.cast import Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def dropped(*contents: tuple[str, bytes]) -> dict[str, object]:
    return {"files": [(io.BytesIO(content), name) for name, content in contents], "account": ""}


def take_in(mei: Browser, database: Database, name: str, content: bytes) -> str:
    """Upload, check, take in; return the address of the file."""
    answer = mei.post("/admin/bank/files/new", dropped((name, content)), content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    public_id = address.rpartition("/")[2]
    check_bank_file(database, public_id=public_id, now=utc_now())
    assert mei.post(f"{address}/load").status_code == 303
    load_bank_file(database, public_id=public_id, now=utc_now())
    return address
