"""Make drafts from what was gathered, and set aside customers whose figures do not add up; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from portal.db import new_public_id
from portal.money import Money
from portal.receivables import OpenAmount, age_open_items
from portal.statements.active import CustomerFacts, Scope
from portal.statements.facts import BUCKETS, content_hash, frozen_content
from portal.statements.gather import DocumentFacts, Gathered, Movement, Pair

NOT_MOVED = Movement(0, 0, 0, 0, is_moved=False)
_facts_of = itemgetter("no", "document_no", "kind", "document_on", "due_on", "amount_minor", "open_minor")


@dataclass(frozen=True, slots=True)
class Draft:
    """One statement as it should be, ready to be compared with what is there and written."""

    pair: Pair
    customer_no: str
    minor: dict[str, int]
    lines: list[dict[str, Any]]
    content_hash: str
    public_id: str = field(default_factory=new_public_id)


class SumsFail(Exception):
    """The figures of a customer do not add up."""

    def __init__(self, code: str, difference: Money) -> None:
        super().__init__(code)
        self.code = code
        self.difference = difference


def build_drafts(scope: Scope, gathered: Gathered) -> tuple[list[Draft], list[dict[str, str]], int]:
    """Return the statements of a span of customers, those set aside, and how many customers there are.

    A customer with one currency that does not add up gets no statement at all.
    """
    currencies: dict[int, set[str]] = defaultdict(set)
    for (customer_id, currency), movement in gathered.movements.items():
        if movement.opening or movement.is_moved:
            currencies[customer_id].add(currency)
    for (customer_id, currency), known in gathered.known.items():
        if known.is_issued:
            currencies[customer_id].add(currency)
    drafts: list[Draft] = []
    failed: list[dict[str, str]] = []
    count = 0
    for customer in gathered.customers.values():
        own = {customer.currency} if scope.is_default else set()
        wanted = sorted(currencies[customer.id] | own)
        count += bool(wanted)
        try:
            drafts.extend([_build_draft(scope, gathered, customer, currency) for currency in wanted])
        except SumsFail as reason:
            failed.append(
                {
                    "customer_no": customer.number, "currency": reason.difference.currency, "code": reason.code,
                    "difference": reason.difference.decimal_text,
                }
            )  # fmt: skip
    return drafts, failed, count


def _build_draft(scope: Scope, gathered: Gathered, customer: CustomerFacts, currency: str) -> Draft:
    pair = (customer.id, currency)
    movement = gathered.movements.get(pair, NOT_MOVED)
    documents = gathered.documents.get(pair, [])
    minor = _figures(scope, gathered, pair)
    closing = minor["closing"]
    _require_equal(
        movement.opening + sum(row.balance_minor for row in documents), closing, "lines_differ", currency
    )
    _require_equal(sum(minor[bucket] for bucket in BUCKETS), closing, "ageing_differs", currency)
    _require_equal(
        movement.opening, gathered.closings.get(pair, movement.opening), "opening_differs", currency
    )
    opened = {row.document_id: row.open_minor for row in gathered.open_items.get(pair, [])}
    lines = [_opening_line(movement.opening)]
    lines.extend(_line(no, row, opened.get(row.id, 0)) for no, row in enumerate(documents, start=1))
    content = frozen_content(
        entity=scope.entity_code, customer_no=customer.number, currency=currency, kind="activity",
        period=(scope.period_from, scope.period_until), minor=minor,
        lines=map(_facts_of, lines),
    )  # fmt: skip
    return Draft(pair, customer.number, minor, lines, content_hash(content))


def _require_equal(ours: int, other: int, code: str, currency: str) -> None:
    if ours != other:
        raise SumsFail(code, Money(ours - other, currency))


def _figures(scope: Scope, gathered: Gathered, pair: Pair) -> dict[str, int]:
    movement = gathered.movements.get(pair, NOT_MOVED)
    items = gathered.open_items.get(pair, [])
    aged = age_open_items(
        [OpenAmount(row.due_on, row.document_on, row.open_minor) for row in items], as_of=scope.as_of
    )
    return {
        "opening": movement.opening,
        "invoiced": movement.invoiced,
        "received": movement.received,
        "credited": movement.credited,
        "closing": movement.opening + movement.invoiced - movement.received - movement.credited,
        "due_now": aged.due_now_minor,
        "overdue": aged.overdue_minor,
    } | {bucket: getattr(aged, f"{bucket}_minor") for bucket in BUCKETS}


def _opening_line(opening: int) -> dict[str, Any]:
    return {
        "no": 0, "document_id": None, "document_no": "", "kind": "opening", "document_on": None, "due_on": None,
        "text": "", "order_no": "", "amount_minor": opening, "open_minor": 0,
    }  # fmt: skip


def _line(no: int, row: DocumentFacts, open_minor: int) -> dict[str, Any]:
    return {
        "no": no, "document_id": row.id, "document_no": row.document_no, "kind": row.kind,
        "document_on": row.document_on, "due_on": row.due_on, "text": row.text, "order_no": row.order_no,
        "amount_minor": row.balance_minor, "open_minor": open_minor,
    }  # fmt: skip
