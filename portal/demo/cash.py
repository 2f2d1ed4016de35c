"""The demo's bank lines and what became of them: sure, doubtful, ambiguous, parked, unidentified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.approvals import approve, newest_approval
from portal.bank import BankRequest, import_bank_file, open_account
from portal.customers.models import Customer
from portal.db import Database
from portal.demo.company import Cast, confirmer_actor
from portal.ledger import default_entity
from portal.lists import ListQuery
from portal.matching import (
    AdviceDraft,
    AdvicePart,
    MatchRow,
    ask_allocation,
    body_of,
    draft_rule_set,
    edit_rule_set,
    find_rule_set,
    list_matches,
    park_match,
    post_as_unidentified,
    run_matching,
    send_advice,
    submit_rule_set,
)
from portal.matching.rules import MatchRule, RuleSet
from portal.money import minor_to_text
from portal.receivables import DocumentDraft, due_or_terms, post_documents
from portal.receivables.models import Document, OpenItem

ACCOUNTS = {"CNY": ("32050166773600004182", "基本户"), "USD": ("32050166773600007719", "美元户")}
_HEAD = "交易日期,币种,收入金额,支出金额,余额,对方户名,对方账号,摘要,流水号"
#: Amounts of four invoices of which two pairs sum to the same.
_TWINS = ((12_000_000, 8_000_000, 11_000_000, 9_000_000), (4_500_000, 1_800_000, 3_300_000, 3_000_000))


@dataclass(frozen=True)
class Due:
    """An open invoice of the story."""

    document_no: str
    order_no: str
    currency: str
    open_minor: int
    customer_id: int
    customer: str
    account: str


@dataclass(frozen=True)
class Told:
    """One line of the bank file."""

    day: date
    minor: int
    payer: str
    account: str
    text: str


def tell_bank(database: Database, cast: Cast, random: Random, *, now: datetime) -> None:
    """Take in bank lines of the last weeks, match them and leave the desk as it is on a busy morning."""
    today = now.date()
    with database.writing() as session:
        _activate_rules(session, cast, now=now - timedelta(days=40))
        twins = _twins(session, today)
        dues = _dues(session)
    old, fresh = _lines(dues, twins, today, random)
    for told, taken_at in ((old, now - timedelta(days=8)), (fresh, now - timedelta(hours=2))):
        for currency, lines in told.items():
            _take_in(database, currency, lines, cast.clerk, now=taken_at)
        run_matching(database, actor=system_actor("demo"), now=taken_at + timedelta(minutes=1))
        if told is old:
            with database.writing() as session:
                _work_off(session, cast.clerk, now=taken_at + timedelta(hours=1))
    with database.writing() as session:
        _park(session, cast.clerk, now=now - timedelta(hours=1))
        _wish(session, cast, now=now - timedelta(minutes=50))
        _draft_rules(session, cast.clerk, now=now - timedelta(minutes=40))


def _dues(session: Session) -> dict[str, list[Due]]:
    """Return unpaid invoices by currency, oldest due first, one customer after the other."""
    due = due_or_terms(session.get_bind().dialect.name)
    rows = session.execute(
        select(
            Document.document_no, Document.order_no, Document.currency, OpenItem.open_minor, Document.customer_id,
            Customer.name, Customer.name_en, Customer.language,
        )
        .join(OpenItem, OpenItem.document_id == Document.id)
        .join(Customer, Customer.id == Document.customer_id)
        .where(
            Document.kind == "invoice", OpenItem.open_minor == OpenItem.amount_minor, Document.currency.in_(ACCOUNTS),
            Document.document_no.not_like("INV-T%"),
        )
        .order_by(due, Document.id)
    )  # fmt: skip
    found: dict[str, list[Due]] = {}
    for row in rows:
        name = row.name if row.language == "zh" else (row.name_en or row.name)
        account = f"6222{row.customer_id * 7919 % 10**8:08d}{row.customer_id:04d}"
        found.setdefault(row.currency, []).append(
            Due(row.document_no, row.order_no, row.currency, row.open_minor, row.customer_id, name, account)
        )
    return found


def _lines(
    dues: dict[str, list[Due]], twins: list[tuple[str, str]], today: date, random: Random
) -> tuple[dict[str, list[Told]], dict[str, list[Told]]]:
    """Return lines by currency: those of the weeks before, worked off already, and those of this morning."""
    cny, usd = dues.get("CNY", []), dues.get("USD", [])
    begun = today.replace(day=1)  # the months before have their statements: nothing more is posted into them
    old = [_paid(one, max(begun, today - timedelta(days=random.randrange(9, 24)))) for one in cny[:40:2]]
    old += [
        Told(today - timedelta(days=days), minor, "", "", text)
        for days, minor, text in (
            (34, 368_000, "网银转账 3321"),
            (19, 1_250_000, "现金存入"),
            (12, 96_040, "汇入汇款"),
        )
    ]
    fresh = [_paid(one, max(begun, today - timedelta(days=random.randrange(1, 4)))) for one in cny[40:64:2]]
    yesterday = max(begun, today - timedelta(days=1))
    fresh += _doubtful(cny[64:], yesterday)
    fresh += [
        Told(yesterday, sum(amounts[:2]), name, account, "往来款")
        for amounts, (name, account) in zip(_TWINS, twins, strict=True)
    ]
    foreign = [_paid(one, yesterday) for one in usd[:6]]
    return {"CNY": old}, {"CNY": fresh, "USD": foreign}


def _paid(one: Due, day: date) -> Told:
    return Told(day, one.open_minor, one.customer, one.account, f"货款 {one.document_no}")


def _doubtful(dues: Sequence[Due], day: date) -> list[Told]:
    """Return lines that need a look: fee, discount, tails, part, advance, third party, overpaid, nobody, interest."""
    pairs: dict[int, list[Due]] = {}
    for one in dues:
        pairs.setdefault(one.customer_id, []).append(one)
    two = [group[:2] for group in pairs.values() if len(group) > 1][:3]
    singles = [group[0] for group in pairs.values()][3:20]
    lines = [
        Told(
            day, sum(one.open_minor for one in group) - 1_500 * (place == 0), group[0].customer, group[0].account,
            f"货款 {group[0].document_no} {group[1].document_no[-4:]}" + (" 扣手续费" if place == 0 else ""),
        )
        for place, group in enumerate(two)
    ]  # fmt: skip
    shapes: list[tuple[str, Any]] = [
        ("{no} 扣手续费", lambda minor: minor - 1_500),
        ("{no} 2%现金折扣", lambda minor: minor * 98 // 100),
        ("部分货款 {no}", lambda minor: minor * 6 // 10 // 100_000 * 100_000 or minor // 2),
        ("预付下月货款", lambda _minor: 15_000_000),
        ("代付 {customer}", lambda minor: minor),
        ("{no} 多付", lambda minor: minor + 30_000),
        ("货款", lambda minor: minor),
        ("{order} 尾款", lambda minor: minor),
        ("往来款", lambda minor: minor * 93 // 100),
        ("10月货款", lambda minor: minor + 612_300),
        ("转账", lambda minor: minor * 2 // 7),
        ("货款及运费", lambda minor: minor + 86_000),
        ("MONTHLY PAYMENT", lambda minor: minor * 81 // 100),
    ]
    for place, (text, amount) in enumerate(shapes):
        if place < len(singles):
            one = singles[place]
            payer = ("王建国", "6217000010084412") if text.startswith("代付") else (one.customer, one.account)
            words = text.format(
                no=one.document_no, customer=one.customer, order=one.order_no or one.document_no
            )
            lines.append(Told(day, amount(one.open_minor), *payer, words))
    lines.append(Told(day, 4_213, "江南合作银行", "", "结息"))
    lines.append(Told(day, 368_050, "", "", "网银转账 8841"))
    return lines


def _twins(session: Session, today: date) -> list[tuple[str, str]]:
    """Bill two customers so that two pairs of invoices sum to one payment; returns their names and accounts."""
    payers: list[tuple[str, str]] = []
    rows = session.execute(
        select(Customer.id, Customer.name)
        .where(Customer.currency == "CNY", Customer.archived_at.is_(None))
        .order_by(Customer.id.desc())
        .limit(2)
    ).all()
    entity_id = default_entity(session).id
    drafts = []
    for place, (customer, amounts) in enumerate(zip(rows, _TWINS, strict=True)):
        payers.append((customer.name, f"62220000{customer.id:08d}"))
        drafts += [
            DocumentDraft(
                entity_id=entity_id, customer_id=customer.id, kind="invoice", currency="CNY", amount_minor=minor,
                document_no=f"INV-T{place + 1}{number}",
                document_on=max(today.replace(day=1), today - timedelta(days=26 - number)),
                tax_minor=minor * 13 // 113, description="滚珠丝杠副 SFU2505",
            )
            for number, minor in enumerate(amounts, start=1)
        ]  # fmt: skip
    post_documents(session, drafts, actor=system_actor("demo"), now=_at(today - timedelta(days=22)))
    return payers


def _take_in(
    database: Database, currency: str, lines: Sequence[Told], actor: Actor, *, now: datetime
) -> None:
    if not lines:
        return
    number, name = ACCOUNTS[currency]
    with database.writing() as session:
        _open(session, currency, number, name, actor, now=now)
    balance, rows = _balance_before(database, number, currency), [_HEAD]
    for place, line in enumerate(sorted(lines, key=lambda one: one.day)):
        balance += line.minor
        rows.append(
            f"{line.day.isoformat()},{currency},{minor_to_text(line.minor, currency)},,"
            f"{minor_to_text(balance, currency)},{line.payer},{line.account},{line.text},{now:%Y%m%d}{place:05d}"
        )
    request = BankRequest(
        content="\n".join(rows).encode(), name=f"{name}流水-{now:%Y%m%d}.csv", account=number.replace(" ", ""),
        book_currency=currency,
    )  # fmt: skip
    import_bank_file(database, request, actor=actor, now=now)


def _balance_before(database: Database, number: str, currency: str) -> int:
    """Return where the file before ended, so that the chain of balances holds."""
    from portal.bank.models import BankAccount, BankStatement

    with database.reading() as session:
        closing = session.scalar(
            select(BankStatement.closing_minor)
            .join(BankAccount, BankAccount.id == BankStatement.account_id)
            .where(BankAccount.identifier == number.replace(" ", ""), BankStatement.currency == currency)
            .order_by(BankStatement.id.desc())
            .limit(1)
        )
    return 180_000_000 if closing is None else closing


def _open(session: Session, currency: str, number: str, name: str, actor: Actor, *, now: datetime) -> None:
    from portal.bank.models import BankAccount

    identifier = number.replace(" ", "")
    if session.scalar(select(BankAccount.id).where(BankAccount.identifier == identifier)) is None:
        open_account(
            session,
            identifier=identifier,
            currency=currency,
            name=name,
            bank_name="江南合作银行",
            actor=actor,
            now=now,
        )


# --- what the clerk did ---------------------------------------------------------------------------------------------


def _queue(session: Session, actor: Actor, tab: str = "open") -> tuple[MatchRow, ...]:
    return list_matches(session, query=ListQuery(tab=tab, per_page=0), actor=actor).rows


def _work_off(session: Session, clerk: Actor, *, now: datetime) -> None:
    """Last week's lines: the sure ones accepted, those without payer posted as unidentified."""
    from portal.errors import Refusal
    from portal.matching import accept_match

    for row in _queue(session, clerk):
        if row.mark == "unknown":
            post_as_unidentified(
                session, public_id=row.public_id, row_version=row.row_version, actor=clerk, now=now
            )
            continue
        try:
            with session.begin_nested():
                accept_match(
                    session, public_id=row.public_id, row_version=row.row_version, actor=clerk, now=now
                )
        except Refusal:
            continue


