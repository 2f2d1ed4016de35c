"""The rules of the house as one value, with the defaults the product ships; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.errors import N_, Invalid
from portal.money import CURRENCY_DIGITS

SHIPPED_VERSION = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What the house decided from a day on.

    Attributes:
        version: 0 = as shipped; decisions name the version they were taken under.
        answer_days: Business days a customer has to answer a statement or an offer.
        answer_by_days: The same in calendar days after issue; the answer-by date of a statement.
        approval_limit_minor: Currency → largest amount (minor units) one approver may release alone in one act; above
            it a second one is needed; without an entry there is no limit. A grant's own limit goes before it.
        approval_day_limit_minor: The same for all acts of one approver on one business day.
        standing_release: Whether the console may issue statements under this policy without a second person.
        reminder_stage_days: Days after issue at which stage 0, 1, 2 … are due; stage 0 tells of the statement.
        ageing_basis: ``due`` (days past due) or ``document`` (days since the document date).
        discount_account: Role that an early-payment discount lowers: ``income`` (variable consideration) or
            ``financial_expense`` (older practice).
        access_review_days: After so many days each role is looked at again.
        rotation_days: After so many days a portfolio should get another owner.
        step_up_to_sign: Whether signing a balance asks for a proof (password, code, passkey) of the last 15 minutes.
        code_links: Whether people who only look may sign in with a link of a mail and a code mailed apart.
        keep_security_log_days: How long lines of the security log stay; never less than 183 days (half a year).
        keep_sign_ins_days: How long ended sign-ins stay.
        keep_links_days: How long links of mails stay; for 90 days a dead one brings a new one.
        keep_mail_days: How long the texts of sent mails stay; that they were sent stays.
        keep_codes_days: How long used and expired codes stay.
    """

    version: int = SHIPPED_VERSION
    answer_days: int = 10
    answer_by_days: int = 15
    approval_limit_minor: Mapping[str, int] = field(default_factory=dict)
    standing_release: bool = True
    reminder_stage_days: tuple[int, ...] = (0, 7, 12, 16, 30)
    ageing_basis: str = "due"
    discount_account: str = "income"
    approval_day_limit_minor: Mapping[str, int] = field(default_factory=dict)
    access_review_days: int = 90
    rotation_days: int = 730
    step_up_to_sign: bool = False
    code_links: bool = False
    keep_security_log_days: int = 400
    keep_sign_ins_days: int = 400
    keep_links_days: int = 120
    keep_mail_days: int = 730
    keep_codes_days: int = 30


@dataclass(frozen=True, slots=True)
class PolicyField:
    """How one rule is shown and edited; a rule without one of these would have no place on the page.

    Attributes:
        name: Of the attribute of ``Policy``.
        label: English message id.
        group: Key of ``GROUPS``.
        kind: ``days``, ``yes-no``, ``money`` (an amount a currency), ``day-list``, ``choice`` or ``count``.
        hint: English message id; empty = the label says it.
        choices: Value → English message id, for ``choice``.
        lowest: Of ``days`` and ``count``.
        highest: The same.
    """

    name: str
    label: str
    group: str
    kind: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    lowest: int = 1
    highest: int = 365


