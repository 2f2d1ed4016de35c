"""Lists of matching: what waits, what was posted, unidentified cash by age, counts for tabs and side bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.bank.models import BankAccount, BankLine
from portal.customers.models import Customer
from portal.errors import N_
from portal.lists import ListQuery, Page, Tab
from portal.matching.identify import waits_for_second
from portal.matching.models import Match, MatchPart, UnidentifiedMoney
from portal.matching.rules import WAITING
from portal.money import Money

MATCH_SORTS = ("booked_on", "amount", "confidence", "decided_at")
#: Proposals at least this sure are offered for accepting many at once, in parts of ten thousand.
LIKELY_BP = 9000
#: Figures in the head of the page look back so many days from the newest line.
LOOK_BACK_DAYS = 30


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One receipt in a list.

    Attributes:
        money: Signed: positive = money in.
        parts: How many documents it pays.
        mark: What kind of case it is: ``likely``, ``doubtful``, ``ambiguous``, ``other_payer``, ``fee``,
            ``discount``, ``part``, ``advance``, ``unknown``, ``unidentified``, or the state of a match that
            no longer waits.
        customer_name: Of the proposed customer, empty where none is.
    """

    id: int
    public_id: str
    row_version: int
    state: str
    outcome: str
    mark: str
    booked_on: date
    payer: str
    narrative: str
    money: Money
    parts: int
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    confidence_bp: int
    rule: str
    decided_how: str
    decided_by: str
    decided_at: datetime | None
    note: str
    was_changed: bool


_TABS: dict[str, tuple[str, Callable[[], ColumnElement[bool]]]] = {
    "open": (N_("To decide"), lambda: Match.state.in_(WAITING)),
    "ambiguous": (N_("Ambiguous"), lambda: Match.state.in_(WAITING) & Match.is_ambiguous),
    "unknown": (N_("No candidate"), lambda: Match.state.in_(WAITING) & (Match.outcome == "none")),
    "pending": (N_("Second person"), lambda: Match.state == "pending"),
    "parked": (N_("Parked"), lambda: Match.state == "parked"),
    "automatic": (
        N_("Posted by itself"), lambda: (Match.state == "posted") & (Match.decided_how == "auto")
    ),
}  # fmt: skip
_HISTORY: dict[str, tuple[str, Callable[[], ColumnElement[bool]]]] = {
    "posted": (N_("Posted"), lambda: Match.state == "posted"),
    "undone": (N_("Undone"), lambda: Match.state == "undone"),
    "left": (N_("Left alone"), lambda: Match.state == "left"),
}
QUEUE_TABS, HISTORY_TABS = tuple(_TABS), tuple(_HISTORY)


def list_matches(session: Session, *, query: ListQuery, actor: Actor) -> Page[MatchRow]:
    """Return the queue of one tab with the counts of all; oldest first unless sorted.

    Args:
        session: Any session.
        query: Tab of ``QUEUE_TABS`` or ``HISTORY_TABS``, search (payer, narrative, customer, amount), sort, page.
        actor: Needs ``matches:read``; a portfolio sees its customers' and those without a customer.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    tabs = _HISTORY if query.tab in _HISTORY else _TABS
    tab = query.tab if query.tab in tabs else next(iter(tabs))
    scope = [*_scope(actor), *_search(query.q)]
    base = _rows().where(*scope, tabs[tab][1]())
    count = session.scalar(select(func.count()).select_from(base.with_only_columns(Match.id).subquery())) or 0
    sums = session.execute(
        base.with_only_columns(Match.currency, func.sum(Match.amount_minor))
        .group_by(Match.currency)
        .order_by(Match.currency)
    ).all()
    ordered = base.order_by(*_order(query, is_history=tabs is _HISTORY))
    if query.per_page:
        ordered = ordered.limit(query.per_page).offset((query.page - 1) * query.per_page)
    rows = session.execute(ordered).all()
    counts = _counts(session, tabs, scope)
    return Page(
        rows=tuple(_row(session, rows)), count=count, query=query,
        sums=tuple(Money(int(minor), currency) for currency, minor in sums),
        tabs=tuple(Tab(key, label, counts[key]) for key, (label, _) in tabs.items()),
    )  # fmt: skip


def list_sure(session: Session, *, least_bp: int = LIKELY_BP, actor: Actor) -> tuple[MatchRow, ...]:
    """Return the waiting proposals that may be accepted many at once: sure enough and not ambiguous.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    query = _rows().where(
        *_scope(actor), Match.state == "proposed", Match.is_ambiguous.is_(False),
        Match.outcome.in_(("allocate", "advance")), Match.confidence_bp >= least_bp,
    )  # fmt: skip
    rows = session.execute(query.order_by(Match.confidence_bp.desc(), Match.id).limit(500)).all()
    return tuple(_row(session, rows))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the bank lines of late are accounted for.

    Attributes:
        since_on: First day counted.
        lines: Money in since then.
        automatic: Posted by themselves.
        waiting: Still to be decided, by anyone.
    """

    since_on: date | None
    lines: int
    automatic: int
    waiting: int


def progress_of(session: Session, *, actor: Actor) -> Progress:
    """Return how many receipts of the last weeks are accounted for; what waits is counted whatever its age.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    newest = session.scalar(select(func.max(Match.booked_on)))
    waiting = session.scalar(
        select(func.count(Match.id)).where(*_scope(actor), Match.state.in_((*WAITING, "pending", "parked")))
    )
    if newest is None:
        return Progress(None, 0, 0, 0)
    since_on = newest - timedelta(days=LOOK_BACK_DAYS)
    late = (*_scope(actor), Match.booked_on >= since_on, Match.state != "undone")
    lines, automatic = session.execute(
        select(
            func.count(Match.id),
            func.count().filter((Match.state == "posted") & (Match.decided_how == "auto")),
        ).where(*late)
    ).one()
    return Progress(since_on, lines, automatic, waiting or 0)