def _park(session: Session, clerk: Actor, *, now: datetime) -> None:
    reasons = ("已去电客户，等待付款清单。", "Waiting for the remittance advice; asked by phone.")
    rows = [row for row in _queue(session, clerk) if row.mark in {"advance", "doubtful", "part"}]
    for row, reason in zip(rows, reasons, strict=False):
        park_match(
            session, public_id=row.public_id, row_version=row.row_version, reason=reason, actor=clerk, now=now
        )


def _wish(session: Session, cast: Cast, *, now: datetime) -> None:
    """One customer asks for another allocation, another one sends a remittance advice."""
    from portal.errors import Refusal

    for confirmer in cast.confirmers[:6]:
        actor = confirmer_actor(session, confirmer)
        receipt = session.scalars(
            select(Document.public_id)
            .where(Document.customer_id == confirmer.customer_id, Document.kind == "receipt")
            .order_by(Document.id.desc())
            .limit(1)
        ).one_or_none()
        if receipt is None:
            continue
        try:
            with session.begin_nested():
                ask_allocation(
                    session,
                    document=receipt,
                    method="fifo",
                    words="请按到期日先后核销。",
                    actor=actor,
                    now=now,
                )
            break
        except Refusal:
            continue
    _advise(session, cast, now=now)


def _advise(session: Session, cast: Cast, *, now: datetime) -> None:
    confirmer = cast.confirmers[0]
    rows = session.execute(
        select(Document.document_no, Document.currency, OpenItem.open_minor)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .where(
            Document.customer_id == confirmer.customer_id, OpenItem.open_minor > 0, OpenItem.side == 1,
            Document.kind == "invoice",
        )
        .order_by(Document.id)
        .limit(3)
    ).all()  # fmt: skip
    if rows:
        parts = tuple(AdvicePart(row.document_no, int(row.open_minor)) for row in rows)
        draft = AdviceDraft(rows[0].currency, now.date(), parts, "PAY-1108", "pasted")
        send_advice(
            session, customer_id=confirmer.customer_id, draft=draft, actor=confirmer_actor(session, confirmer),
            now=now,
        )  # fmt: skip


