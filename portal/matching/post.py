"""Post decided matches in bulk: receipts, credit notes used, what was learned, bank lines, audit; one go for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.bank.lines import set_line_state
from portal.bank.models import BankAccount, BankLine
from portal.clock import business_day
from portal.errors import N_, Invalid
from portal.ledger import closed_months, entity_view
from portal.matching.engine import Receipt, payer_keys
from portal.matching.methods import Netted, net_credits
from portal.matching.models import Match, MatchPart, PayerSighting, RemittanceAdvice
from portal.matching.settle import Settled, settle
from portal.money import Money
from portal.numbering import next_numbers
from portal.policies import current_policy
from portal.receivables import (
    AllocationDraft,
    Application,
    CounterPart,
    DocumentDraft,
    apply_credits,
    post_documents,
    post_exchanged,
    receipt_counter,
)
from portal.receivables.models import Document

RECEIPT_PREFIX = "RC"
_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be posted of a match whose row is locked and whose state allows it.

    Attributes:
        parts: (document, minor units) as chosen; debts positive, credit notes used negative.
        rest: Why parts and money differ, see ``settle``.
        how: ``auto``, ``hand``, ``bulk`` or ``approval``.
        source: Role the money comes from: ``bank``, or ``unidentified`` once a payer is found.
    """

    match: Match
    customer_id: int
    item_currency: str
    parts: tuple[tuple[int, int], ...]
    rest: str
    how: str
    source: str = "bank"


@dataclass(frozen=True, slots=True)
class _Plan:
    decision: Decision
    settled: Settled
    netted: Netted
    line: BankLine
    draft: DocumentDraft
    exchange_id: int | None


def settled_of(decision: Decision) -> Settled:
    """Return what a decision settles; see ``settle`` for what is refused."""
    match = decision.match
    return settle(
        Money(match.amount_minor, match.currency), decision.parts, rest=decision.rest,
        is_exchanged=bool(decision.parts) and decision.item_currency != match.currency,
    )  # fmt: skip


def post_matches(
    session: Session, decisions: Sequence[Decision], *, actor: Actor, now: datetime
) -> list[int]:
    """Post matches: one receipt each with its entry, allocations, learned payer, matched line and audit row.

    Args:
        session: A writing session; the rows of the matches are locked by the caller, who has moved no state yet.
        decisions: What to post; the states of the matches become ``posted``.
        actor: May post.
        now: When.

    Returns:
        Row numbers of the receipts, in order.

    Raises:
        NotAllowed: The actor may not post.
        OverApplied: More is applied than is open.
        Conflict: A document belongs to another customer or currency, or a bank line was used meanwhile.
        Unexplained: Money and parts differ without a reason.
        Invalid: Money goes out, or nothing is settled.
    """
    if not decisions:
        return []
    plans = _planned(session, decisions, actor=actor, now=now)
    ids = post_documents(session, [plan.draft for plan in plans], actor=actor, now=now)
    _use_credits(session, plans, actor=actor, now=now)
    for plan, document_id in zip(plans, ids, strict=True):
        _note(plan, document_id, actor=actor, now=now)
    session.flush()
    _write_parts(session, plans)
    _learn(session, plans, now=now)
    _use_advices(session, plans)
    unused = [plan.line.id for plan in plans if plan.decision.source == "bank"]
    set_line_state(session, line_ids=unused, state="matched", actor=actor, now=now)
    audit.record_many(session, [_audited(plan) for plan in plans], actor=actor, now=now)
    return ids


def lines_of(session: Session, matches: Sequence[Match]) -> dict[int, BankLine]:
    """Return the bank lines of matches by row number."""
    found: dict[int, BankLine] = {}
    ids = sorted({match.bank_line_id for match in matches})
    for start in range(0, len(ids), 5000):
        rows = session.scalars(select(BankLine).where(BankLine.id.in_(ids[start : start + 5000])))
        found |= {row.id: row for row in rows}
    return found


def posting_days(session: Session, days: Mapping[int, tuple[int, date]], *, now: datetime) -> dict[int, date]:
    """Return the day in the books for (entity, bank's day) of each key: the bank's, or today where that is closed."""
    closed = closed_months(session, {entity_id for entity_id, _ in days.values()})
    found: dict[int, date] = {}
    for key, (entity_id, day) in days.items():
        is_closed = any(entity_id == entity and start <= day < until for entity, start, until in closed)
        found[key] = business_day(now, entity_view(session, entity_id).time_zone) if is_closed else day
    return found