def count_waiting(session: Session, *, actor: Actor) -> int:
    """Return how many receipts wait for a decision, for the side bar."""
    if not actor.may(Permission.MATCHES_READ):
        return 0
    return session.scalar(select(func.count(Match.id)).where(*_scope(actor), Match.state.in_(WAITING))) or 0


@dataclass(frozen=True, slots=True)
class MoneyOut:
    """Open bank lines that matching leaves alone because money goes out: refunds, payments that bounced."""

    count: int
    sums: tuple[Money, ...]


def money_out(session: Session, *, actor: Actor) -> MoneyOut:
    """Return how much money out is open on bank lines; matching proposes nothing for it.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    query = (
        select(BankLine.currency, func.count(), func.sum(BankLine.amount_minor))
        .where(BankLine.state == "new", BankLine.amount_minor < 0)
        .group_by(BankLine.currency)
        .order_by(BankLine.currency)
    )
    if actor.entity_ids is not None:
        query = query.join(BankAccount, BankAccount.id == BankLine.account_id).where(
            BankAccount.entity_id.in_(actor.entity_ids)
        )
    rows = session.execute(query).all()
    return MoneyOut(
        sum(count for _, count, _ in rows), tuple(Money(int(minor), currency) for currency, _, minor in rows)
    )


# --- unidentified cash ----------------------------------------------------------------------------------------------

#: Upper ends in days of the columns of unidentified cash by age; the last is open.
UNIDENTIFIED_AGES = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class UnidentifiedRow:
    """Money in the books whose payer is unknown.

    Attributes:
        is_pending: Someone named a customer; a second person has not agreed yet.
        note: Why a second person sent it back, or why it is unidentified again.
    """

    public_id: str
    booked_on: date
    days: int
    payer: str
    narrative: str
    money: Money
    is_pending: bool
    note: str


@dataclass(frozen=True, slots=True)
class UnidentifiedList:
    """All unidentified cash, oldest first, and its sums: per currency one figure an age column."""

    rows: tuple[UnidentifiedRow, ...]
    ages: tuple[tuple[str, tuple[Money, ...]], ...]
    totals: tuple[Money, ...]


def list_unidentified(session: Session, *, as_of: date, actor: Actor) -> UnidentifiedList:
    """Return unidentified cash by age; what waits for a second person is still unidentified.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    found = session.execute(
        select(UnidentifiedMoney, Match, BankLine.payer_name, BankLine.narrative)
        .join(Match, Match.id == UnidentifiedMoney.match_id)
        .join(BankLine, BankLine.id == Match.bank_line_id)
        .where(UnidentifiedMoney.state == "open", *_scope(actor))
        .order_by(UnidentifiedMoney.booked_on, UnidentifiedMoney.match_id)
    )
    rows = tuple(
        UnidentifiedRow(
            match.public_id, money.booked_on, max((as_of - money.booked_on).days, 0), payer, narrative,
            Money(money.amount_minor, money.currency), waits_for_second(match), match.note,
        )
        for money, match, payer, narrative in found
    )  # fmt: skip
    ages: dict[str, list[int]] = {}
    for row in rows:
        columns = ages.setdefault(row.money.currency, [0] * (len(UNIDENTIFIED_AGES) + 1))
        columns[sum(row.days > limit for limit in UNIDENTIFIED_AGES)] += row.money.minor
    shown = tuple(
        (currency, tuple(Money(minor, currency) for minor in columns))
        for currency, columns in sorted(ages.items())
    )
    return UnidentifiedList(
        rows, shown, tuple(Money(sum(ages[currency]), currency) for currency in sorted(ages))
    )


