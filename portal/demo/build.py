"""Builds the demo company into an empty database, month by month, each step its own transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import hash_password, system_actor
from portal.access.models import Person
from portal.clock import business_day
from portal.customers.models import Customer
from portal.db import Database
from portal.demo.cash import tell_bank
from portal.demo.company import (
    CUSTOMER_PEOPLE,
    PASSWORD,
    STAFF,
    Cast,
    month_starts,
    seat_company,
    seat_customers,
    seat_customers_people,
    set_monthly_rates,
    staff_actor,
    staff_seed,
)
from portal.demo.intake import take_files_in
from portal.demo.ledgers import compare_some
from portal.demo.relations import tell_relations
from portal.demo.staff import tell_of_staff
from portal.demo.story import answer_month, ask_for_postings, confirm_some, raise_disputes
from portal.demo.trade import Market
from portal.ledger import close_period, default_entity, ensure_entity
from portal.money import Money
from portal.receivables.models import Document, OpenItem
from portal.reminders import run_reminders
from portal.statements import issue_statements, mark_no_response, prepare_statements

MONTHS = 24
STATEMENT_MONTHS = 12
SEED = 20240117


@dataclass(frozen=True)
class DemoAccount:
    """A sign-in of the demo, printed at start and written to ``--accounts``."""

    role: str
    email: str
    password: str
    customer_no: str | None
    totp_secret: str | None = None


def build_demo(
    database: Database, *, now: datetime, cost: str = "strong", say: Callable[[str], None] = print
) -> list[DemoAccount]:
    """Fill an empty, migrated database; the story ends ``now``.

    Args:
        database: Without customers.
        now: The present instant: 24 months up to this day are made.
        cost: Of the password hash, as in the settings.
        say: Told what is being built.

    Returns:
        One sign-in per role, two customers among them.
    """
    random = Random(SEED)
    with database.writing() as session:
        ensure_entity(session, now=now)
        zone = default_entity(session).time_zone
    today = business_day(now, zone)
    months = month_starts(today, MONTHS + 1)
    market, cast = _seat(database, random, months, today, cost)
    for number, month in enumerate(months):
        say(f"{month:%Y-%m}")
        with database.writing() as session:
            market.trade_month(session, month, actor=system_actor("demo"))
        if MONTHS - STATEMENT_MONTHS <= number < MONTHS:
            _live_month(database, month, cast, random, is_newest=number == MONTHS - 1, now=now)
    _close_old_months(database, months[: MONTHS - 2], cast)
    _finish(database, cast, now)
    tell_bank(database, cast, random, now=now)
    compare_some(database, months[MONTHS - 1], cast, now=now - timedelta(hours=5))
    tell_relations(database, cast, now=now)
    take_files_in(database, cast, now=now)
    tell_of_staff(database, password_hash=hash_password(PASSWORD, cost=cost), now=now)
    return demo_accounts(database)


def _seat(
    database: Database, random: Random, months: list[date], today: date, cost: str
) -> tuple[Market, Cast]:
    begun = _morning(months[0])
    password_hash = hash_password(PASSWORD, cost=cost)
    with database.writing() as session:
        staff = seat_company(session, password_hash=password_hash, now=begun)
        set_monthly_rates(session, months, random, now=begun)
        owners = list(
            session.scalars(
                select(Person.id)
                .where(Person.public_id.in_((staff["clerk"], staff["clerk-2"])))
                .order_by(Person.id)
            )
        )
        accounts = seat_customers(session, random, owners=owners, first_on=months[0], now=begun)
        confirmers = seat_customers_people(session, accounts, random, password_hash=password_hash, now=begun)
        cast = Cast(
            staff_actor(session, staff["clerk"]), staff_actor(session, staff["approver"]),
            staff_actor(session, staff["department"]), confirmers,
        )  # fmt: skip
        entity_id = default_entity(session).id
    return Market(random=random, entity_id=entity_id, accounts=accounts, today=today), cast


def _live_month(
    database: Database, month: date, cast: Cast, random: Random, *, is_newest: bool, now: datetime
) -> None:
    """Issue a month's statements on the first of the next one, and let people answer them."""
    issued_at = min(_morning((month + timedelta(days=32)).replace(day=1)), now - timedelta(minutes=30))
    if is_newest:  # the shown month is under way whatever the day: issued six days ago at the earliest
        issued_at = max(issued_at, _morning((now - timedelta(days=6)).date()))
    console = system_actor("demo")
    with database.writing() as session:
        run = prepare_statements(session, month=month, actor=console, now=issued_at)
        issue_statements(session, run=run, released_by="os:demo", actor=console, now=issued_at)
        run_reminders(session, actor=console, now=issued_at)
    if is_newest:
        _answer_newest(database, month, cast, random, issued_at, now)
        return
    with database.writing() as session:
        raise_disputes(
            session,
            month,
            _from_place(cast, 0 if month.month in {3, 8} else month.month),
            plots=(9, 10),
            now=issued_at + timedelta(days=1),
        )
    with database.writing() as session:
        answer_month(session, month, cast, random, share=0.72, always=2, now=issued_at + timedelta(days=6))
    with database.writing() as session:
        mark_no_response(session, actor=console, now=issued_at + timedelta(days=27))


