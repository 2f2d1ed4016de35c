"""Checks of messages: each customer hears once of each version at each stage."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select

from portal.checks.probe import Probe
from portal.customers.models import Customer
from portal.outbox.models import OutboxMessage
from portal.reminders.models import Reminder
from portal.statements.models import Statement


def probes() -> Iterator[Probe]:
    """Yield the checks of Inv12."""
    yield _reminded_once()
    yield _keys_once()
    yield _has_message()


def _reminded_once() -> Probe:
    times = func.count(Reminder.id)
    return Probe(
        "Inv12",
        select(func.count(Reminder.id)),
        select(Customer.number, Reminder.stage, Reminder.recipient, times.label("times"))
        .join(Customer, Customer.id == Reminder.customer_id)
        .group_by(Reminder.statement_id, Customer.number, Reminder.stage, Reminder.recipient)
        .having(times > 1)
        .order_by(Customer.number, Reminder.stage, Reminder.recipient),
        lambda row: f"customer {row.number}: {row.recipient} told {row.times} times at stage {row.stage}",
    )


def _keys_once() -> Probe:
    times = func.count(OutboxMessage.id)
    return Probe(
        "Inv12",
        select(func.count(OutboxMessage.id)),
        select(OutboxMessage.key, times.label("times"))
        .group_by(OutboxMessage.key)
        .having(times > 1)
        .order_by(OutboxMessage.key),
        lambda row: f"message {row.key}: {row.times} times in the outbox",
    )


def _has_message() -> Probe:
    """A reminder has its message, to the same person, of the statement's customer."""
    return Probe(
        "Inv12",
        select(func.count(Reminder.id)),
        select(Reminder.outbox_key)
        .join(Statement, Statement.id == Reminder.statement_id)
        .outerjoin(OutboxMessage, OutboxMessage.key == Reminder.outbox_key)
        .where(
            or_(
                OutboxMessage.id.is_(None),
                OutboxMessage.recipient != Reminder.recipient,
                and_(
                    OutboxMessage.customer_id.is_not(None), OutboxMessage.customer_id != Statement.customer_id
                ),
            )
        )
        .order_by(Reminder.id),
        lambda row: f"reminder {row.outbox_key}: its message is missing or goes to someone else",
    )
