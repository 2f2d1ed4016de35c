"""The whole line through the commands people type: from a file of receivables to a confirmed statement and on."""

from __future__ import annotations

import csv
import email
import email.policy
import os
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.scenarios.console import LAUNCHER, PROGRAM, Console, Visitor, free_port

PASSWORD = "four quiet words here"
APRIL, MAY = "2026-04-02T02:00:00+00:00", "2026-05-04T02:00:00+00:00"
#: Columns of the standard format this story needs.
COLUMNS = (
    "document_no,kind,customer_no,customer_name,currency,document_date,due_date,amount,"
    "settled_date,applies_to,disputed"
)
FEBRUARY_AND_MARCH = """\
INV-1,invoice,ACME,Acme Trading,CNY,2026-02-05,2026-03-07,1130.00,,,
INV-2,invoice,ACME,Acme Trading,CNY,2026-03-05,2026-04-04,565.00,,,
INV-3,invoice,ACME,Acme Trading,CNY,2026-03-20,2026-04-19,226.00,,,
INV-4,invoice,GLOBEX,Globex GmbH,EUR,2026-02-10,2026-03-12,100.00,2026-03-10,,
OPEN-1,opening_balance,NIL,Nil Ltd,USD,2026-01-31,,10.00,,,
OPEN-2,opening_balance,NIL,Nil Ltd,USD,2026-01-31,,-10.00,,,
"""
#: The same ledger a month later: INV-1 was paid, INV-3 is disputed at the seller's desk, and there is a new invoice.
A_MONTH_LATER = """\
INV-1,invoice,ACME,Acme Trading,CNY,2026-02-05,2026-03-07,1130.00,2026-04-15,,
INV-2,invoice,ACME,Acme Trading,CNY,2026-03-05,2026-04-04,565.00,,,
INV-3,invoice,ACME,Acme Trading,CNY,2026-03-20,2026-04-19,226.00,,,yes
INV-4,invoice,GLOBEX,Globex GmbH,EUR,2026-02-10,2026-03-12,100.00,2026-03-10,,
INV-5,invoice,ACME,Acme Trading,CNY,2026-04-10,2026-05-10,300.00,,,
BAD-1,invoice,ACME,Acme Trading,CNY,2026-04-10,2026-05-10,1e3,,,
"""


class Postman:
    """A mail server on loopback that keeps what it is given."""

    def __init__(self) -> None:
        """Begin with an empty bag."""
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 kept"

    def about(self, words: str) -> list[EmailMessage]:
        """Return the letters whose subject holds these words."""
        return [letter for letter in self.letters if words in str(letter["subject"])]


@pytest.fixture
def postman() -> Iterator[tuple[Postman, int]]:
    keeper, port = Postman(), free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    yield keeper, port
    controller.stop()


@pytest.fixture
def console(
    engine_name: str, empty_database_url: str, tmp_path: Path, postman: tuple[Postman, int]
) -> Console:
    """An empty installation on 2 April 2026; on SQLite every command goes through the launcher itself."""
    is_sqlite = engine_name == "sqlite"
    return Console(
        tmp_path / "home", url="" if is_sqlite else empty_database_url, clock=APRIL,
        mail_url=f"smtp://127.0.0.1:{postman[1]}", program=LAUNCHER if is_sqlite else PROGRAM, port=free_port(),
    )  # fmt: skip


def _ledger(folder: Path, name: str, rows: str) -> str:
    path = folder / name
    path.write_text(f"{COLUMNS}\n{rows}", encoding="utf-8")
    return str(path)


def _imports(console: Console, folder: Path) -> None:
    """Steps 1 and 2: an empty database takes a ledger in, and the same ledger again has no effect."""
    ledger = _ledger(folder, "march.csv", FEBRUARY_AND_MARCH)
    tried = console.ask("import", "documents", ledger, "--dry-run")
    first = console.ask("import", "documents", ledger)
    assert tried == first
    assert (first["rows"], first["imported"], first["errors"]) == (6, 6, [])
    assert first["totals"]["EUR"] == {"invoice": "100.00", "receipt": "100.00"}
    again = console.ask("import", "documents", ledger)
    assert (again["duplicates"], again["imported"], again["totals"]) == (6, 0, {})


