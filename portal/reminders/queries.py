"""Reads: issued statements that wait for an answer, who is to be told, and who has been."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Exists, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from portal.access.models import Grant, Person
from portal.clock import business_day
from portal.customers.models import Contact, Customer
from portal.disputes.models import Dispute
from portal.disputes.rules import OPEN_STATES
from portal.ledger.models import LegalEntity
from portal.reminders.models import Reminder
from portal.reminders.rules import Recipient, Situation
from portal.statements.models import LineAnswer, Statement
from portal.statements.rules import ANSWERABLE


@dataclass(frozen=True, slots=True)
class WaitingStatement:
    """One issued, unsigned statement version that nothing has replaced, with the names a mail needs."""

    id: int
    public_id: str
    version: int
    month_on: date
    currency: str
    answer_by_on: date | None
    customer_id: int
    customer_names: dict[str, str]
    seller_names: dict[str, str]
    seller_phone: str
    seller_email: str
    today: date
    situation: Situation


def waiting_statements(
    session: Session, *, now: datetime, after_id: int = 0, limit: int = 500
) -> list[WaitingStatement]:
    """Return issued statements that wait for an answer, oldest row first.

    Args:
        session: Writing session: the rows are locked, so that two runs at once tell nobody twice.
        now: Decides the business day of each seller.
        after_id: Row number after which to go on.
        limit: Most statements returned.
    """
    locked = session.scalars(
        select(Statement.id)
        .where(Statement.id > after_id, Statement.issued_at.is_not(None), Statement.state.in_(ANSWERABLE))
        .order_by(Statement.id)
        .limit(limit)
        .with_for_update()
    ).all()
    rows = session.execute(
        select(Statement, Customer, LegalEntity, ~_later_exists(), _disputed_count())
        .join(Customer, Customer.id == Statement.customer_id)
        .join(LegalEntity, LegalEntity.id == Statement.entity_id)
        .where(Statement.id.in_(locked), Statement.state.in_(ANSWERABLE))
        .order_by(Statement.id)
    ).all()
    return [
        _waiting(
            statement, customer, seller=seller, is_newest=bool(newest), disputed_count=int(disputed), now=now
        )
        for statement, customer, seller, newest, disputed in rows
    ]


def _later_exists() -> Exists:
    later = aliased(Statement)
    return (
        select(later.id)
        .where(
            later.entity_id == Statement.entity_id,
            later.customer_id == Statement.customer_id,
            later.currency == Statement.currency,
            later.kind == Statement.kind,
            later.issued_at.is_not(None),
            later.period_from > Statement.period_from,
        )
        .exists()
    )


def _disputed_count() -> ScalarSelect[int]:
    newer = aliased(LineAnswer)
    is_newest = ~(
        select(newer.id)
        .where(
            newer.statement_id == LineAnswer.statement_id,
            newer.line_no == LineAnswer.line_no,
            newer.id > LineAnswer.id,
        )
        .exists()
    )
    return (
        select(func.count(LineAnswer.id))
        .join(Dispute, Dispute.id == LineAnswer.dispute_id)
        .where(
            LineAnswer.statement_id == Statement.id,
            LineAnswer.line_no > 0,
            LineAnswer.answer == "disputed",
            Dispute.state.in_(OPEN_STATES),
            is_newest,
        )
        .correlate(Statement)
        .scalar_subquery()
    )


def _waiting(
    statement: Statement,
    customer: Customer,
    *,
    seller: LegalEntity,
    is_newest: bool,
    disputed_count: int,
    now: datetime,
) -> WaitingStatement:
    assert statement.issued_at is not None
    today = business_day(now, seller.time_zone)
    return WaitingStatement(
        id=statement.id,
        public_id=statement.public_id,
        version=statement.version,
        month_on=statement.period_from,
        currency=statement.currency,
        answer_by_on=statement.answer_by_on,
        customer_id=customer.id,
        customer_names=_both(customer.name, customer.name_en),
        seller_names=_both(seller.short_name or seller.name, seller.short_name_en or seller.name_en),
        seller_phone=seller.phone,
        seller_email=seller.email,
        today=today,
        situation=Situation(
            days=(today - business_day(statement.issued_at, seller.time_zone)).days,
            is_paused=customer.is_paused,
            is_archived=customer.archived_at is not None,
            is_newest=is_newest,
            line_count=statement.line_count,
            disputed_count=disputed_count,
        ),
    )


def _both(name: str, name_en: str) -> dict[str, str]:
    return {"zh": name or name_en, "en": name_en or name}


def recipients_of(
    session: Session, customer_ids: Collection[int], *, now: datetime
) -> dict[int, list[Recipient]]:
    """Return who may be told about the statements of each customer: sign-ins that confirm or manage, and contacts."""
    found: dict[int, list[Recipient]] = defaultdict(list)
    people = session.execute(
        select(Grant.customer_id, Grant.role, Person.email, Person.name, Person.language)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.customer_id.in_(customer_ids),
            Grant.role.in_(("confirmer", "customer-admin")),
            Grant.ended_at.is_(None),
            Person.is_active,
        )
    )
    for customer_id, role, email, name, language in people:
        assert customer_id is not None  # the roles asked for are a customer's
        found[customer_id].append(Recipient(email=email, name=name, language=language, reason=role))
    contacts = session.scalars(
        select(Contact).where(Contact.customer_id.in_(customer_ids), Contact.is_active, Contact.email != "")
    )
    for contact in contacts:
        found[contact.customer_id].append(
            Recipient(
                email=contact.address_at(now),
                name=contact.name,
                language=contact.language,
                reason="contact",
                wants_statements=contact.wants_statements,
                wants_reminders=contact.wants_reminders,
            )
        )
    return found


def told_stages(session: Session, statement_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Return the highest stage at which each (statement, address) has been told."""
    rows = session.execute(
        select(Reminder.statement_id, Reminder.recipient, func.max(Reminder.stage))
        .where(Reminder.statement_id.in_(statement_ids))
        .group_by(Reminder.statement_id, Reminder.recipient)
    )
    return {(statement_id, recipient): stage for statement_id, recipient, stage in rows}
