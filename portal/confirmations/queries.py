"""Read a confirmation: who agreed to what, when, how, and what not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, people_names
from portal.confirmations.models import Confirmation
from portal.customers.models import Customer
from portal.errors import NotFound
from portal.ledger import entity_view
from portal.money import Money
from portal.statements.models import Statement, StatementLine
from portal.statements.queries import read_answers


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that was not agreed when the balance was signed."""

    line_no: int
    document_no: str
    dispute_number: str
    dispute_public_id: str | None
    amount: Money
    disputed: Money


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """One signature with its evidence; names in the language in which it was signed."""

    public_id: str
    statement_public_id: str
    period_from: date
    period_until: date
    version: int
    entity_name: str
    customer_id: int
    customer_no: str
    customer_name: str
    outcome: str
    closing: Money
    agreed: Money
    disputed: Money
    stated: Money | None
    reason: str
    signed_text: str
    language: str
    person_name: str
    person_email: str
    job_title: str
    method: str
    address: str
    device: str
    signed_at: datetime
    local_time: str
    statement_hash: str
    content_hash: str
    answers: tuple[tuple[int, str, int], ...]
    open_lines: tuple[OpenLine, ...]
    channel: str = "portal"
    role: str = ""
    authority: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    given_on: date | None = None
    recorded_by: str = ""
    approved_by: str = ""
    paper: str = ""

    @property
    def is_electronic(self) -> bool:
        """Whether the customer signed here, and not we for them."""
        return self.channel == "portal"


def find_confirmation(session: Session, *, public_id: str, actor: Actor) -> ConfirmationView:
    """Return one confirmation.

    Raises:
        NotAllowed: The actor may not read statements.
        NotFound: Unknown, or out of scope.
    """
    actor.require(Permission.STATEMENTS_READ)
    found = session.execute(
        select(Confirmation, Statement, Customer)
        .join(Statement, Statement.id == Confirmation.statement_id)
        .join(Customer, Customer.id == Confirmation.customer_id)
        .where(Confirmation.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    row, statement, customer = found
    actor.require_scope(row.customer_id)
    names = (customer.name_en, customer.name) if row.language == "en" else (customer.name, customer.name_en)
    names_of = people_names(session, [one for one in (row.recorded_by_id, row.approved_by_id) if one])
    return ConfirmationView(
        public_id=row.public_id, statement_public_id=statement.public_id, period_from=statement.period_from,
        period_until=statement.period_until, version=statement.version,
        entity_name=entity_view(session, statement.entity_id).name_in(row.language), customer_id=customer.id,
        customer_no=customer.number, customer_name=names[0] or names[1], outcome=row.outcome,
        closing=Money(row.closing_minor, row.currency), agreed=Money(row.agreed_minor, row.currency),
        disputed=Money(row.disputed_minor, row.currency),
        stated=None if row.stated_minor is None else Money(row.stated_minor, row.currency), reason=row.reason,
        signed_text=row.signed_text, language=row.language, person_name=row.person_name,
        person_email=row.person_email, job_title=row.job_title, method=row.method, address=row.address,
        device=row.device, signed_at=row.signed_at, local_time=row.local_time, statement_hash=row.statement_hash,
        content_hash=row.content_hash, answers=tuple((no, answer, minor) for no, answer, minor in row.answers),
        open_lines=_open_lines(session, row), channel=row.channel, role=row.role, authority=row.authority,
        evidence=row.evidence, given_on=row.given_on, recorded_by=names_of.get(row.recorded_by_id or 0, ""),
        approved_by=names_of.get(row.approved_by_id or 0, ""), paper=str(row.evidence.get("paper", "")),
    )  # fmt: skip


def _open_lines(session: Session, row: Confirmation) -> tuple[OpenLine, ...]:
    disputed = {no: minor for no, answer, minor in row.answers if answer == "disputed"}
    if not disputed:
        return ()
    answers = read_answers(session, [row.statement_id]).get(row.statement_id, {})
    lines = session.execute(
        select(StatementLine.no, StatementLine.document_no, StatementLine.amount_minor)
        .where(StatementLine.statement_id == row.statement_id, StatementLine.no.in_(disputed))
        .order_by(StatementLine.no)
    )
    found = []
    for no, number, amount in lines:
        said = answers.get(no)
        found.append(
            OpenLine(
                no, number, said.dispute_number if said else "", said.dispute_public_id if said else None,
                Money(amount, row.currency), Money(disputed[no], row.currency),
            )
        )  # fmt: skip
    return tuple(found)


def confirmation_json(view: ConfirmationView) -> dict[str, Any]:
    """Return a confirmation as plain JSON: amounts as decimal text, positive = the customer owes."""
    return {
        "public_id": view.public_id,
        "statement": {
            "public_id": view.statement_public_id, "version": view.version, "hash": view.statement_hash,
            "period": {"from": view.period_from.isoformat(), "until": view.period_until.isoformat()},
        },
        "seller": view.entity_name,
        "customer": {"number": view.customer_no, "name": view.customer_name},
        "outcome": view.outcome,
        "currency": view.closing.currency,
        "closing": view.closing.decimal_text,
        "agreed": view.agreed.decimal_text,
        "disputed": view.disputed.decimal_text,
        "stated": None if view.stated is None else view.stated.decimal_text,
        "reason": view.reason,
        "answers": [
            {"no": no, "answer": answer, "disputed": Money(minor, view.closing.currency).decimal_text}
            for no, answer, minor in view.answers
        ],
        "signed_text": view.signed_text,
        "language": view.language,
        "signer": {
            "name": view.person_name, "email": view.person_email, "job_title": view.job_title, "method": view.method,
            "address": view.address, "device": view.device, "role": view.role, "authority": view.authority,
        },
        "channel": view.channel,
        "given_on": view.given_on.isoformat() if view.given_on else None,
        "recorded_by": view.recorded_by or None,
        "approved_by": view.approved_by or None,
        "evidence": dict(view.evidence),
        "signed_at": view.signed_at.isoformat(),
        "local_time": view.local_time,
        "hash": view.content_hash,
    }  # fmt: skip
