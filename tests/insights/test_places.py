"""Where a document stands on statements."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.insights import statements_of_document
from portal.statements import issue_statements, prepare_statements
from tests.books import Books


def test_an_issued_line_is_found_by_its_own_customer_only(
    session: Session, ping: Actor, bo: Actor, books: Callable[[str], Books], now: datetime
) -> None:
    made = books("2026-02-05 invoice ACME INV-2 40.00 CNY")
    console = system_actor("os:test")
    run = prepare_statements(session, month=date(2026, 2, 1), actor=console, now=now)
    assert statements_of_document(session, document_id=made.ids["INV-2"], actor=ping) == ()
    issue_statements(session, run=run, released_by="os:test", actor=console, now=now)
    (place,) = statements_of_document(session, document_id=made.ids["INV-2"], actor=ping)
    assert (place.month_on, place.line_no, place.answer) == (date(2026, 2, 1), 1, "none")
    assert place.is_answerable
    assert statements_of_document(session, document_id=made.ids["INV-2"], actor=bo) == ()
