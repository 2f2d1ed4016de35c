"""What the engine and the rules say about bank lines; reads only, so that a dry run is the same as the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bank.models import BankLine
from portal.customers.models import Customer
from portal.errors import N_
from portal.ledger import entity_view
from portal.ledger.models import ExchangeRate
from portal.matching.calibration import calibration_of
from portal.matching.engine import Proposal, Rates, Reason, Tolerances, gather, match
from portal.matching.keys import chunks
from portal.matching.methods import Payable, spread_money
from portal.matching.models import RemittanceAdvice, RemittanceLine
from portal.matching.post import receipt_of
from portal.matching.rules import MatchRule, RuleSet, Seen
from portal.matching.source import BooksSource
from portal.receivables.models import OpenItem

#: Kinds of line that the bank itself says are no customer's money, unless the evidence says otherwise.
NOT_CUSTOMERS = {
    "interest": N_("The bank calls it interest."),
    "internal": N_("It comes from an account of our own."),
}
_METHODS = {"fifo": "fifo", "pro_rata": "pro_rata", "largest": "largest"}
#: Confidence, in parts of ten thousand, of what an advice of the customer says.
_ADVISED, _ADVISED_ALONE = 9990, 9700
#: An advice is for a payment at most so many days before or after its own day.
_ADVICE_DAYS = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What to think of a bank line.

    Attributes:
        outcome: ``allocate``, ``advance`` or ``none``.
        is_left: It is no customer's money.
        may_post: The rules let it post by itself.
        advice_id: The remittance advice it follows.
    """

    line: BankLine
    entity_id: int
    customer_id: int | None = None
    outcome: str = "none"
    item_currency: str = ""
    parts: tuple[tuple[int, int], ...] = ()
    rest_kind: str = ""
    rest_minor: int = 0
    confidence_bp: int = 0
    rule: str = ""
    bucket: str = ""
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[tuple[int, ...], ...] = ()
    is_ambiguous: bool = False
    may_post: bool = False
    is_left: bool = False
    advice_id: int | None = None


def consider(
    session: Session, *, entity_id: int, lines: Sequence[BankLine], rules: RuleSet
) -> list[Candidate]:
    """Return what engine, advices and rules say about bank lines, in their order; nothing is written.

    Args:
        session: Any session; the keys are as fresh as the last ``refresh_keys``.
        entity_id: Whose books.
        lines: Money in that waits.
        rules: The rule set to follow.
    """
    rates = _rates(session, entity_id)
    receipts = [receipt_of(line) for line in lines]
    book = gather(receipts, BooksSource(session, entity_id=entity_id))
    numbers = _numbers(session, rules)
    proposals = match(
        receipts, book, tolerances=_by_row(rules, numbers), rates=rates, calibration=calibration_of(session)
    )
    advised = _advised(session, lines)
    spread = _Spreader(session, entity_id)
    number_of = {row: number for number, row in numbers.items()}
    found = []
    for line in lines:
        candidate = _candidate(line, entity_id, proposals.get(str(line.id)), advised.get(line.id))
        found.append(_by_rule(candidate, rules, number_of, spread))
    return found


def _candidate(
    line: BankLine, entity_id: int, proposal: Proposal | None, advice: _Advised | None
) -> Candidate:
    if line.kind in NOT_CUSTOMERS and proposal is None and advice is None:
        return Candidate(
            line, entity_id, item_currency=line.currency, rule="bank", reasons=((NOT_CUSTOMERS[line.kind], {}),),
            is_left=True,
        )  # fmt: skip
    plain = Candidate(line, entity_id, item_currency=line.currency)
    found = plain if proposal is None else _of_proposal(plain, proposal)
    if advice is None or found.customer_id not in {None, advice.customer_id}:
        return found
    return _of_advice(found, advice)


def _of_proposal(plain: Candidate, proposal: Proposal) -> Candidate:
    return replace(
        plain, customer_id=int(proposal.customer_id), outcome="allocate" if proposal.allocations else "advance",
        parts=tuple((int(part.item_id), part.amount_minor) for part in proposal.allocations),
        rest_kind=proposal.rest_kind, rest_minor=proposal.rest_minor,
        confidence_bp=min(int(proposal.confidence * 10_000), 10_000), rule=proposal.rule, bucket=proposal.bucket,
        reasons=proposal.reasons, is_ambiguous=proposal.is_ambiguous,
        alternatives=tuple(tuple(int(item_id) for item_id in other) for other in proposal.alternatives),
    )  # fmt: skip


def _by_rule(
    candidate: Candidate, rules: RuleSet, number_of: Mapping[int, str], spread: _Spreader
) -> Candidate:
    line = candidate.line
    seen = Seen(
        payer=line.payer_name, narrative=f"{line.narrative} {line.reference}", currency=line.currency,
        amount_minor=line.amount_minor, stage=candidate.rule, customer_no=number_of.get(candidate.customer_id or 0, ""),
    )  # fmt: skip
    rule = rules.rule_for(seen)
    if rule is None or candidate.is_left:
        return candidate
    if rule.act == "leave":
        return replace(
            Candidate(line, candidate.entity_id, item_currency=line.currency), is_left=True, rule="rule",
            reasons=((N_("Rule “%(name)s” leaves it alone."), {"name": rule.name}),),
        )  # fmt: skip
    if rule.act in _METHODS and candidate.customer_id is not None and not candidate.parts:
        return _spread(candidate, rule, spread)
    return replace(candidate, may_post=rule.act == "post" and may_post(candidate, rules))


