"""A bank account whose lines a test writes as text, and what the matcher made of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.bank.models import BankAccount, BankFile, BankLine
from portal.ledger import default_entity
from portal.matching import propose_matches
from portal.matching.models import Match
from portal.money import parse_minor

SYSTEM = system_actor("matching")
_LINE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d) (?P<amount>-?[\d.]+) (?P<currency>[A-Z]{3}) (?P<payer>[^/|]*)(?:/(?P<account>[^|]*))?"
    r"(?:\|(?P<narrative>.*))?"
)


@dataclass
class Bank:
    """Bank lines by the order in which they were told."""

    session: Session
    now: datetime
    lines: list[int] = field(default_factory=list)
    accounts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def tell(self, text: str) -> None:
        """Add lines ``2026-01-20 100.00 CNY Acme Ltd/6222001 | INV-1 goods``, one a row."""
        for row in filter(None, (line.strip() for line in text.splitlines())):
            found = _LINE.fullmatch(row)
            assert found, f"this is not a bank line: {row}"
            part = {key: (value or "").strip() for key, value in found.groupdict().items()}
            account_id, file_id = self._account(part["currency"])
            line = BankLine(
                account_id=account_id, file_id=file_id, line_no=len(self.lines) + 1,
                booked_on=date.fromisoformat(part["day"]), value_on=date.fromisoformat(part["day"]),
                amount_minor=parse_minor(part["amount"], part["currency"], signed=True), currency=part["currency"],
                payer_name=part["payer"], payer_account=part["account"], narrative=part["narrative"],
                line_key=sha256(f"{len(self.lines)}{row}".encode()).hexdigest(),
            )  # fmt: skip
            self.session.add(line)
            self.session.flush()
            self.lines.append(line.id)

    def _account(self, currency: str) -> tuple[int, int]:
        if currency not in self.accounts:
            account = BankAccount(
                entity_id=default_entity(self.session).id, identifier=f"6222{currency}6021", currency=currency,
                name="Basic account", created_at=self.now,
            )  # fmt: skip
            self.session.add(account)
            self.session.flush()
            file = BankFile(
                file_name="bank.csv", file_sha256="0" * 64, state="loaded", account_id=account.id,
                started_at=self.now,
            )  # fmt: skip
            self.session.add(file)
            self.session.flush()
            self.accounts[currency] = (account.id, file.id)
        return self.accounts[currency]

    def propose(self) -> None:
        """Let the matcher run over what waits."""
        propose_matches(self.session, actor=SYSTEM, now=self.now)

    def match(self, number: int = 1) -> Match:
        """Return the current match of the n-th line."""
        return self.session.scalars(
            select(Match)
            .where(Match.bank_line_id == self.lines[number - 1], Match.state != "undone")
            .execution_options(populate_existing=True)
        ).one()


@pytest.fixture
def bank(session: Session, now: datetime) -> Bank:
    """An empty bank account."""
    return Bank(session, now)


Tell = Callable[[str], object]