def _planned(session: Session, decisions: Sequence[Decision], *, actor: Actor, now: datetime) -> list[_Plan]:
    lines = lines_of(session, [decision.match for decision in decisions])
    days = posting_days(
        session, {one.match.id: (one.match.entity_id, one.match.booked_on) for one in decisions}, now=now
    )
    today = business_day(now, entity_view(session, decisions[0].match.entity_id).time_zone)
    account = current_policy(session, on=today).discount_account
    numbers = _free_numbers(session, year=today.year, count=len(decisions))
    return [
        _plan(
            session, decision, lines[decision.match.bank_line_id], number=number, day=days[decision.match.id],
            discount_account=account, actor=actor, now=now,
        )
        for decision, number in zip(decisions, numbers, strict=True)
    ]  # fmt: skip


def _free_numbers(session: Session, *, year: int, count: int) -> list[str]:
    """Take numbers that no receipt has: files may have brought some of the same form."""
    found: list[str] = []
    while len(found) < count:
        drawn = next_numbers(session, RECEIPT_PREFIX, year=year, count=count - len(found))
        taken: set[str] = set()
        for start in range(0, len(drawn), 5000):
            query = select(Document.document_no).where(
                Document.kind == "receipt", Document.document_no.in_(drawn[start : start + 5000])
            )
            taken.update(session.scalars(query))
        found += [number for number in drawn if number not in taken]
    return found


def _plan(
    session: Session, decision: Decision, line: BankLine, *, number: str, day: date, discount_account: str,
    actor: Actor, now: datetime,
) -> _Plan:  # fmt: skip
    match = decision.match
    if match.amount_minor <= 0:
        raise Invalid(N_("This is money out. It cannot be posted as a receipt."), field="amount")
    settled = settled_of(decision)
    netted = net_credits(settled.parts)
    currency = decision.item_currency if settled.parts else match.currency
    counter, exchange_id = _counter(
        session, decision, settled, currency=currency, day=day, discount_account=discount_account, actor=actor,
        now=now,
    )  # fmt: skip
    draft = DocumentDraft(
        entity_id=match.entity_id, customer_id=decision.customer_id, kind="receipt", document_no=number,
        currency=currency, amount_minor=sum(part.amount_minor for part in counter), document_on=match.booked_on,
        posting_on=day, reference=(line.reference or line.bank_ref)[:200], description=line.narrative[:500],
        method="bank", applies_to=tuple(Application(debt, minor) for debt, minor in netted.money), counter=counter,
    )  # fmt: skip
    return _Plan(decision, settled, netted, line, draft, exchange_id)


def _counter(
    session: Session, decision: Decision, settled: Settled, *, currency: str, day: date, discount_account: str,
    actor: Actor, now: datetime,
) -> tuple[tuple[CounterPart, ...], int | None]:  # fmt: skip
    match = decision.match
    if currency == match.currency:
        counter = receipt_counter(
            match.amount_minor, deductions=settled.deductions, discount_account=discount_account,
            source=decision.source,
        )  # fmt: skip
        return counter, None
    money = post_exchanged(
        session, entity_id=match.entity_id, received=Money(match.amount_minor, match.currency),
        settled=Money(settled.amount_minor, currency), posting_on=day, source=decision.source, actor=actor, now=now,
    )  # fmt: skip
    counter = receipt_counter(
        settled.amount_minor, source="exchange_clearing", received_book_minor=money.book_minor
    )
    return counter, money.entry_id


def _use_credits(session: Session, plans: Sequence[_Plan], *, actor: Actor, now: datetime) -> None:
    drafts, owners = [], []
    for plan in plans:
        for credit_id, debit_id, minor in plan.netted.credits:
            drafts.append(AllocationDraft(credit_id, debit_id, minor, plan.draft.posted_on))
            owners.append(plan.decision.match)
    for match in {id(owner): owner for owner in owners}.values():
        match.credit_allocations = []
    if not drafts:
        return
    for owner, allocation_id in zip(
        owners, apply_credits(session, drafts, actor=actor, now=now), strict=True
    ):
        owner.credit_allocations = [*owner.credit_allocations, allocation_id]


def _note(plan: _Plan, document_id: int, *, actor: Actor, now: datetime) -> None:
    decision, match = plan.decision, plan.decision.match
    match.state, match.document_id = "posted", document_id
    match.exchange_id = plan.exchange_id
    match.customer_id, match.item_currency = decision.customer_id, plan.draft.currency
    match.outcome = "allocate" if plan.settled.parts else "advance"
    match.rest_kind = decision.rest
    parts_minor = sum(minor for _, minor in plan.settled.parts)
    match.rest_minor = match.amount_minor - parts_minor if plan.draft.currency == match.currency else 0
    match.decided_by_id, match.decided_at, match.decided_how = actor.person_id, now, decision.how
    match.row_version += 1


