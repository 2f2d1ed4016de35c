"""One receipt with everything needed to decide: what the bank says, why, open items, sets that fit, the entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.bank.models import BankAccount, BankLine
from portal.customers.models import Customer
from portal.errors import Invalid, NotFound
from portal.matching.accept import parts_of
from portal.matching.engine import Reason
from portal.matching.methods import METHODS, Payable, Wish, spread_money
from portal.matching.models import Match
from portal.matching.post import Decision, account_words
from portal.matching.preview import preview_of
from portal.matching.queries import MatchRow, _row, _rows
from portal.matching.rule_sets import active_rules
from portal.matching.settle import rest_of
from portal.matching.words import read_reasons
from portal.money import Money
from portal.receivables import due_or_terms
from portal.receivables.models import Document, OpenItem

#: At most so many open items are listed beside a receipt; those that are chosen always are.
MOST_ITEMS = 200
_WORDS = re.compile(
    r"手续费|手續費|货款|尾款|预付|折扣|扣[^\s，,;；]*|SKONTO|DISCOUNT|FEE|CHARGES?", re.IGNORECASE
)
_TOKEN = re.compile(r"[0-9A-Za-z/\-_.#]{3,}")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An open item beside a receipt.

    Attributes:
        open: Signed: a credit note is negative.
        chosen: What is to be applied, same sign; None = not chosen.
    """

    document_id: int
    public_id: str
    document_no: str
    kind: str
    document_on: date
    due_on: date | None
    order_no: str
    open: Money
    chosen: Money | None = None

    @property
    def left(self) -> Money:
        """What stays open."""
        return self.open - self.chosen if self.chosen is not None else self.open