def _statements(console: Console) -> str:
    """Step 3: a statement for every active customer, nil ones too, once; returns Acme's."""
    run = console.ask("statements", "run", "--period", "2026-03", "--issue")
    assert (run["customers"], run["prepared"], run["issued"], run["failed"]) == (3, 3, 3, [])
    again = console.ask("statements", "run", "--period", "2026-03", "--issue")
    assert (again["prepared"], again["issued"], again["unchanged"]) == (0, 0, 3)
    rows = console.ask("statements", "list", "--period", "2026-03")["statements"]
    closings = {row["customer_no"]: (row["closing"], row["currency"]) for row in rows}
    assert closings == {"ACME": ("1921.00", "CNY"), "GLOBEX": ("0.00", "EUR"), "NIL": ("0.00", "USD")}
    return next(str(row["public_id"]) for row in rows if row["customer_no"] == "ACME")


def _people(console: Console) -> None:
    for name, roles in (
        ("ping@acme.example", ("confirmer", "--customer", "ACME", "--language", "en")),
        ("mei@seller.example", ("clerk", "--language", "en")),
        ("chen@seller.example", ("approver", "--language", "en")),
    ):
        given = ("--name", name.split("@")[0].title(), "--title", "Bookkeeper", "--password-stdin")
        console.ask("users", "add", name, "--role", *roles, *given, stdin=f"{PASSWORD}\n")


def _mail(console: Console, keeper: Postman, month: str) -> str:
    """Step 6: run and delivered twice there is one mail to Ping; returns the path of its link."""
    assert console.ask("reminders", "run")["queued"] == 1
    assert console.ask("reminders", "run")["queued"] == 0
    assert console.ask("mail", "deliver")["sent"] >= 1
    assert console.ask("mail", "deliver")["sent"] == 0
    (letter,) = keeper.about(month)
    assert letter["to"].endswith("<ping@acme.example>")
    kinds = [part.get_content_type() for part in letter.walk()]
    assert {"text/plain", "text/html"} <= set(kinds)
    plain = letter.get_body(("plain",))
    assert plain is not None
    found = re.search(rf"http://127\.0\.0\.1:{console.port}(/l/[A-Za-z0-9_-]+)", plain.get_content())
    assert found
    return found[1]


def _answer(ping: Visitor, link: str, statement: str) -> str:
    """Step 4: the link opens the statement after sign-in; one line disputed, all others confirmed, signed."""
    door = ping.get(link)
    assert "1,921.00" not in door.text
    page = ping.sign_in("ping@acme.example", PASSWORD, then=link)
    assert page.url.endswith(f"/statements/{statement}")
    for figure in ("1,130.00", "791.00", "1,921.00"):  # opening, invoiced, closing
        assert figure in page.text
    number = page.find(r"INV-2(?:(?!INV-3).)*?line=(\d+)")
    form = f"/disputes/new?statement={statement}&line={number}"
    content = ping.get(form).field("content_hash")
    told = {"reason": "QTY", "amount": "113.00", "text": "One box is missing.", "QTY.receipt_note": "GRN-7"}
    page = ping.post(form, told | {"content_hash": content})
    assert page.url.split("#")[0].endswith(f"/statements/{statement}"), page.text[-3000:]
    rest = {"act": "rest", "seen": page.field("seen"), "content_hash": page.field("content_hash")}
    assert ping.post(f"/statements/{statement}/answers", rest).status == 200
    sign = ping.get(f"/statements/{statement}/sign")
    kept = {name: sign.field(name) for name in ("content_hash", "answers_hash", "signed_text")}
    who = {"signer_name": "Ping", "job_title": "Bookkeeper"}
    ready = kept | who | {"act": "sign", "outcome": "agreed-except"}
    unread = ping.post(f"/statements/{statement}/sign", ready)
    assert (unread.status, "Accept the terms" in unread.text) == (422, True)
    signed = ping.post(f"/statements/{statement}/sign", ready | {"terms": sign.field("terms")})
    assert "/receipts/" in signed.url
    return ping.get("/disputes/").find(r'href="/disputes/([A-Za-z0-9_-]{22})"')