def _write_parts(session: Session, plans: Sequence[_Plan]) -> None:
    """Keep the parts as posted; marks a match whose parts a person changed."""
    by_id = {plan.decision.match.id: plan for plan in plans}
    before: dict[int, list[tuple[int, int]]] = {}
    ids = sorted(by_id)
    for start in range(0, len(ids), 5000):
        rows = session.execute(
            select(MatchPart.match_id, MatchPart.document_id, MatchPart.amount_minor)
            .where(MatchPart.match_id.in_(ids[start : start + 5000]))
            .order_by(MatchPart.match_id, MatchPart.no)
        )
        for match_id, document_id, minor in rows:
            before.setdefault(match_id, []).append((document_id, minor))
    changed = {
        id_: plan.settled.parts
        for id_, plan in by_id.items()
        if sorted(before.get(id_, ())) != sorted(plan.settled.parts)
    }
    for id_ in changed:
        match = by_id[id_].decision.match
        match.was_changed = match.was_changed or bool(before.get(id_)) or match.confidence_bp > 0
    replace_parts(session, changed)


def replace_parts(session: Session, parts: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """Write the parts of matches anew: match → (document, minor units) in order."""
    if not parts:
        return
    ids = sorted(parts)
    for start in range(0, len(ids), 5000):
        session.execute(delete(MatchPart).where(MatchPart.match_id.in_(ids[start : start + 5000])))
    rows = [
        {"match_id": match_id, "no": no, "document_id": document_id, "amount_minor": minor}
        for match_id in ids
        for no, (document_id, minor) in enumerate(parts[match_id], start=1)
    ]
    if rows:
        session.execute(insert(MatchPart), rows)


def _learn(session: Session, plans: Sequence[_Plan], *, now: datetime) -> None:
    rows = [
        {
            "key": key, "customer_id": plan.decision.customer_id, "match_id": plan.decision.match.id, "times": 1,
            "seen_at": now,
        }
        for plan in plans
        for key in sorted({key[:_KEY_LENGTH] for key in payer_keys(receipt_of(plan.line))})
    ]  # fmt: skip
    if rows:
        session.execute(insert(PayerSighting), rows)


def _use_advices(session: Session, plans: Sequence[_Plan]) -> None:
    """Mark the remittance advices that matches followed, so that no later payment takes them again."""
    for plan in plans:
        match = plan.decision.match
        if match.rule != "advice":
            continue
        advice = session.scalars(
            select(RemittanceAdvice)
            .where(
                RemittanceAdvice.state == "new", RemittanceAdvice.customer_id == plan.decision.customer_id,
                RemittanceAdvice.currency == match.currency, RemittanceAdvice.total_minor == match.amount_minor,
            )
            .order_by(RemittanceAdvice.id)
            .limit(1)
            .with_for_update()
        ).one_or_none()  # fmt: skip
        if advice is not None:
            advice.state, advice.match_id = "used", match.id


def receipt_of(line: BankLine) -> Receipt:
    """Return a bank line as the engine sees it; the payer's own reference is part of the narrative."""
    narrative = " ".join(filter(None, (line.narrative, line.reference)))
    return Receipt(
        id=str(line.id), value_on=line.booked_on, currency=line.currency, amount_minor=line.amount_minor,
        payer_name=line.payer_name, payer_account=line.payer_account, narrative=narrative,
    )  # fmt: skip


def account_words(account: BankAccount) -> str:
    """Return an account as people know it: its name and the last four characters of its number."""
    return " ".join(filter(None, (account.name or account.bank_name, f"··{account.identifier[-4:]}")))


def _audited(plan: _Plan) -> audit.AuditDraft:
    match = plan.decision.match
    details: dict[str, object] = {
        "receipt": plan.draft.document_no, "money": Money(match.amount_minor, match.currency),
        "how": plan.decision.how, "rule": match.rule, "confidence": f"{match.confidence_bp / 100:.2f} %",
        "rules": match.rule_set_version, "documents": len(plan.settled.parts),
    }  # fmt: skip
    if plan.decision.rest:
        details["rest"] = plan.decision.rest
    return audit.AuditDraft("matches.posted", "match", match.public_id, plan.decision.customer_id, details)
