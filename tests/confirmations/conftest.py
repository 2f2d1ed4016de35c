"""Acme's issued February statement, answered and ready to be signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import confirm_lines
from portal.confirmations.models import TermsAcceptance
from portal.statements import StatementPage, find_statement
from tests.books import Books
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
STORY = """
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 invoice ACME INV-3 80.00 CNY due 2026-03-12
"""


@pytest.fixture
def page(session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime) -> StatementPage:
    """Acme's issued February statement of 330.50, every line confirmed."""
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    public_id = statement_of(session, "ACME", "CNY").public_id
    shown = find_statement(session, public_id=public_id, actor=ping)
    confirm_lines(
        session, public_id=public_id, line_nos=[1, 2], content_hash=shown.content_hash, actor=ping, now=now
    )
    return find_statement(session, public_id=public_id, actor=ping)


def forget_terms(session: Session) -> None:
    """Let nobody have accepted the terms yet."""
    session.execute(text("DROP TRIGGER tg_terms_acceptances_2"))
    session.execute(delete(TermsAcceptance))
