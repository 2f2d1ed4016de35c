"""The sign page asks once for the terms, and for a mailed code from whoever was invited."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Invitation
from portal.clock import utc_now
from portal.confirmations import confirm_lines, signing_text
from portal.confirmations.models import Confirmation, TermsAcceptance
from portal.outbox.models import OutboxMessage
from portal.sealing import sealer_of
from portal.statements import StatementPage, find_statement
from tests.books import Books
from tests.cast import NOW, PING, Part
from tests.statements.months import FEBRUARY, issue_month, statement_of
from tests.web.conftest import Browser


def answered(session: Session, books: Callable[[str], Books], mei: Actor, ping: Actor) -> StatementPage:
    books("2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05")
    issue_month(session, month=FEBRUARY, actor=mei, now=NOW)
    public_id = statement_of(session, "ACME", "CNY").public_id
    page = find_statement(session, public_id=public_id, actor=ping)
    confirm_lines(
        session, public_id=public_id, line_nos=[1], content_hash=page.content_hash, actor=ping, now=NOW
    )
    session.execute(text("DROP TRIGGER tg_terms_acceptances_2"))
    session.execute(text("DELETE FROM terms_acceptances"))
    session.commit()
    page = find_statement(session, public_id=public_id, actor=ping)
    session.commit()
    return page


def sent(page: StatementPage, **more: str) -> dict[str, str]:
    return {
        "act": "sign", "outcome": "agreed", "signer_name": "Ping Zhou", "job_title": "Bookkeeper",
        "authority": "Procuration", "content_hash": page.content_hash, "answers_hash": page.answers_hash,
        "signed_text": signing_text(page, outcome="agreed", language="en").full,
    } | more  # fmt: skip


def invite(session: Session, ping: Actor) -> None:
    """Let Ping have come by an invitation a day ago."""
    (customer_id,) = ping.customer_ids or {0}
    joined = utc_now() - timedelta(days=1)
    session.add(
        Invitation(
            token_hash="t", email=PING.email, name="Ping", role="confirmer", customer_id=customer_id, made_at=joined,
            ends_at=joined, accepted_at=joined, person_id=ping.person_id,
        )
    )  # fmt: skip
    session.commit()


def test_terms_and_code_come_before_the_first_signature(
    browser_of: Callable[[Part], Browser],
    session: Session,
    books: Callable[[str], Books],
    mei: Actor,
    ping: Actor,
) -> None:
    page = answered(session, books, mei, ping)
    invite(session, ping)
    browser, path = browser_of(PING), f"/statements/{page.public_id}/sign"
    shown = browser.get(f"{path}?lang=en").text
    assert "I accept these terms for this company" in shown
    assert "First a code from your mail" in shown
    terms = re.search(r'name="terms" value="([0-9a-f]{64})"', shown)
    assert terms is not None
    refused = browser.post(path, sent(page, terms=terms[1]))
    assert refused.status_code == 422
    assert 'value="Procuration"' in refused.text
    assert session.scalars(select(TermsAcceptance)).all() == []
    session.commit()
    assert browser.post(f"{path}/code", {"act": "send"}).status_code == 303
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "sign-code")).one()
    code = sealer_of(session).open_text(mail.payload["sealed_secret"])
    session.commit()
    assert browser.post(f"{path}/code", {"act": "check", "code": "000"}).status_code == 303
    assert "That is not the code." in browser.get(path).text
    assert browser.post(f"{path}/code", {"act": "check", "code": code}).status_code == 303
    assert "First a code from your mail" not in browser.get(path).text
    assert browser.post(path, sent(page)).status_code == 422
    done = browser.post(path, sent(page, terms=terms[1]))
    assert done.status_code == 303
    row = session.scalars(select(Confirmation)).one()
    assert (row.authority, row.evidence["terms"]["hash"]) == ("Procuration", terms[1])
    session.commit()
    assert "Procuration" in browser.get(done.headers["Location"]).text