def may_post(candidate: Candidate, rules: RuleSet) -> bool:
    """Say whether a candidate is sure enough, unambiguous and small enough to post by itself."""
    return (
        candidate.outcome == "allocate"
        and not candidate.is_ambiguous
        and candidate.confidence_bp >= rules.threshold_bp
        and not rules.needs_second_person(candidate.line.amount_minor, candidate.line.currency)
    )


def _spread(candidate: Candidate, rule: MatchRule, spread: _Spreader) -> Candidate:
    line = candidate.line
    items = spread.items(candidate.customer_id or 0, line.currency)
    if not items:
        return candidate
    found = spread_money(line.amount_minor, items, method=_METHODS[rule.act])
    return replace(
        candidate, outcome="allocate", parts=found.parts, rest_kind="overpayment" if found.rest_minor else "",
        rest_minor=found.rest_minor,
        reasons=(*candidate.reasons, (N_("Spread by the rule “%(name)s”."), {"name": rule.name})),
    )  # fmt: skip


class _Spreader:
    """Open debts of customers as the methods need them, read when first asked."""

    def __init__(self, session: Session, entity_id: int) -> None:
        self._source = BooksSource(session, entity_id=entity_id)

    def items(self, customer_id: int, currency: str) -> list[Payable]:
        """Return what a customer owes in a currency."""
        return [
            Payable(int(item.id), item.doc_no, item.open_minor, item.doc_on, item.due_on)
            for item in self._source.open_items([str(customer_id)])
            if item.currency == currency and item.open_minor > 0
        ]


# --- rates, tolerances ----------------------------------------------------------------------------------------------


def _rates(session: Session, entity_id: int) -> Rates:
    book = entity_view(session, entity_id).book_currency
    rows = session.execute(
        select(ExchangeRate.rate_on, ExchangeRate.currency, ExchangeRate.rate).where(
            ExchangeRate.book_currency == book
        )
    )
    return Rates((day, currency, Fraction(rate)) for day, currency, rate in rows)


def _numbers(session: Session, rules: RuleSet) -> dict[str, int]:
    wanted = {rule.customer_no for rule in rules.rules} | set(rules.tolerances.by_customer)
    rows = session.execute(select(Customer.number, Customer.id).where(Customer.number.in_(wanted - {""})))
    return {row.number: row.id for row in rows}


def _by_row(rules: RuleSet, numbers: Mapping[str, int]) -> Tolerances:
    """Return tolerances by the identity the engine knows customers by."""
    by_customer = {
        str(numbers[number]): tolerance
        for number, tolerance in rules.tolerances.by_customer.items()
        if number in numbers
    }
    return replace(rules.tolerances, by_customer=by_customer)


# --- remittance advices ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Advised:
    id: int
    number: str
    customer_id: int
    paid_on: Any
    parts: tuple[tuple[int, int], ...]


def _advised(session: Session, lines: Sequence[BankLine]) -> dict[int, _Advised]:
    """Return, by line, the one advice of the same currency and sum near its day; two advices that fit are none."""
    by_total: dict[tuple[str, int], list[_Advised]] = {}
    for part in chunks(sorted({line.amount_minor for line in lines})):
        rows = session.execute(
            select(RemittanceAdvice, RemittanceLine.document_id, RemittanceLine.amount_minor, OpenItem)
            .join(RemittanceLine, RemittanceLine.advice_id == RemittanceAdvice.id)
            .outerjoin(OpenItem, OpenItem.document_id == RemittanceLine.document_id)
            .where(RemittanceAdvice.state == "new", RemittanceAdvice.total_minor.in_(part))
            .order_by(RemittanceAdvice.id, RemittanceLine.no)
        ).all()
        for advice, total in _grouped(rows):
            by_total.setdefault(total, []).append(advice)
    found = {}
    for line in lines:
        near = [
            advice
            for advice in by_total.get((line.currency, line.amount_minor), ())
            if abs(advice.paid_on - line.booked_on) <= _ADVICE_DAYS
        ]
        if len(near) == 1:
            found[line.id] = near[0]
    return found


def _grouped(rows: Sequence[Any]) -> list[tuple[_Advised, tuple[str, int]]]:
    """Return advices all of whose lines are open for what they say."""
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row[0].id, []).append(row)
    found = []
    for group in grouped.values():
        advice = group[0][0]
        is_open = all(item is not None and abs(minor) <= item.open_minor for _, _, minor, item in group)
        if is_open:
            parts = tuple((int(document_id), int(minor)) for _, document_id, minor, _ in group)
            found.append(
                (
                    _Advised(advice.id, advice.number, advice.customer_id, advice.paid_on, parts),
                    (advice.currency, int(advice.total_minor)),
                )
            )
    return found


def _of_advice(found: Candidate, advice: _Advised) -> Candidate:
    is_backed = found.customer_id == advice.customer_id
    reason: Reason = (
        N_("Remittance advice %(number)s of %(day)s names these documents and this sum."),
        {"number": advice.number, "day": advice.paid_on},
    )
    confidence = max(_ADVISED if is_backed else _ADVISED_ALONE, 0)
    return replace(
        found, customer_id=advice.customer_id, outcome="allocate", parts=advice.parts, rest_kind="", rest_minor=0,
        item_currency=found.line.currency, confidence_bp=confidence, rule="advice", bucket="advice",
        reasons=(reason, *(found.reasons if is_backed else ())), is_ambiguous=False, alternatives=(),
        advice_id=advice.id,
    )  # fmt: skip