def _activate_rules(session: Session, cast: Cast, *, now: datetime) -> None:
    rules = (
        MatchRule("利息与退税不是客户款 · interest and tax refunds", "leave", narrative="结息"),
        MatchRule("单号、金额、账号 · whatever the evidence", "post"),
    )
    public_id = _drafted(session, rules, "首版规则：结息不进收款匹配", cast.clerk, now=now)
    submit_rule_set(session, public_id=public_id, effect={}, actor=cast.clerk, now=now)
    waiting = newest_approval(session, subject_kind="match-rules", subject_id=public_id, actor=cast.approver)
    if waiting is not None:
        approve(
            session, public_id=waiting.public_id, seen_hash=waiting.content_hash, actor=cast.approver,
            now=now + timedelta(hours=2),
        )  # fmt: skip


def _draft_rules(session: Session, clerk: Actor, *, now: datetime) -> None:
    rules = (
        MatchRule("利息与退税不是客户款 · interest and tax refunds", "leave", narrative="结息"),
        MatchRule("代付一律人工判断 · third parties are looked at", "propose", narrative="代付"),
        MatchRule("往来款先到期先核销 · oldest first", "fifo", narrative="往来款"),
        MatchRule("单号、金额、账号 · whatever the evidence", "post"),
    )
    _drafted(session, rules, "代付改为人工；往来款按到期日", clerk, now=now)


def _drafted(
    session: Session, rules: tuple[MatchRule, ...], reason: str, clerk: Actor, *, now: datetime
) -> str:
    public_id = draft_rule_set(session, actor=clerk, now=now)
    view = find_rule_set(session, public_id=public_id, actor=clerk)
    edit_rule_set(
        session, public_id=public_id, row_version=view.row_version, body=body_of(RuleSet(rules=rules)),
        reason=reason, actor=clerk, now=now,
    )  # fmt: skip
    return public_id


def _at(day: date) -> datetime:
    return datetime.combine(day, time(2, 0), UTC)
