"""Files are handed out as downloads, to those they belong to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.access import system_actor
from portal.attachments import FileDraft, store_files
from portal.clock import utc_now
from portal.customers.models import Customer
from portal.db import Database
from tests.cast import BO, MEI, PING, SEC, Part
from tests.web.conftest import Browser


@pytest.fixture
def path(app: Flask, database: Database) -> str:
    """Address of a file of Acme."""
    with database.writing() as session:
        acme = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
        (public_id,) = store_files(
            session, [FileDraft("回单.txt", b"paid")], subject_kind="dispute", subject_id="d" * 22, customer_id=acme,
            actor=system_actor(), now=utc_now(),
        )  # fmt: skip
    return f"/attachments/{public_id}"


def test_comes_as_a_download_that_cannot_run(path: str, browser_of: Callable[[Part], Browser]) -> None:
    """Attack case D23."""
    for part in (PING, MEI):
        answer = browser_of(part).get(path)
        assert (answer.status_code, answer.data) == (200, b"paid")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_looks_like_nothing_to_the_other_customer(path: str, browser_of: Callable[[Part], Browser]) -> None:
    """Attack case D01: the same answer to the byte."""
    bo = browser_of(BO)
    other, unknown = bo.get(path), bo.get("/attachments/" + "u" * 22)
    assert (other.status_code, unknown.status_code) == (404, 404)
    assert other.data == unknown.data


def test_is_refused_to_administrators_and_strangers(
    path: str, browser_of: Callable[[Part], Browser], nobody: Browser
) -> None:
    assert browser_of(SEC).get(path).status_code == 403
    assert nobody.get(path).status_code == 302