def _settle(console: Console, ping: Visitor, dispute: str) -> None:
    """Step 5: proposed, accepted, submitted by one and approved by another."""
    mei, chen = Visitor(console.port), Visitor(console.port)
    assert mei.sign_in("mei@seller.example", PASSWORD).url.endswith("/admin/")
    offer = {
        "resolution": "credit_note",
        "approved": "113.00",
        "explanation": "You are right.",
        "root_cause": "",
    }
    mei.get(f"/admin/disputes/{dispute}")
    assert mei.post(f"/admin/disputes/{dispute}/propose", offer).status == 200
    seen = ping.get(f"/disputes/{dispute}").field("seen")
    assert ping.post(f"/disputes/{dispute}/accept", {"seen": seen}).status == 200
    page = mei.post(f"/admin/disputes/{dispute}/settle", {"note": ""})
    approval = page.find(r"/admin/approvals/([A-Za-z0-9_-]{22})")
    own = mei.get(f"/admin/approvals/{approval}")
    assert mei.post(f"/admin/approvals/{approval}/approve", {"seen_hash": "x"}).status == 403
    assert own.status == 200
    assert chen.sign_in("chen@seller.example", PASSWORD).url.endswith("/admin/")
    page = chen.get(f"/admin/approvals/{approval}")
    assert (
        chen.post(f"/admin/approvals/{approval}/approve", {"seen_hash": page.field("seen_hash")}).status
        == 200
    )
    assert (
        chen.post(f"/admin/approvals/{approval}/approve", {"seen_hash": page.field("seen_hash")}).status
        == 409
    )
    assert "113.00" in ping.get(f"/disputes/{dispute}").text


def _next_month(console: Console, folder: Path, keeper: Postman) -> None:
    """The living ledger comes in, and the next statement shows payment and credit as lines of their own."""
    done = console.run("import", "documents", _ledger(folder, "april.csv", A_MONTH_LATER), "--json")
    assert done.code == 1
    known = {
        name: done.json[name]
        for name in ("imported", "updated", "duplicates", "conflicts", "rejected", "disputed")
    }
    assert known == {
        "imported": 1, "updated": 2, "duplicates": 2, "conflicts": 0, "rejected": 1, "disputed": 1,
    }  # fmt: skip
    (error,) = done.json["errors"]
    assert (error["row"], error["column"], error["code"]) == (7, "amount", "bad_amount")
    run = console.ask("statements", "run", "--period", "2026-04", "--issue")
    assert (run["issued"], run["failed"]) == (3, [])
    rows = console.ask("statements", "list", "--period", "2026-04")["statements"]
    acme = next(row["public_id"] for row in rows if row["customer_no"] == "ACME")
    output = folder / "april.json"
    assert console.run("statements", "render", acme, "--format", "json", "-o", str(output)).code == 0
    facts = _json(output)
    assert (facts["opening"], facts["closing"]) == ("1921.00", "978.00")
    assert sorted((line["kind"], line["amount"]) for line in facts["lines"]) == [
        ("credit_note", "-113.00"), ("invoice", "300.00"), ("opening", "1921.00"), ("receipt", "-1130.00"),
    ]  # fmt: skip
    console.ask("reminders", "run")
    console.ask("mail", "deliver")
    console.ask("mail", "deliver")
    assert len(keeper.about("April 2026")) == 1
    assert len({letter["message-id"] for letter in keeper.letters}) == len(keeper.letters)


def _json(path: Path) -> dict[str, Any]:
    import json

    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def _is_sound(console: Console) -> None:
    """Step 7."""
    checked = console.ask("check")
    assert (checked["ok"], checked["violations"]) == (True, 0)
    verified = console.ask("audit", "verify")
    assert (verified["ok"], verified["first_bad"]) == (True, None)
    assert verified["rows"] > 30