GROUPS: dict[str, str] = {
    "deadlines": N_("Deadlines"),
    "approvals": N_("Approvals and limits"),
    "access": N_("Roles and reviews"),
    "books": N_("Books"),
    "privacy": N_("How long things are kept"),
}
#: Every rule, in the order of the page.
FIELDS: tuple[PolicyField, ...] = (
    PolicyField("answer_days", N_("Business days to answer a statement or an offer"), "deadlines", "days"),
    PolicyField("answer_by_days", N_("The same in calendar days after issue"), "deadlines", "days"),
    PolicyField(
        "reminder_stage_days", N_("Days after issue on which reminders go out"), "deadlines", "day-list",
        N_("Begins with 0, the message that a statement is there; e.g. 0, 7, 12, 16, 30."),
    ),
    PolicyField(
        "approval_limit_minor", N_("Most that one approver releases alone in one act"), "approvals", "money",
        N_("Above it two approvers are needed. A limit given with a role goes before this one."),
    ),
    PolicyField(
        "approval_day_limit_minor", N_("Most that one approver releases alone in one day"), "approvals", "money"
    ),
    PolicyField(
        "standing_release", N_("Statements may be issued from the console without a second person"), "approvals",
        "yes-no",
    ),
    PolicyField(
        "access_review_days", N_("Days after which each role is looked at again"), "access", "days", highest=730
    ),
    PolicyField(
        "rotation_days", N_("Days after which a portfolio should get another owner"), "access", "days", highest=3650
    ),
    PolicyField(
        "step_up_to_sign", N_("Signing a balance asks again for password, code or passkey"), "access", "yes-no",
        N_("When the last proof is older than 15 minutes."),
    ),
    PolicyField(
        "code_links", N_("Who only looks may sign in by a mailed link and a code mailed apart"), "access", "yes-no",
        N_("Never for people who confirm, and never for staff."),
    ),
    PolicyField(
        "ageing_basis", N_("Ageing counts from"), "books", "choice",
        choices=(("due", N_("the due date")), ("document", N_("the document date"))),
    ),
    PolicyField(
        "discount_account", N_("An early-payment discount lowers"), "books", "choice",
        choices=(("income", N_("income")), ("financial_expense", N_("financial expenses"))),
    ),
    PolicyField(
        "keep_security_log_days", N_("Days the security log is kept"), "privacy", "days",
        N_("At least 183: half a year of logs is law in places."), lowest=183, highest=3650,
    ),
    PolicyField("keep_sign_ins_days", N_("Days ended sign-ins are kept"), "privacy", "days", lowest=30, highest=3650),
    PolicyField("keep_links_days", N_("Days links of mails are kept"), "privacy", "days", lowest=90, highest=3650),
    PolicyField(
        "keep_mail_days", N_("Days the texts of sent mails are kept"), "privacy", "days", lowest=90, highest=3650
    ),
    PolicyField(
        "keep_codes_days", N_("Days used and expired codes are kept"), "privacy", "days", lowest=1, highest=3650
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that differs between two versions, values as stored."""

    name: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the rules in which two bodies differ, in the order of the policy."""
    return tuple(
        Difference(name, before.get(name), after.get(name))
        for name in Policy.__dataclass_fields__
        if name != "version" and before.get(name) != after.get(name)
    )


def policy_of(body: Mapping[str, Any], *, version: int) -> Policy:
    """Return the policy that a stored body says; what it leaves out is as shipped.

    Raises:
        Invalid: A value cannot be used; ``field`` names it.
    """
    known = {
        key: value for key, value in body.items() if key in Policy.__dataclass_fields__ and key != "version"
    }
    shipped = Policy()
    for key, value in known.items():
        if isinstance(getattr(shipped, key), tuple):
            known[key] = tuple(value)
    policy = Policy(version=version, **known)
    _require_usable(policy)
    return policy


def body_of(policy: Policy) -> dict[str, Any]:
    """Return what is stored of a policy; its version and day stand beside it."""
    body = asdict(policy)
    del body["version"]
    return {key: list(value) if isinstance(value, tuple) else value for key, value in body.items()}


def _require_usable(policy: Policy) -> None:
    for one in FIELDS:
        _CHECKS[one.kind](one, getattr(policy, one.name))


def _require_number(one: PolicyField, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not one.lowest <= value <= one.highest:
        raise Invalid(
            N_("Enter a number between %(lowest)s and %(highest)s."), field=one.name, lowest=one.lowest,
            highest=one.highest,
        )  # fmt: skip


def _require_stages(one: PolicyField, value: Any) -> None:
    is_usable = bool(value) and all(isinstance(day, int) for day in value)
    if not is_usable or value[0] != 0 or list(value) != sorted(set(value)) or value[-1] > one.highest:
        raise Invalid(N_("Reminder days start at 0 and each is later than the one before."), field=one.name)


def _require_choice(one: PolicyField, value: Any) -> None:
    if value not in dict(one.choices):
        raise Invalid(field=one.name)


def _require_yes_no(one: PolicyField, value: Any) -> None:
    if not isinstance(value, bool):
        raise Invalid(field=one.name)


def _require_limits(one: PolicyField, value: Any) -> None:
    for currency, limit in value.items():
        if currency not in CURRENCY_DIGITS or not isinstance(limit, int) or limit < 0:
            raise Invalid(
                N_("An approval limit is an amount of zero or more in a known currency."), field=one.name
            )


_CHECKS: Mapping[str, Callable[[PolicyField, Any], None]] = {
    "days": _require_number,
    "count": _require_number,
    "yes-no": _require_yes_no,
    "money": _require_limits,
    "day-list": _require_stages,
    "choice": _require_choice,
}