# --- rows -----------------------------------------------------------------------------------------------------------


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(Match, BankLine.payer_name, BankLine.narrative, Customer, Person.name)
        .join(BankLine, BankLine.id == Match.bank_line_id)
        .outerjoin(Customer, Customer.id == Match.customer_id)
        .outerjoin(Person, Person.id == Match.decided_by_id)
    )


def _scope(actor: Actor) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if actor.customer_ids is not None:
        found.append(or_(Match.customer_id.is_(None), Match.customer_id.in_(actor.customer_ids)))
    if actor.entity_ids is not None:
        found.append(Match.entity_id.in_(actor.entity_ids))
    return found


def _search(text: str) -> list[ColumnElement[bool]]:
    wanted = text.strip()
    if not wanted:
        return []
    like = f"%{wanted.replace('%', '').replace('_', '')}%"
    line = select(BankLine.id).where(or_(BankLine.payer_name.ilike(like), BankLine.narrative.ilike(like)))
    customer = select(Customer.id).where(
        or_(Customer.name_key.ilike(like.casefold()), Customer.number.ilike(like))
    )
    found: list[ColumnElement[bool]] = [Match.bank_line_id.in_(line), Match.customer_id.in_(customer)]
    digits = wanted.replace(",", "").replace(".", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 15:
        found += [Match.amount_minor == int(digits), Match.amount_minor == int(digits) * 100]
    return [or_(*found)]


def _order(query: ListQuery, *, is_history: bool) -> Sequence[Any]:
    columns = {
        "booked_on": Match.booked_on, "amount": func.abs(Match.amount_minor), "confidence": Match.confidence_bp,
        "decided_at": Match.decided_at,
    }  # fmt: skip
    column = columns.get(query.sort)
    if column is None:
        return (
            (Match.decided_at.desc(), Match.id.desc()) if is_history else (Match.booked_on.desc(), Match.id)
        )
    return (column.desc() if query.descending else column, Match.id)


def _counts(session: Session, tabs: dict[str, Any], scope: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    conditions = [condition() for _, condition in tabs.values()]
    row = session.execute(
        _rows()
        .with_only_columns(
            *(func.count().filter(condition) for condition in conditions), maintain_column_froms=True
        )
        .where(*scope)
    ).one()
    return dict(zip(tabs, (int(count) for count in row), strict=True))


def _row(session: Session, rows: Iterable[Any]) -> list[MatchRow]:
    rows = list(rows)
    ids = [row[0].id for row in rows]
    parts = dict(
        session.execute(
            select(MatchPart.match_id, func.count())
            .where(MatchPart.match_id.in_(ids))
            .group_by(MatchPart.match_id)
        ).all()
    )
    return [
        MatchRow(
            id=match.id, public_id=match.public_id, row_version=match.row_version, state=match.state,
            outcome=match.outcome, mark=mark_of(match, payer=payer, customer=customer), booked_on=match.booked_on,
            payer=payer, narrative=narrative, money=Money(match.amount_minor, match.currency),
            parts=int(parts.get(match.id, 0)), customer_public_id=customer.public_id if customer else "",
            customer_no=customer.number if customer else "", customer_name=customer.name if customer else "",
            customer_name_en=customer.name_en if customer else "", confidence_bp=match.confidence_bp, rule=match.rule,
            decided_how=match.decided_how, decided_by=who or "", decided_at=match.decided_at, note=match.note,
            was_changed=match.was_changed,
        )
        for match, payer, narrative, customer, who in rows
    ]  # fmt: skip


def mark_of(match: Match, *, payer: str, customer: Customer | None) -> str:
    """Return what kind of case a match is, see ``MatchRow.mark``."""
    if waits_for_second(match):
        return "pending"
    if match.state not in WAITING or match.state == "refused":
        return "unidentified" if match.state == "posted" and match.outcome == "unidentified" else match.state
    if match.outcome == "none":
        return "unknown"
    if match.is_ambiguous:
        return "ambiguous"
    if match.rest_kind in {"fee", "discount", "partial"}:
        return "part" if match.rest_kind == "partial" else match.rest_kind
    if match.outcome == "advance":
        return "advance"
    if customer is not None and payer and not _alike(payer, customer):
        return "other_payer"
    return "likely" if match.confidence_bp >= LIKELY_BP else "doubtful"


def _alike(payer: str, customer: Customer) -> bool:
    wanted = payer.casefold()
    names = [name.casefold() for name in (customer.name, customer.name_en) if name]
    return any(wanted[:4] == name[:4] or wanted in name or name in wanted for name in names)