@pytest.mark.db
@pytest.mark.slow
def test_a_file_becomes_a_confirmed_statement_and_the_next_one(
    console: Console, tmp_path: Path, postman: tuple[Postman, int]
) -> None:
    """Requirements 0-5, 0-20, 1-4, 2-12, 3-16, through commands and HTTP alone."""
    keeper, _port = postman
    _imports(console, tmp_path)
    statement = _statements(console)
    _people(console)
    link = _mail(console, keeper, "March 2026")
    with console.serving():
        ping = Visitor(console.port)
        dispute = _answer(ping, link, statement)
        _settle(console, ping, dispute)
    console.ask("mail", "deliver")
    told = [len(keeper.about(words)) for words in ("is resolved", "made a proposal", "is signed")]
    assert told == [1, 1, 1]
    _next_month(console.at(MAY), tmp_path, keeper)
    _is_sound(console.at(MAY))


# --- the file nobody of the project wrote ---


@pytest.fixture
def sample() -> Path:
    return Path(os.environ["CONCORD_REAL_DATA"]) / "ibm-ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"


@pytest.fixture
def console_now(console: Console) -> Console:
    """The installation without a moved clock: the file is of 2012 and 2013."""
    return console.at("")


def _as_of(sample: Path, target: Path, day: date, is_known: Callable[[dict[str, str]], bool]) -> str:
    """Write the file as it stood on a day: later invoices not there, later payments and disputes not known."""
    with sample.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    early = []
    for row in rows:
        if _day(row["InvoiceDate"]) > day:
            continue
        is_open = _day(row["SettledDate"]) > day
        early.append(
            row
            | ({"SettledDate": "", "Disputed": row["Disputed"] if is_known(row) else "No"} if is_open else {})
        )
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(early)
    return str(target)


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a calendar date


@pytest.mark.db
@pytest.mark.slow
@pytest.mark.real_data
def test_the_ibm_ledger_becomes_statements(console_now: Console, sample: Path) -> None:
    """2,466 invoices of 147,703.18, 561 disputed; again 2,466 duplicates; a month of statements; sound books."""
    arguments = ("import", "documents", str(sample), "--profile", "ibm-ar")
    first = console_now.ask(*arguments)
    assert {key: first[key] for key in first if key not in {"control", "new_customers"}} == {
        "rows": 2466, "imported": 2466, "updated": 0, "duplicates": 0, "conflicts": 0, "rejected": 0, "disputed": 561,
        "errors": [], "totals": {"USD": {"invoice": "147703.18", "receipt": "147703.18"}},
    }  # fmt: skip
    again = console_now.ask(*arguments)
    assert (again["duplicates"], again["imported"], again["totals"]) == (2466, 0, {})
    for month in ("2013-08", "2013-09"):
        run = console_now.ask("statements", "run", "--period", month, "--issue")
        assert (run["customers"], run["statements"], run["issued"], run["failed"]) == (100, 100, 100, [])
    again = console_now.ask("statements", "run", "--period", "2013-09", "--issue")
    assert (again["prepared"], again["issued"], again["unchanged"]) == (0, 0, 100)
    assert console_now.ask("check")["ok"]
    assert console_now.ask("audit", "verify")["ok"]


@pytest.mark.slow
@pytest.mark.real_data
def test_next_month_of_the_ibm_ledger_comes_in_cleanly(
    console_now: Console, sample: Path, tmp_path: Path
) -> None:
    early = _as_of(sample, tmp_path / "august.csv", date(2013, 8, 31), lambda row: row["invoiceNumber"] < "5")
    first = console_now.ask("import", "documents", early, "--profile", "ibm-ar")
    assert first["errors"] == []
    late = console_now.ask("import", "documents", str(sample), "--profile", "ibm-ar")
    assert (late["conflicts"], late["rejected"], late["errors"]) == (0, 0, [])
    assert (late["imported"], late["updated"] + late["duplicates"]) == (2466 - first["rows"], first["rows"])
    assert late["updated"] == Path(early).read_text(encoding="utf-8").count(",,")
    assert console_now.ask("check")["ok"]
