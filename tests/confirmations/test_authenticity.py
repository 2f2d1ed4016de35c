"""What stands in the evidence of a signature beside who signed (13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import (
    authenticity_of,
    sign_balance,
)
from portal.customers.models import Customer
from portal.errors import NotAllowed
from portal.statements import StatementPage
from tests.confirmations.test_sign import draft_of

pytestmark = pytest.mark.usefixtures("page")


@pytest.mark.parametrize(
    ("domains", "email", "verdict", "is_flagged"),
    [
        ("acme.example", "ping@acme.example", "match", False),
        ("acme.example", "ping@books.acme.example", "match", False),
        ("acme.example", "ping@acme.example.evil.example", "mismatch", True),
        ("acme.example", "ping@qq.com", "free-mail", True),
        ("", "ping@acme.example", "unknown", False),
    ],
)
def test_the_panel_compares_the_mail_domain(
    session: Session,
    page: StatementPage,
    ping: Actor,
    aud: Actor,
    now: datetime,
    domains: str,
    email: str,
    verdict: str,
    is_flagged: bool,
) -> None:
    """Feature 13: a mismatch is flagged, and what was known then stays."""
    session.get_one(Customer, page.customer.id).mail_domains = domains
    session.flush()
    draft = replace(draft_of(page), authority="Procuration")
    receipt = sign_balance(
        session, public_id=page.public_id, signature=draft, actor=replace(ping, email=email), now=now
    )
    session.get_one(Customer, page.customer.id).mail_domains = "other.example"
    session.flush()
    found = authenticity_of(session, public_id=receipt, actor=aud)
    assert (found.domain, found.is_flagged) == (verdict, is_flagged)
    one = found.signature
    assert (one.role, one.authority, one.method, one.channel) == (
        "confirmer",
        "Procuration",
        "password",
        "portal",
    )
    assert one.local_time.endswith("+08:00")
    with pytest.raises(NotAllowed):
        authenticity_of(session, public_id=receipt, actor=ping)
