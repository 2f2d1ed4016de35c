"""kill -9 at any moment: nothing lost, nothing twice, and the same command again finishes the work.

Crash set C1 and mail set M1 of the fault plan in small; the nightly sets kill more often.
"""

from __future__ import annotations

import email
import email.policy
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Connection, create_engine, select, text

from portal.clock import utc_now
from portal.customers.models import Contact, Customer
from portal.db import Database
from portal.outbox import MessageDraft, put_messages
from tests.scenarios.console import PROGRAM, Console, free_port
from tests.scenarios.forked import Forked, forking

ROWS, CUSTOMERS, LETTERS = 3_000, 120, 80
#: Minutes after which the lease of a killed sender has ended.
LEASE_OVER = 6
MONTH = date(2026, 3, 1)
FEW, MANY = 10, 100
SETS = [
    pytest.param(FEW, marks=pytest.mark.slow, id="few"),
    pytest.param(MANY, marks=pytest.mark.nightly, id="many"),
]
PAYLOAD = {
    "seller": "Chengchuan", "seller_phone": "", "seller_email": "", "customer": "Acme", "link": "/l/token",
    "why": "asked", "kind": "statement", "month": "2026-02",
}  # fmt: skip


@pytest.fixture(scope="module")
def forked() -> Iterator[Forked]:
    with forking() as program:
        yield program


@dataclass
class Place:
    """An installation that is thrown away after each kill."""

    forked: Forked
    home: Path
    mail_url: str = ""
    minutes: int = 0
    killed: int = 0
    seconds: float = 0
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def console(self) -> Console:
        return Console(self.home, mail_url=self.mail_url, program=PROGRAM)

    def run(self, *arguments: str, kill_after: float | None = None) -> int:
        """Run a command, and say whether it was killed."""
        started = time.monotonic()
        code = self.forked.run(
            *arguments,
            env=self.console.environment | self.extra,
            minutes_later=self.minutes,
            kill_after=kill_after,
        )
        self.seconds = time.monotonic() - started
        self.killed += code == -9
        assert code in {0, -9}, f"{arguments} ended with {code}"
        return code

    def begin_with(self, folder: Path) -> None:
        """Start from a copy."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(folder, self.home)

    def reading(self) -> Connection:
        return create_engine(f"sqlite:///{self.home / 'concord.db'}").connect()

    def count(self, query: str) -> Any:
        """Answer a query with one value."""
        with self.reading() as connection:
            return connection.execute(text(query)).scalar()

    def is_sound(self) -> None:
        """All invariants hold and the audit chain is whole."""
        checked = self.console.ask("check")
        assert checked["ok"], checked
        assert self.console.ask("audit", "verify")["ok"]


@pytest.fixture
def place(forked: Forked, tmp_path: Path) -> Place:
    return Place(forked, tmp_path / "home")


def kill_often(
    place: Place, begin: Path, kills: int, command: tuple[str, ...], verify: Callable[[], None]
) -> None:
    """Kill a command at random moments, each time from the same beginning; run it again, and verify."""
    chance = random.Random(kills)
    place.begin_with(begin)
    place.run(*command)
    whole = place.seconds
    verify()
    for _ in range(kills):
        place.begin_with(begin)
        place.run(*command, kill_after=chance.uniform(0.02, whole))
        place.minutes += LEASE_OVER
        place.run(*command)
        verify()
        place.minutes = 0
    assert place.killed >= kills // 2, "most kills meet the work"
    place.is_sound()


# --- an import ---


def ledger(path: Path) -> str:
    """Write a file of invoices, every third of them paid."""
    lines = ["document_no,kind,customer_no,customer_name,currency,document_date,amount,settled_date"]
    for number in range(ROWS):
        paid = "2026-03-20" if number % 3 == 0 else ""
        lines.append(
            f"INV-{number:05},invoice,C-{number % CUSTOMERS:03},Customer {number % CUSTOMERS},CNY,"
            f"2026-03-{number % 19 + 1:02},{number + 1}.50,{paid}"
        )
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def empty_home(forked: Forked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Place(forked, tmp_path_factory.mktemp("empty") / "home")
    place.run("migrate")
    return place.home


@pytest.fixture(scope="module")
def loaded_home(forked: Forked, empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger loaded; a contact for every third customer."""
    folder = tmp_path_factory.mktemp("loaded")
    place = Place(forked, folder / "home")
    place.begin_with(empty_home)
    place.run("import", "documents", ledger(folder / "ledger.csv"))
    database = Database(f"sqlite:///{place.home / 'concord.db'}")
    with database.writing() as session:
        for customer_id in session.scalars(select(Customer.id).where(Customer.id % 3 == 0)).all():
            address = f"reader{customer_id}@example.com"
            session.add(Contact(customer_id=customer_id, name="Reader", email=address, language="en"))
    database.dispose()
    return place.home


