"""The security log over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import SecurityEvent
from tests.cast import AUD, SYS, second_security_admin
from tests.web.admin.two_people import Open, found


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def test_auditors_read_the_security_log_and_are_in_it(browser_of: Open, session: Session) -> None:
    """Rule R11, and every refusal is there as authz.denied."""
    assert browser_of(SYS).get("/admin/security-log").status_code == 403
    auditor = browser_of(AUD)
    page = auditor.get("/admin/security-log?tab=denied").text
    assert "authz.denied" in page
    assert "Yusuf Sahin" in page
    assert "auditor.read" in auditor.get("/admin/security-log?tab=auditors").text
    assert auditor.get("/admin/security-log?format=csv&q=denied").status_code == 200
    assert found(session, select(SecurityEvent.event).where(SecurityEvent.event == "auditor.read"))