@dataclass(frozen=True, slots=True)
class FittingSet:
    """One of several sets that fit: its documents and their sum."""

    no: int
    items: tuple[ItemLine, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class MatchView:
    """Everything about one receipt.

    Attributes:
        account: Our bank account in words.
        payer_account: The payer's, all but the last four characters hidden.
        narrative: (text, whether it was recognised) in order.
        rest: Why money and parts differ, as a person would say.
        total: Σ chosen, in the items' currency.
        difference: Money − chosen + what ``rest`` explains; None where two currencies meet.
        entry: Lines the decision would post; empty while it does not add up.
        needs_second: One person does not post it alone.
    """

    row: MatchRow
    line_public_id: str
    account: str
    payer_account: str
    bank_ref: str
    value_on: date
    narrative: tuple[tuple[str, bool], ...]
    reasons: tuple[Reason, ...]
    currency: str
    items: tuple[ItemLine, ...]
    more_items: int
    sets: tuple[FittingSet, ...]
    rest: str
    total: Money
    difference: Money | None
    entry: tuple[dict[str, Any], ...]
    needs_second: bool
    limit: Money | None
    document_public_id: str
    document_no: str


def find_match(session: Session, *, public_id: str, shown: Shown | None = None, actor: Actor) -> MatchView:
    """Return one receipt with its candidates.

    Args:
        session: Any session.
        public_id: The match.
        shown: What the page shows instead of the proposal; nothing of it is stored.
        actor: Needs ``matches:read``.

    Raises:
        NotAllowed: The actor does not read matches.
        NotFound: Unknown, or out of scope.
    """
    actor.require(Permission.MATCHES_READ)
    found = session.execute(_rows().where(Match.public_id == public_id)).one_or_none()
    if found is None or not actor.sees_entity(found[0].entity_id):
        raise NotFound
    match = found[0]
    if match.customer_id is not None:
        actor.require_scope(match.customer_id)
    (row,) = _row(session, [found])
    line, account = session.execute(
        select(BankLine, BankAccount)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(BankLine.id == match.bank_line_id)
    ).one()
    return _view(session, match, row, line, account, shown or Shown(), actor=actor)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows instead of the stored proposal.

    Attributes:
        customer_public_id: Another customer's open items.
        set_no: One of the sets that fit, from 1.
        method: Spread by a method of ``METHODS``.
    """

    customer_public_id: str = ""
    set_no: int = 0
    method: str = ""


def _view(
    session: Session, match: Match, row: MatchRow, line: BankLine, account: BankAccount, shown: Shown, *, actor: Actor
) -> MatchView:  # fmt: skip
    customer_id = _customer_id(session, match, shown, actor=actor)
    stored = parts_of(session, match)
    is_other = customer_id != match.customer_id
    currency = match.currency if is_other else match.item_currency
    sets = () if is_other else tuple(_sets(session, match, stored))
    chosen = _chosen(session, match, stored, shown, customer_id=customer_id, currency=currency, sets=sets)
    items, more = _items(session, match, customer_id, currency=currency, chosen=chosen)
    rest = "" if is_other or shown.method or shown.set_no else rest_of(match.rest_kind)
    total = Money(sum(minor for _, minor in chosen), currency)
    money = Money(match.amount_minor, match.currency)
    difference = money - total if currency == match.currency else None
    if difference is not None and rest and (chosen or rest == "advance"):
        difference = Money(0, currency)
    entry, needs_second = _entry(session, match, customer_id, currency, chosen, rest)
    rules = active_rules(session)
    limit = rules.review_above_minor.get(match.currency)
    posted = session.get(Document, match.document_id) if match.document_id else None
    return MatchView(
        row=row, line_public_id=line.public_id, account=account_words(account),
        payer_account=f"··{line.payer_account[-4:]}" if line.payer_account else "", bank_ref=line.bank_ref,
        value_on=line.value_on,
        narrative=marked(f"{line.narrative} {line.reference}".strip(), [item for item in items if item.chosen]),
        reasons=read_reasons(match.reasons), currency=currency, items=items, more_items=more, sets=sets, rest=rest,
        total=total, difference=difference, entry=entry, needs_second=needs_second,
        limit=None if limit is None else Money(limit, match.currency),
        document_public_id=posted.public_id if posted else "", document_no=posted.document_no if posted else "",
    )  # fmt: skip


def _customer_id(session: Session, match: Match, shown: Shown, *, actor: Actor) -> int | None:
    if not shown.customer_public_id:
        return match.customer_id
    found = session.scalar(select(Customer.id).where(Customer.public_id == shown.customer_public_id))
    if found is None:
        raise NotFound
    actor.require_scope(found)
    return found


_Parts = tuple[tuple[int, int], ...]


def _chosen(
    session: Session, match: Match, stored: _Parts, shown: Shown, *, customer_id: int | None, currency: str,
    sets: Sequence[FittingSet],
) -> _Parts:  # fmt: skip
    if shown.set_no and 0 < shown.set_no <= len(sets):
        return tuple((item.document_id, item.open.minor) for item in sets[shown.set_no - 1].items)
    if shown.method in METHODS and shown.method not in {"reference", "specified"} and customer_id is not None:
        lines = _read_items(session, match.entity_id, customer_id, currency)
        payable = [
            Payable(line.document_id, line.document_no, line.open.minor, line.document_on, line.due_on)
            for line in lines
            if line.open.minor > 0
        ]
        return spread_money(match.amount_minor, payable, method=shown.method, wish=Wish()).parts
    if customer_id != match.customer_id or (match.is_ambiguous and match.state == "proposed"):
        return ()
    return stored


def _items(
    session: Session, match: Match, customer_id: int | None, *, currency: str, chosen: _Parts
) -> tuple[tuple[ItemLine, ...], int]:
    if customer_id is None:
        return (), 0
    wanted = dict(chosen)
    lines = _read_items(session, match.entity_id, customer_id, currency)
    if match.state == "posted" and match.outcome != "unidentified":
        lines = _read_documents(session, list(wanted))
    picked = [line for line in lines if line.document_id in wanted]
    others = [line for line in lines if line.document_id not in wanted]
    shown = [
        ItemLine(
            **{name: getattr(line, name) for name in ItemLine.__dataclass_fields__ if name != "chosen"},
            chosen=Money(wanted[line.document_id], currency) if line.document_id in wanted else None,
        )
        for line in (*picked, *others[: max(MOST_ITEMS - len(picked), 0)])
    ]
    return tuple(shown), max(len(lines) - len(shown), 0)


def _read_items(session: Session, entity_id: int, customer_id: int, currency: str) -> list[ItemLine]:
    due = due_or_terms(session.get_bind().dialect.name)
    rows = session.execute(
        _documents(due)
        .where(
            OpenItem.customer_id == customer_id, OpenItem.currency == currency, OpenItem.entity_id == entity_id,
            OpenItem.open_minor > 0, Document.kind.not_in(("receipt", "refund")),
        )
        .order_by(due, Document.posting_on, Document.id)
    )  # fmt: skip
    return [_item_line(row) for row in rows]


def _read_documents(session: Session, ids: Sequence[int]) -> list[ItemLine]:
    due = due_or_terms(session.get_bind().dialect.name)
    rows = {row.id: row for row in session.execute(_documents(due).where(Document.id.in_(ids)))}
    return [_item_line(rows[id_]) for id_ in ids if id_ in rows]


def _documents(due: Any) -> Any:
    return (
        select(
            Document.id, Document.public_id, Document.document_no, Document.kind, Document.document_on,
            due.label("due"), Document.order_no, Document.currency, OpenItem.side, OpenItem.open_minor,
        )
        .join(OpenItem, OpenItem.document_id == Document.id)
        .join(Customer, Customer.id == Document.customer_id)
    )  # fmt: skip


def _item_line(row: Any) -> ItemLine:
    return ItemLine(
        row.id, row.public_id, row.document_no, row.kind, row.document_on, row.due if row.side > 0 else None,
        row.order_no, Money(int(row.side) * int(row.open_minor), row.currency),
    )  # fmt: skip


def _sets(session: Session, match: Match, stored: _Parts) -> list[FittingSet]:
    if not match.is_ambiguous or match.state != "proposed":
        return []
    wanted = [
        tuple(document_id for document_id, _ in stored),
        *(tuple(other) for other in match.alternatives),
    ]
    found: list[FittingSet] = []
    for ids in dict.fromkeys(tuple(sorted(one)) for one in wanted if one):
        items = tuple(line for line in _read_documents(session, ids) if line.open.minor)
        if items:
            total = Money(sum(item.open.minor for item in items), items[0].open.currency)
            found.append(FittingSet(len(found) + 1, items, total))
    return found


def _entry(
    session: Session, match: Match, customer_id: int | None, currency: str, chosen: _Parts, rest: str
) -> tuple[tuple[dict[str, Any], ...], bool]:
    from portal.matching.accept import needs_second_person

    is_found = match.state == "posted" and match.outcome == "unidentified"
    if customer_id is None or not (is_found or match.state in {"proposed", "refused", "parked", "pending"}):
        return (), False
    source = "unidentified" if is_found else "bank"
    decision = Decision(match, customer_id, currency, chosen, rest, "hand", source)
    try:
        return tuple(preview_of(session, decision)["entry"]), needs_second_person(
            session, active_rules(session), decision
        )
    except Invalid:
        return (), active_rules(session).needs_second_person(match.amount_minor, match.currency)


def marked(text: str, items: Sequence[ItemLine]) -> tuple[tuple[str, bool], ...]:
    """Return a narrative in pieces with what was recognised marked: numbers of chosen documents and key words."""
    spans: list[tuple[int, int]] = [found.span() for found in _WORDS.finditer(text)]
    tails = {_digits(number)[-4:] for item in items for number in (item.document_no, item.order_no) if number}
    for found in _TOKEN.finditer(text):
        digits = _digits(found.group())
        if len(digits) >= 4 and any(len(tail) == 4 and digits.endswith(tail) for tail in tails):
            spans.append(found.span())
    pieces: list[tuple[str, bool]] = []
    at = 0
    for begin, end in sorted(spans):
        if begin < at:
            continue
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    return tuple((piece, is_marked) for piece, is_marked in (*pieces, (text[at:], False)) if piece)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
