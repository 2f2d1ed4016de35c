"""The entry a decision would post, before it is posted: accounts, debit, credit; nothing is written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.customers.models import Customer
from portal.ledger import account_mapping, entity_view
from portal.matching.methods import net_credits
from portal.matching.post import Decision, settled_of
from portal.policies import current_policy
from portal.receivables import receipt_counter


def preview_of(session: Session, decision: Decision) -> dict[str, Any]:
    """Return the entry of a decision as data: ``entry`` lines, ``currency``, ``posting_on``, ``settled_minor``.

    Args:
        session: Any session.
        decision: Not posted.

    Raises:
        Unexplained: Money and parts differ without a reason.
        Invalid: Nothing is settled, or more credit is used than debt.
    """
    match = decision.match
    settled = settled_of(decision)
    is_exchanged = bool(decision.parts) and decision.item_currency != match.currency
    currency = decision.item_currency if settled.parts else match.currency
    account = current_policy(session, on=match.booked_on).discount_account
    if is_exchanged:
        counter = receipt_counter(settled.amount_minor, source="exchange_clearing")
    else:
        counter = receipt_counter(
            match.amount_minor,
            deductions=settled.deductions,
            discount_account=account,
            source=decision.source,
        )
    applied = sum(minor for _, minor in net_credits(settled.parts).money)
    lines = [(part.role, part.amount_minor) for part in counter]
    lines += [
        ("receivable", -applied),
        ("advance", applied - sum(part.amount_minor for part in counter)),
    ]
    return {
        "entry": _shown(session, decision, lines),
        "currency": currency,
        "posting_on": match.booked_on.isoformat(),
        "settled_minor": settled.amount_minor,
        "document_no": "",
    }


def _shown(session: Session, decision: Decision, lines: list[tuple[str, int]]) -> list[dict[str, Any]]:
    accounts = account_mapping(session, entity_view(session, decision.match.entity_id).id)
    number = session.scalar(select(Customer.number).where(Customer.id == decision.customer_id)) or ""
    return [
        {
            "code": accounts[role].code, "name": accounts[role].name, "name_en": accounts[role].name_en,
            "customer_no": number if role in {"receivable", "advance"} else "",
            "debit_minor": max(minor, 0), "credit_minor": max(-minor, 0),
        }
        for role, minor in lines
        if minor
    ]  # fmt: skip
