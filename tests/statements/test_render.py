"""Page, JSON, CSV, XLSX and PDF say the same to the cent, in both languages; nothing in a cell becomes a formula."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pypdf
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import confirm_lines
from portal.money import Money, format_amount
from portal.statements import (
    StatementPage,
    content_hash,
    find_statement,
    render_statement,
    statement_facts,
)
from tests.books import Books
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
ADDRESS = "https://books.example/statements/"
STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-02-03 invoice ACME INV-2 1250.50 CNY due 2026-03-05 order PO-7 "滚珠丝杠 BS-32"
    2026-02-04 invoice ACME =SUM(A1:A9) 80.00 CNY due 2026-03-06 "@cmd|calc"
    2026-02-10 receipt ACME RC-1 90.05 CNY pays INV-1:90.05
    2026-02-12 invoice GLOBEX INV-9 900 JPY
"""


@pytest.fixture
def page(session: Session, books: BookStory, mei: Actor, ping: Actor, now: datetime) -> StatementPage:
    """Acme's issued statement with one confirmed line."""
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    shown = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=ping)
    confirm_lines(
        session, public_id=shown.public_id, line_nos=[1], content_hash=shown.content_hash, actor=ping, now=now
    )
    return find_statement(session, public_id=shown.public_id, actor=ping)


def body(page: StatementPage, form: str, language: str = "en") -> bytes:
    return render_statement(page, form=form, language=language, address=ADDRESS + page.public_id).body


def pdf_text(made: bytes) -> str:
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(made)).pages)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_says_the_same_to_the_cent(language: str, page: StatementPage) -> None:
    shown = [line.amount.decimal_text for line in page.all_lines]
    facts = json.loads(body(page, "json", language))
    table = list(csv.reader(io.StringIO(body(page, "csv", language).decode("utf-8-sig"))))
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(page, "xlsx", language)))
    cells = book.get_sheet_by_index(1).to_python()
    printed = pdf_text(body(page, "pdf", language))
    assert [line["amount"] for line in facts["lines"]] == shown
    assert [row[8] for row in table[1:]] == shown
    assert [f"{Decimal(str(row[8])):.2f}" for row in cells[1:-1]] == shown
    assert all(format_amount(line.amount) in printed for line in page.all_lines)
    closing = page.figures.closing.decimal_text
    assert facts["closing"] == closing == f"{sum(Decimal(text) for text in shown):.2f}"
    assert f"{Decimal(str(cells[-1][8])):.2f}" == closing
    assert format_amount(page.figures.closing) in printed


def test_the_json_is_the_published_form(page: StatementPage) -> None:
    facts = json.loads(body(page, "json"))
    assert set(facts) == {
        "public_id", "version", "entity", "customer_no", "currency", "kind", "period", "opening", "invoiced",
        "received", "credited", "closing", "due_now", "overdue", "ageing", "lines", "hash",
    }  # fmt: skip
    assert facts["period"] == {"from": "2026-02-01", "until": "2026-03-01"}
    assert list(facts["ageing"])
    assert sum(Decimal(text) for text in facts["ageing"].values()) == Decimal(facts["closing"])
    assert facts["lines"][1] == {
        "no": 1, "document_no": "INV-2", "kind": "invoice", "document_date": "2026-02-03", "due_date": "2026-03-05",
        "amount": "1250.50", "open": "1250.50", "answer": "confirmed",
    }  # fmt: skip


def test_anybody_can_compute_the_hash_from_the_json(page: StatementPage) -> None:
    facts = json.loads(body(page, "json"))
    told = facts.pop("hash")
    for key in ("public_id", "version"):
        del facts[key]
    for line in facts["lines"]:
        del line["answer"]
    assert content_hash(facts) == told == page.content_hash


def test_answers_are_not_part_of_the_hash(session: Session, page: StatementPage, ping: Actor) -> None:
    assert statement_facts(page)["hash"] == page.content_hash
    assert page.answers_hash != page.content_hash


def test_the_csv_is_for_excel_and_holds_no_formula(page: StatementPage) -> None:
    made = body(page, "csv")
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    assert (rows[3][1], rows[3][5]) == ("'=SUM(A1:A9)", "'@cmd|calc")
    assert rows[4][8] == "-90.05"


def test_the_workbook_holds_real_numbers_dates_and_formulas(page: StatementPage) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(page, "xlsx", "zh")))
    row = book.get_sheet_by_index(1).to_python()[2]
    assert isinstance(row[8], float)
    assert row[3] == date(2026, 2, 3)
    assert book.get_sheet_by_index(1).to_python()[3][1] == "=SUM(A1:A9)"  # a text, not a formula
    summary = [cell for line in book.get_sheet_by_index(0).to_python() for cell in line]
    assert 1340.45 in summary


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_names_page_day_version_and_hash_on_each_sheet(language: str, page: StatementPage) -> None:
    printed = pdf_text(body(page, "pdf", language))
    assert page.hash_short in printed
    assert ADDRESS in printed
    assert ("人民币壹仟叁佰肆拾元肆角伍分" in printed) == (language == "zh")
    assert "/StructTreeRoot" in pypdf.PdfReader(io.BytesIO(body(page, "pdf", language))).root_object


def test_the_same_statement_prints_the_same_bytes(page: StatementPage) -> None:
    assert body(page, "pdf") == body(page, "pdf")


def test_a_currency_without_decimals_has_none_in_any_form(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books("2026-02-12 invoice GLOBEX INV-9 900 JPY")
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    yen = find_statement(session, public_id=statement_of(session, "GLOBEX", "JPY").public_id, actor=mei)
    assert yen.figures.closing == Money(900, "JPY")
    assert json.loads(body(yen, "json"))["closing"] == "900"
    assert b"900.00" not in body(yen, "csv")


def test_the_file_name_is_plain_ascii(page: StatementPage) -> None:
    name = render_statement(page, form="pdf", language="zh", address="").file_name
    assert name == "statement-ACME-2026-02-CNY-v1.pdf"


@pytest.mark.slow
def test_table_heads_repeat_on_every_sheet(
    session: Session, books: BookStory, mei: Actor, now: datetime
) -> None:
    books("\n".join(f"2026-02-{1 + at % 28:02d} invoice ACME INV-{at} {at}.00 CNY" for at in range(1, 121)))
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    long = find_statement(session, public_id=statement_of(session, "ACME", "CNY").public_id, actor=mei)
    sheets = [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(body(long, "pdf"))).pages]
    assert len(sheets) >= 3
    assert all("Your answer" in sheet for sheet in sheets[:-1])
    assert all(f"Page {at} of {len(sheets)}" in sheet for at, sheet in enumerate(sheets, start=1))
