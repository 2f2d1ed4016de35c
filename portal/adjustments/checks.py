"""What is checked again, now, before a second person approves an adjustment; the verb checks the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import ApprovalView, content_hash
from portal.approvals.kinds import kind_of
from portal.errors import N_
from portal.ledger import PeriodClosed, require_open
from portal.money import Money
from portal.roles import limit_of_reader


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence that was checked by machine; ``word`` is a message id, ``params`` its values."""

    word: str
    is_ok: bool
    params: Mapping[str, object] = field(default_factory=dict)


def check_request(
    session: Session, *, approval: ApprovalView, actor: Actor, now: datetime
) -> tuple[Check, ...]:
    """Return the checks of a request to post an adjustment, for the reader it was found for.

    Args:
        session: Any session.
        approval: A request of an adjustment kind; ``effect`` and ``content`` as frozen.
        actor: The reader; above their limit a second approver is needed.
        now: Decides the business day whose sum counts.
    """
    content, entry = approval.content, approval.effect.get("entry", ())
    debit = sum(line["debit_minor"] for line in entry)
    credit = sum(line["credit_minor"] for line in entry)
    posting_on = date.fromisoformat(content["posting_on"])
    current = content_hash(kind_of(approval.kind).content_of(session, approval.subject_id))
    checks = [
        Check(N_("Debit equals credit"), debit == credit and bool(entry)),
        Check(
            N_("Period %(month)s is open"), _is_open(session, content["entity_id"], posting_on),
            {"month": f"{posting_on:%Y-%m}"},
        ),
        Check(N_("Not prepared by you"), not approval.is_own),
        Check(N_("Unchanged since prepared"), current == approval.content_hash),
    ]  # fmt: skip
    if "document" in approval.effect.get("after", {}):
        after, before = approval.effect["after"]["document"], approval.effect["before"]["document"]
        checks.append(Check(N_("Not more than is open"), after * before >= 0))
    checks.append(_limit_check(session, approval, actor, now))
    return tuple(checks)


def _limit_check(session: Session, approval: ApprovalView, actor: Actor, now: datetime) -> Check:
    """Say whether the reader may release the amount alone; what needs two is no defect, it is said on the button."""
    if approval.money is None:
        return Check(N_("No limit is set for you"), is_ok=True)
    limit = limit_of_reader(
        session, money=approval.money, policy_version=approval.policy_version, actor=actor, now=now
    )
    if limit is None:
        return Check(N_("No limit is set for you"), is_ok=True)
    if approval.needs_approvals == 2 or abs(approval.money) > limit:
        return Check(
            N_("Above your limit of %(limit)s: a second approver is needed"),
            is_ok=True,
            params={"limit": limit},
        )
    return Check(N_("Within your limit of %(limit)s"), is_ok=True, params={"limit": limit})


def _is_open(session: Session, entity_id: int, day: date) -> bool:
    try:
        require_open(session, [(entity_id, day)])
    except PeriodClosed:
        return False
    return True


def entry_totals(approval: ApprovalView) -> tuple[Money, Money]:
    """Return the sums of debit and credit of the entry to be posted."""
    currency = str(approval.effect["currency"])
    entry = approval.effect["entry"]
    return (
        Money(sum(line["debit_minor"] for line in entry), currency),
        Money(sum(line["credit_minor"] for line in entry), currency),
    )