@pytest.mark.parametrize("kills", SETS)
def test_a_killed_import_is_finished_by_the_next(
    kills: int, place: Place, empty_home: Path, tmp_path: Path
) -> None:
    receipts = len(range(0, ROWS, 3))
    total = sum((number + 1) * 100 + 50 for number in range(ROWS))

    def verify() -> None:
        assert place.count("SELECT count(*) FROM documents WHERE kind = 'invoice'") == ROWS
        assert place.count("SELECT count(*) FROM documents WHERE kind = 'receipt'") == receipts
        assert place.count("SELECT sum(amount_minor) FROM documents WHERE kind = 'invoice'") == total
        assert place.count("SELECT count(*) FROM open_items WHERE open_minor = 0") == 2 * receipts
        assert place.count("SELECT sum(amount_minor) FROM entry_lines") == 0

    kill_often(place, empty_home, kills, ("import", "documents", ledger(tmp_path / "ledger.csv")), verify)


@pytest.mark.parametrize("kills", SETS)
def test_a_killed_intake_from_the_folder_is_finished_by_the_next(
    kills: int, place: Place, empty_home: Path, tmp_path: Path
) -> None:
    source, inbox = Path(ledger(tmp_path / "source.csv")), tmp_path / "inbox"
    place.extra = {"CONCORD_INBOX": str(inbox)}
    chance = random.Random(kills)

    def begin() -> None:
        place.begin_with(empty_home)
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        shutil.copyfile(source, inbox / "ledger.csv")

    def verify() -> None:
        assert place.count("SELECT count(*) FROM documents WHERE kind = 'invoice'") == ROWS
        assert place.count("SELECT count(*) FROM import_batches") == 1
        assert place.count("SELECT imported_count FROM import_batches") == ROWS
        assert [path.name for path in (inbox / "done").glob("*.csv")] != []
        assert not (inbox / "ledger.csv").exists()

    begin()
    place.run("worker", "--once")
    whole = place.seconds
    verify()
    for _ in range(kills):
        begin()
        place.run("worker", "--once", kill_after=chance.uniform(0.5, whole))
        place.minutes += LEASE_OVER
        place.run("worker", "--once")
        verify()
        place.minutes = 0
    assert place.killed >= kills // 2, "most kills meet the work"
    place.is_sound()


# --- a month of statements ---


@pytest.mark.parametrize("kills", SETS)
def test_a_killed_run_of_statements_is_finished_by_the_next(
    kills: int, place: Place, loaded_home: Path
) -> None:
    def verify() -> None:
        assert (
            place.count("SELECT count(*) FROM statements WHERE state = 'issued' AND version = 1") == CUSTOMERS
        )
        assert place.count("SELECT count(*) FROM statements") == CUSTOMERS
        assert place.count("SELECT count(*) FROM outbox_messages") == CUSTOMERS // 3
        lines = "SELECT count(*) FROM statement_lines WHERE no > 0"
        assert place.count(lines) == ROWS + len(range(0, ROWS, 3))

    kill_often(
        place, loaded_home, kills, ("statements", "run", "--period", f"{MONTH:%Y-%m}", "--issue"), verify
    )


# --- the outbox ---


@dataclass
class Sink:
    """A mail server that keeps the Message-ID and recipient of each mail."""

    taken: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append((str(letter["message-id"]), ",".join(envelope.rcpt_tos)))
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    server, port = Sink(), free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, port
    controller.stop()


@pytest.fixture
def waiting_home(empty_home: Path, tmp_path: Path) -> Path:
    home = tmp_path / "waiting"
    shutil.copytree(empty_home, home)
    database = Database(f"sqlite:///{home / 'concord.db'}")
    with database.writing() as session:
        drafts = [
            MessageDraft(f"test:{number}", "new-link", f"reader{number}@example.com", "en", PAYLOAD, "Reader")
            for number in range(LETTERS)
        ]
        put_messages(session, drafts, now=utc_now())
    database.dispose()
    return home


@pytest.mark.parametrize("kills", SETS)
def test_a_killed_delivery_loses_no_mail(
    kills: int, place: Place, waiting_home: Path, sink: tuple[Sink, int]
) -> None:
    """A mail taken by the server just before a kill may leave once more, under the same Message-ID."""
    server, port = sink
    place.mail_url = f"smtp://127.0.0.1:{port}"

    def verify() -> None:
        copies = Counter(server.taken)
        assert len(copies) == LETTERS
        assert len({recipient for _, recipient in copies}) == LETTERS
        assert len(server.taken) - LETTERS <= 1
        assert place.count("SELECT count(*) FROM outbox_messages WHERE state = 'sent'") == LETTERS
        server.taken.clear()

    kill_often(place, waiting_home, kills, ("mail", "deliver"), verify)
