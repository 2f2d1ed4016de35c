"""Twenty approvals of one request at once over HTTP, by two people, on a server of two processes: one posting."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.access import hash_password, new_seed, set_up_totp_from_console, system_actor
from portal.access.models import Grant, Person
from portal.approvals.models import Approval
from portal.attachments import keep_files_in
from portal.clock import utc_now
from portal.db import Database
from portal.ledger.models import Entry, EntryLine
from portal.receivables.models import Document, OpenItem
from portal.settings import DEMO_SECRET, Settings
from tests.cast import CHEN, MEI, NOW, PASSWORD
from tests.scenarios.console import PROGRAM, Console, Visitor, free_port
from tests.web.admin.cases import make_cases

OTHER = "dana@seller.example"


@pytest.fixture
def request_id(database: Database, settings: Settings) -> str:
    """Mei's credit note of 100.00 waits; Chen and Dana may both approve it, all with an authenticator app."""
    keep_files_in(database, Settings(home=settings.home, secret_key=DEMO_SECRET))
    with database.writing() as session:
        dana = Person(email=OTHER, name="Dana Fox", language="en", job_title="Controller", created_at=NOW)
        session.add(dana)
        session.flush()
        session.add(Grant(person_id=dana.id, role="approver", customer_id=None, granted_at=NOW))
        for person in session.scalars(select(Person).where(Person.email.in_((CHEN.email, MEI.email, OTHER)))):
            person.password_hash = hash_password(PASSWORD, cost="test")
            set_up_totp_from_console(
                session, public_id=person.public_id, seed=new_seed(), actor=system_actor(), now=utc_now()
            )
    return make_cases(database).pending()[1]


@pytest.mark.db
@pytest.mark.slow
def test_two_people_approving_twenty_times_post_once(
    database: Database, tmp_path: Path, request_id: str
) -> None:
    """Attack case D27."""
    address = f"/admin/approvals/{request_id}/approve"
    console = Console(tmp_path / "home", url=database.url, program=PROGRAM, port=free_port())
    with console.serving(workers=2):
        people = [Visitor(console.port), Visitor(console.port), Visitor(console.port)]
        for visitor, email in zip(people, (CHEN.email, OTHER, MEI.email), strict=True):
            assert visitor.sign_in(email, PASSWORD).url.endswith("/admin/")
            assert visitor.get(f"/admin/approvals/{request_id}").status == 200
        seen_hash = people[0].get(f"/admin/approvals/{request_id}").field("seen_hash")

        def decide(number: int) -> int:
            visitor = people[2] if number % 10 == 9 else people[number % 2]
            return visitor.send(address, {"seen_hash": seen_hash}).status

        with ThreadPoolExecutor(20) as pool:
            statuses = Counter(pool.map(decide, range(20)))
    assert statuses == {303: 1, 409: 17, 403: 2}
    with database.reading() as session:
        approval = session.scalars(select(Approval).where(Approval.public_id == request_id)).one()
        assert approval.state == "approved"
        assert session.scalar(select(func.count()).where(Document.kind == "credit_note")) == 1
        assert session.scalar(select(func.count()).select_from(Entry)) == 3
        assert session.scalar(select(func.sum(EntryLine.amount_minor))) == 0
        assert session.scalar(select(func.sum(OpenItem.open_minor))) == 2 * 1130_00 - 100_00
