"""The journal as plain text: readable by other programs, and they compute the same figures."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers.models import Customer
from portal.errors import Invalid, NotAllowed, NotFound
from portal.ledger import set_book_currency_if_missing, set_rate
from portal.receivables import JournalWish, balance_on, export_journal
from portal.receivables.journal import escaped
from tests.books import Books

Tell = Callable[[str], Books]
HLEDGER = shutil.which("hledger")
DAY = date(2026, 3, 31)


@pytest.fixture
def story(session: Session, books: Tell, mei: Actor, now: datetime) -> Books:
    set_book_currency_if_missing(session, currency="CNY")
    set_rate(session, currency="EUR", rate_on=date(2026, 1, 1), rate="7.8123", actor=mei, now=now)
    return books("""
        2026-01-05 invoice ACME INV-1 113.00 CNY tax 13.00 "ball screws; 2 boxes"
        2026-01-06 invoice GLOBEX INV-2 99.99 EUR
        2026-01-07 invoice 客户(1) INV-3 5000 JPY
        2026-01-20 receipt ACME R-1 130.00 CNY pays INV-1
        2026-02-01 receipt GLOBEX R-2 50.00 EUR pays INV-2
        2026-02-02 credit_note ACME CN-1 3.00 CNY
    """)


def text(session: Session, actor: Actor, wish: JournalWish) -> str:
    return "".join(export_journal(session, wish=wish, actor=actor))


def test_one_transaction_an_entry_with_number_as_code(session: Session, story: Books, mei: Actor) -> None:
    lines = text(session, mei, JournalWish("hledger", "ACME"))
    assert "\n2026-01-05 * (INV-1) invoice ball screws, 2 boxes\n" in lines
    assert "    Assets:AR:ACME  113.00 CNY\n    Income" not in lines
    assert "    Assets:AR:ACME  113.00 CNY\n" in lines
    assert "    Liabilities:Advances:ACME  -17.00 CNY\n" in lines
    assert "INV-2" not in lines


def test_names_the_original_number_where_it_was_escaped(session: Session, story: Books, mei: Actor) -> None:
    assert "Assets:AR:客户-x28-1-x29-  5000 JPY  ; customer: 客户(1)" in text(
        session, mei, JournalWish("hledger")
    )
    beancount = text(session, mei, JournalWish("beancount"))
    assert 'customer: "客户(1)"' in beancount
    assert "open Assets:AR:X--x5ba2--x6237--x28-1-x29-" in beancount


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        ("C-1", "hledger", "C-1"),
        ("0187-OERBV", "beancount", "0187-OERBV"),
        ("a:b", "hledger", "a-x3a-b"),
        ("acme", "beancount", "X-acme"),
        ("A B", "beancount", "A-x20-B"),
    ],
)
def test_escapes_what_the_format_forbids(number: str, style: str, expected: str) -> None:
    assert escaped(number, style) == expected


def test_book_amounts_leave_out_what_is_not_valued_and_say_so(
    session: Session, story: Books, mei: Actor
) -> None:
    lines = text(session, mei, JournalWish("hledger", is_book=True))
    assert "Assets:AR:GLOBEX  781.15 CNY" in lines
    assert "; not valued: 2026-01-07 INV-3\n" in lines
    assert " EUR\n" not in lines.split("commodity")[-1].split("\n", 1)[1]


def test_refuses_unknown_formats_customers_and_readers_without_books(
    session: Session, story: Books, mei: Actor, ping: Actor
) -> None:
    with pytest.raises(Invalid):
        text(session, mei, JournalWish("ledger-cli"))
    with pytest.raises(NotFound):
        text(session, mei, JournalWish("hledger", "NOBODY"))
    with pytest.raises(NotAllowed):
        text(session, ping, JournalWish("hledger"))


def ask(file: Path, *question: str) -> Any:
    command = [str(HLEDGER), "-f", str(file), *question, "-O", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C.UTF-8"})
    return json.loads(answer.stdout)


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed (apt-get install hledger)")
def test_hledger_computes_the_same_balances(
    session: Session, story: Books, mei: Actor, tmp_path: Path
) -> None:
    """Performance target 12: every figure equal to hledger's on the exported journal."""
    file = tmp_path / "books.hledger"
    file.write_text(text(session, mei, JournalWish("hledger")), "utf-8")
    subprocess.run([str(HLEDGER), "-f", str(file), "check"], check=True, env={"LC_ALL": "C.UTF-8"})
    for number, currency, places in (("ACME", "CNY", 2), ("GLOBEX", "EUR", 2)):
        rows, _ = ask(file, "balance", "-E", f"^(Assets:AR|Liabilities:Advances):{number}$")
        found = sum(
            amount["aquantity"]["decimalMantissa"] * 10 ** (places - amount["aquantity"]["decimalPlaces"])
            for row in rows
            for amount in row[3]
        )
        customer_id = session.scalars(select(Customer.id).where(Customer.number == number)).one()
        assert found == balance_on(session, customer_id=customer_id, currency=currency, as_of=DAY).minor
