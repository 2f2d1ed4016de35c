"""Samples over HTTP: drawn by one, read by another."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.roles.models import Sample
from tests.cast import AUD, SEC, second_security_admin
from tests.web.admin.two_people import Open, found


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def test_a_sample_is_drawn_by_one_and_read_by_another(browser_of: Open, session: Session) -> None:
    one, auditor = browser_of(SEC), browser_of(AUD)
    answer = one.post(
        "/admin/samples/new", {"name": "Audit", "population": "customers", "size": "1", "seed": "42"}
    )
    assert answer.status_code == 303, answer.text
    page = answer.headers["Location"]
    assert "Auditors see what was drawn" in one.get(page).text
    assert one.get(f"{page}?format=csv").status_code == 403
    (sample,) = found(session, select(Sample))
    assert (sample.population_size, sample.seed) == (2, "42")
    assert "the same sample" in auditor.get(f"{page}?again=1").text
    assert auditor.get(f"{page}?format=xlsx").status_code == 200
    assert (
        one.post(
            "/admin/samples/new", {"name": "A", "population": "customers", "size": "0", "seed": "42"}
        ).status_code
        == 422
    )