def _answer_newest(
    database: Database, month: date, cast: Cast, random: Random, issued_at: datetime, now: datetime
) -> None:
    """The newest month is under way: most have signed, disputes stand in every state, some have not looked."""
    with database.writing() as session:
        raise_disputes(session, month, cast, plots=range(16), now=issued_at + timedelta(hours=25))
        confirm_some(session, month, cast, left=2, now=issued_at + timedelta(days=2))
    with database.writing() as session:
        answer_month(
            session, month, _from_place(cast, 20), random, share=0.6, always=0, now=issued_at, latest=now
        )


def _from_place(cast: Cast, place: int) -> Cast:
    """The same colleagues, with the confirmers from one place on."""
    return replace(cast, confirmers=cast.confirmers[place:])


def _close_old_months(database: Database, months: list[date], cast: Cast) -> None:
    with database.writing() as session:
        for month in months:
            closed_at = _morning((month + timedelta(days=32)).replace(day=1)) + timedelta(days=25)
            close_period(session, month=month, actor=cast.approver, now=closed_at)


def _finish(database: Database, cast: Cast, now: datetime) -> None:
    with database.writing() as session:
        ask_for_postings(
            session,
            _open_invoices(session),
            cast,
            now=_morning((now - timedelta(days=1)).date()) + timedelta(hours=3),
        )
        run_reminders(session, actor=system_actor("demo"), now=now)


def _open_invoices(session: Session) -> list[tuple[str, Money]]:
    rows = session.execute(
        select(Document.public_id, OpenItem.open_minor, OpenItem.currency)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .where(
            Document.kind == "invoice",
            OpenItem.open_minor == OpenItem.amount_minor,
            Document.customer_id > 30,
        )
        .order_by(Document.id.desc())
        .limit(40)
    ).all()
    return [(public_id, Money(minor, currency)) for public_id, minor, currency in rows[::8]]


def demo_accounts(database: Database) -> list[DemoAccount]:
    """Return the sign-ins of a demo that was built before."""
    with database.reading() as session:
        numbers = list(session.scalars(select(Customer.number).order_by(Customer.id).limit(2)))
        staff = [
            DemoAccount(key.removesuffix("-2"), email, PASSWORD, None, staff_seed(session, email))
            for key, (email, _, _, _) in STAFF.items()
        ]
    customers = [
        DemoAccount(role, email, PASSWORD, numbers[place]) for role, email, _, _, place in CUSTOMER_PEOPLE
    ]
    return [*customers, *staff]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(1, 0), UTC)


def has_customers(database: Database) -> bool:
    """Say whether an installation holds any customer already."""
    with database.reading() as session:
        return session.scalar(select(Customer.id).limit(1)) is not None
