"""A small company with everything in it, and a hand that reaches past every guard."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.adjustments import AdjustmentDraft, draft_adjustment, submit_adjustment
from portal.approvals import approve, find_approval
from portal.checks import CheckReport, run_checks
from portal.confirmations import SignatureDraft, confirm_lines, sign_balance, signing_text
from portal.db import TRIGGERS, Database
from portal.disputes import DisputeDraft, open_dispute
from portal.ledger import close_period, set_book_currency_if_missing, set_rate
from portal.money import Money
from portal.receivables import reverse_document
from portal.reminders import run_reminders
from portal.statements import find_statement
from tests.bench import Bench
from tests.books import Books, post_books
from tests.cast import CHEN, MEI, NOW, PING, actor_of
from tests.statements.months import FEBRUARY, JANUARY, issue_month, statement_of

#: The cast got its roles at NOW; what they do comes after it.
LATER = NOW + timedelta(days=1)
STORY = """
    2025-12-20 invoice ACME INV-0 40.00 CNY
    2026-01-05 invoice ACME INV-1 1130.00 CNY due 2026-02-04 tax 130.00
    2026-01-20 receipt ACME R-1 700.00 CNY pays INV-1
    2026-01-25 credit_note ACME CN-9 30.00 CNY
    2026-02-03 invoice ACME INV-2 250.50 CNY order PO-7
    2026-02-10 receipt ACME R-2 300.00 CNY pays INV-2
    2026-02-11 receipt ACME R-3 12.00 CNY
    2026-02-05 invoice GLOBEX INV-3 99.99 EUR
    2026-02-20 receipt GLOBEX R-4 50.00 EUR pays INV-3
"""


@dataclass
class Company:
    """The database, its home, and the two acts of these tests: break by hand, then check."""

    database: Database
    home: Path
    now: datetime

    def report(self) -> CheckReport:
        """Run every check."""
        with self.database.reading() as session:
            return run_checks(session, home=self.home, now=self.now)

    def violated(self, report: CheckReport | None = None) -> set[str]:
        """Ids of what the checks find, in a report made now unless one is given."""
        return {item.id for item in (report or self.report()).invariants if item.violations}

    def first(self, id_: str, report: CheckReport | None = None) -> str:
        """What a report says about an invariant."""
        invariants = (report or self.report()).invariants
        return " | ".join(next(item.first for item in invariants if item.id == id_))

    def by_hand(self, *statements: str) -> None:
        """Run SQL with every guard, constraint and foreign key switched off, and put the guards back."""
        connection = self.database.engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = OFF")
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        for trigger in TRIGGERS:
            cursor.execute(f"DROP TRIGGER {trigger.name}")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount != 0, f"nothing was changed: {statement}"
        for trigger in TRIGGERS:
            cursor.execute(trigger.sql("sqlite")[0])
        connection.commit()
        connection.invalidate()
        connection.close()
        self.database.dispose()


@pytest.fixture(scope="session")
def sound(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story told once, as a SQLite file that each test copies."""
    path = tmp_path_factory.mktemp("sound") / "concord.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    _tell(database)
    database.dispose()
    return path


@pytest.fixture
def company(request: pytest.FixtureRequest, engine_name: str, bench: Bench, home: Path) -> Iterator[Company]:
    """Two months issued, one answered, disputed in part and signed; an adjustment approved; a receipt returned."""
    if engine_name == "sqlite":
        bench.lay(request.getfixturevalue("sound"))
        database = bench.database
    else:
        database = request.getfixturevalue("database")
        _tell(database)
    yield Company(database, home, LATER)
    database.dispose()


def _tell(database: Database) -> None:
    with database.writing() as session:
        people = {
            "mei": actor_of(session, MEI),
            "chen": actor_of(session, CHEN),
            "ping": actor_of(session, PING),
        }
        _act(session, people | {"system": system_actor("test")}, LATER)


def _act(session: Session, people: dict[str, Actor], now: datetime) -> None:
    early = now - timedelta(hours=20)
    set_book_currency_if_missing(session, currency="CNY")
    set_rate(session, currency="EUR", rate_on=date(2026, 1, 1), rate="7.81", actor=people["mei"], now=early)
    story = post_books(session, STORY, actor=people["system"], now=early)
    reverse_document(
        session, public_id=story.public_ids["R-3"], posting_on=date(2026, 2, 25), reason="returned",
        actor=people["chen"], now=early,
    )  # fmt: skip
    for month in (JANUARY, FEBRUARY):
        issue_month(session, month=month, actor=people["mei"], now=now - timedelta(hours=10))
    run_reminders(session, actor=people["system"], now=now - timedelta(hours=9))
    _answer(session, people["ping"], now - timedelta(hours=8))
    _adjust(session, story, people, now - timedelta(hours=1))
    close_period(session, month=JANUARY, actor=people["chen"], now=now)


def _answer(session: Session, ping: Actor, now: datetime) -> None:
    """Dispute a part of line 1, confirm the rest, sign except for it."""
    statement = statement_of(session, "ACME", "CNY")
    public_id, known = statement.public_id, statement.content_hash
    draft = DisputeDraft(
        reason="PRC", amount=Money(5000, "CNY"), text="The price on the order was lower.", statement=public_id,
        line_no=1, facts={"order_no": "PO-7"},
    )  # fmt: skip
    open_dispute(session, draft=draft, actor=ping, now=now)
    page = find_statement(session, public_id=public_id, actor=ping)
    others = [line.no for line in page.all_lines if line.no != 1]
    confirm_lines(session, public_id=public_id, line_nos=others, content_hash=known, actor=ping, now=now)
    page = find_statement(session, public_id=public_id, actor=ping)
    signature = SignatureDraft(
        outcome="agreed-except", stated=None, reason="", signer_name="Ping Zhou", job_title="Bookkeeper",
        signed_text=signing_text(page, outcome="agreed-except", language="zh").full, language="zh",
        content_hash=page.content_hash, answers_hash=page.answers_hash,
    )  # fmt: skip
    sign_balance(session, public_id=public_id, signature=signature, actor=ping, now=now)


def _adjust(session: Session, story: Books, people: dict[str, Actor], now: datetime) -> None:
    """Mei asks for a credit note of 113.00, Chen approves."""
    draft = AdjustmentDraft(
        kind="credit_note", amount=Money(11300, "CNY"), posting_on=date(2026, 3, 1), reason="Price agreed.",
        document=story.public_ids["INV-1"],
    )  # fmt: skip
    adjustment = draft_adjustment(session, draft=draft, actor=people["mei"], now=now)
    approval = submit_adjustment(session, public_id=adjustment, actor=people["mei"], now=now)
    seen = find_approval(session, public_id=approval, actor=people["chen"]).content_hash
    approve(session, public_id=approval, seen_hash=seen, actor=people["chen"], now=now)


@pytest.fixture
def finds(company: Company) -> Callable[..., None]:
    """Break a sound company (see test_run.py) by hand, and see the named invariants found."""

    def see(*statements: str, ids: str, says: str = "") -> None:
        company.by_hand(*statements)
        report = company.report()
        assert set(ids.split()) <= company.violated(report), report.as_json()
        if says:
            assert says in company.first(ids.split(maxsplit=1)[0], report)

    return see
