"""The rules of the house as one value, with the defaults the product ships; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.errors import N_, Invalid
from portal.money import CURRENCY_DIGITS

AGEING_BASES = ("due", "document")
SHIPPED_VERSION = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What the house decided from a day on.

    Attributes:
        version: 0 = as shipped; decisions name the version they were taken under.
        answer_days: Business days a customer has to answer a statement or an offer.
        answer_by_days: The same in calendar days after issue; the answer-by date of a statement.
        approval_limit_minor: Currency → largest amount (minor units) an approver may release; without an entry
            there is no limit.
        standing_release: Whether the console may issue statements under this policy without a second person.
        reminder_stage_days: Days after issue at which stage 0, 1, 2 … are due; stage 0 tells of the statement.
        ageing_basis: ``due`` (days past due) or ``document`` (days since the document date).
    """

    version: int = SHIPPED_VERSION
    answer_days: int = 10
    answer_by_days: int = 15
    approval_limit_minor: Mapping[str, int] = field(default_factory=dict)
    standing_release: bool = True
    reminder_stage_days: tuple[int, ...] = (0, 7, 12, 16, 30)
    ageing_basis: str = "due"


def policy_of(body: Mapping[str, Any], *, version: int) -> Policy:
    """Return the policy that a stored body says; what it leaves out is as shipped.

    Raises:
        Invalid: A value cannot be used; ``field`` names it.
    """
    known = {
        key: value for key, value in body.items() if key in Policy.__dataclass_fields__ and key != "version"
    }
    if "reminder_stage_days" in known:
        known["reminder_stage_days"] = tuple(known["reminder_stage_days"])
    policy = Policy(version=version, **known)
    _require_usable(policy)
    return policy


def body_of(policy: Policy) -> dict[str, Any]:
    """Return what is stored of a policy; its version and day stand beside it."""
    body = asdict(policy)
    del body["version"]
    body["approval_limit_minor"] = dict(policy.approval_limit_minor)
    body["reminder_stage_days"] = list(policy.reminder_stage_days)
    return body


def _require_usable(policy: Policy) -> None:
    for name in ("answer_days", "answer_by_days"):
        value = getattr(policy, name)
        if not isinstance(value, int) or not 1 <= value <= 365:
            raise Invalid(N_("Enter a number of days between 1 and 365."), field=name)
    stages = policy.reminder_stage_days
    if not stages or stages[0] != 0 or list(stages) != sorted(set(stages)):
        raise Invalid(
            N_("Reminder days start at 0 and each is later than the one before."), field="reminder_stage_days"
        )
    if policy.ageing_basis not in AGEING_BASES:
        raise Invalid(field="ageing_basis")
    for currency, limit in policy.approval_limit_minor.items():
        if currency not in CURRENCY_DIGITS or limit < 0:
            raise Invalid(
                N_("An approval limit is an amount of zero or more in a known currency."),
                field="approval_limit_minor",
            )
