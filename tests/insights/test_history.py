"""Month-end balances with who agreed to them."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.insights import month_end_balances
from portal.statements import issue_statements, prepare_statements
from tests.books import Books


def test_it_begins_with_the_first_figure_and_marks_what_was_issued(
    session: Session, ping: Actor, books: Callable[[str], Books], now: datetime
) -> None:
    books(
        """
        2025-12-10 invoice ACME INV-1 100.00 CNY
        2026-02-05 invoice ACME INV-2 40.00 CNY
        """
    )
    console = system_actor("os:test")
    run = prepare_statements(session, month=date(2026, 2, 1), actor=console, now=now)
    issue_statements(session, run=run, released_by="os:test", actor=console, now=now)
    (customer_id,) = ping.customer_ids or (0,)
    points = month_end_balances(
        session, customer_id=customer_id, currency="CNY", until_month=date(2026, 2, 1), actor=ping
    )
    assert [(f"{one.month:%Y-%m}", one.balance.minor, one.mark) for one in points] == [
        ("2025-12", 10_000, "none"),
        ("2026-01", 10_000, "none"),
        ("2026-02", 14_000, "open"),
    ]
    assert points[-1].public_id
