"""Rules of matching as data: states of a match, rule sets with their order, tolerances and limits; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.errors import N_, Conflict, Invalid
from portal.matching.engine.facts import Tolerance, Tolerances
from portal.money import CURRENCY_DIGITS

STATES = ("proposed", "pending", "posted", "parked", "refused", "left", "undone")

#: (state, verb) → state; see the table in the package.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("proposed", "accept"): "posted",
    ("proposed", "request"): "pending",
    ("proposed", "park"): "parked",
    ("proposed", "refuse"): "refused",
    ("proposed", "leave"): "left",
    ("refused", "accept"): "posted",
    ("refused", "request"): "pending",
    ("refused", "park"): "parked",
    ("refused", "leave"): "left",
    ("refused", "resume"): "proposed",
    ("parked", "accept"): "posted",
    ("parked", "request"): "pending",
    ("parked", "resume"): "proposed",
    ("left", "resume"): "proposed",
    ("pending", "approve"): "posted",
    ("pending", "reject"): "proposed",
    ("posted", "undo"): "undone",
}

#: A line waits for a person.
WAITING = ("proposed", "refused")

#: A line in one of these is spoken for: at most one such match a line (the database refuses a second).
CURRENT = tuple(state for state in STATES if state != "undone")


class WrongState(Conflict):
    """What was asked does not fit the state of the match."""

    code = "wrong_state"
    default_message = N_("This receipt has moved on since you opened it. Nothing was posted.")


def next_state(state: str, verb: str) -> str:
    """Return the state after a verb.

    Raises:
        WrongState: The verb does not fit.
    """
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise WrongState from None


#: What a match would post.
OUTCOMES = ("allocate", "advance", "unidentified", "refund", "none")

RULE_SET_STATES = ("draft", "pending", "active", "retired")

#: What a rule of a set says about the receipts it fits.
ACTS = ("post", "propose", "leave", "fifo", "pro_rata", "largest")

ACT_WORDS = {
    "post": N_("Post by itself when sure enough"),
    "propose": N_("Always ask a person"),
    "leave": N_("Leave alone: not customers' money"),
    "fifo": N_("Propose the oldest items first"),
    "pro_rata": N_("Propose in proportion to what is open"),
    "largest": N_("Propose the largest items first"),
}


@dataclass(frozen=True, slots=True)
class MatchRule:
    """One rule of a set: the first that fits a receipt decides.

    Attributes:
        name: What people call it.
        act: One of ``ACTS``; the last three spread a receipt whose customer is known but not what it pays.
        stage: Only proposals the engine found by this rule; empty = any.
        payer: Only payers whose name holds this text, case and width ignored.
        narrative: Only narratives that hold this text.
        currency: Only this currency.
        customer_no: Only this customer.
        at_least_minor: Only receipts of at least so much.
        is_on: Rules that are off are kept and skipped.
    """

    name: str
    act: str
    stage: str = ""
    payer: str = ""
    narrative: str = ""
    currency: str = ""
    customer_no: str = ""
    at_least_minor: int = 0
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule looks at of a receipt and the engine's proposal for it."""

    payer: str
    narrative: str
    currency: str
    amount_minor: int
    stage: str = ""
    customer_no: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of the rules of matching.

    Attributes:
        version: 0 = as shipped.
        threshold_bp: Least confidence, in parts of ten thousand, at which a match may post by itself.
        rules: In order; the first that fits decides. None fits = ``propose``.
        tolerances: How much may be missing, by customer number, currency, else the default.
        review_above_minor: Currency → largest amount (minor units) that one person posts; above, a second agrees.
            A currency without an entry has no limit, and posting by itself stops at the limit too.
    """

    version: int = 0
    threshold_bp: int = 9950
    rules: tuple[MatchRule, ...] = (MatchRule(N_("Whatever the evidence"), "post"),)
    tolerances: Tolerances = field(default_factory=Tolerances)
    review_above_minor: Mapping[str, int] = field(
        default_factory=lambda: {"CNY": 10_000_000, "USD": 1_500_000, "EUR": 1_500_000, "GBP": 1_500_000}
    )

    def rule_for(self, seen: Seen) -> MatchRule | None:
        """Return the first rule that fits a receipt, or None."""
        return next((rule for rule in self.rules if rule.is_on and fits(rule, seen)), None)

    def needs_second_person(self, amount_minor: int, currency: str) -> bool:
        """Say whether an amount is above what one person posts."""
        limit = self.review_above_minor.get(currency)
        return limit is not None and abs(amount_minor) > limit


def fits(rule: MatchRule, seen: Seen) -> bool:
    """Say whether a rule fits a receipt; an empty condition fits all."""
    return (
        (not rule.stage or rule.stage == seen.stage)
        and (not rule.currency or rule.currency == seen.currency)
        and (not rule.customer_no or rule.customer_no == seen.customer_no)
        and abs(seen.amount_minor) >= rule.at_least_minor
        and folded(rule.payer) in folded(seen.payer)
        and folded(rule.narrative) in folded(seen.narrative)
    )


def folded(text: str) -> str:
    """Return text for comparing: no case, no full width, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


# --- stored form ----------------------------------------------------------------------------------------------------


def rule_set_of(body: Mapping[str, Any], *, version: int) -> RuleSet:
    """Return the rule set that a stored body says.

    Raises:
        Invalid: A value cannot be used; ``field`` names it.
    """
    tolerances = body.get("tolerances", {})
    found = RuleSet(
        version=version,
        threshold_bp=int(body.get("threshold_bp", 9950)),
        rules=tuple(MatchRule(**rule) for rule in body.get("rules", ())),
        tolerances=Tolerances(
            default=Tolerance(**tolerances.get("default", {})),
            by_currency={key: Tolerance(**value) for key, value in tolerances.get("by_currency", {}).items()},
            by_customer={key: Tolerance(**value) for key, value in tolerances.get("by_customer", {}).items()},
        ),
        review_above_minor=dict(body.get("review_above_minor", {})),
    )
    require_usable(found)
    return found


def body_of(rules: RuleSet) -> dict[str, Any]:
    """Return what is stored of a rule set; its version stands beside it."""
    return {
        "threshold_bp": rules.threshold_bp,
        "rules": [
            {name: getattr(rule, name) for name in MatchRule.__dataclass_fields__} for rule in rules.rules
        ],
        "tolerances": {
            "default": _plain(rules.tolerances.default),
            "by_currency": {key: _plain(value) for key, value in rules.tolerances.by_currency.items()},
            "by_customer": {key: _plain(value) for key, value in rules.tolerances.by_customer.items()},
        },
        "review_above_minor": dict(rules.review_above_minor),
    }


def _plain(tolerance: Tolerance) -> dict[str, int]:
    return {name: getattr(tolerance, name) for name in Tolerance.__dataclass_fields__}


def require_usable(rules: RuleSet) -> None:
    """Refuse a rule set that could do harm.

    Raises:
        Invalid: ``field`` says what is wrong.
    """
    if not 9000 <= rules.threshold_bp <= 10_000:
        raise Invalid(N_("Posting by itself needs a confidence between 90 % and 100 %."), field="threshold")
    if len(rules.rules) > 100:
        raise Invalid(N_("A rule set has at most 100 rules."), field="rules")
    for rule in rules.rules:
        if rule.act not in ACTS or not rule.name.strip() or rule.at_least_minor < 0:
            raise Invalid(N_("Each rule needs a name and one of the acts."), field="rules")
        if rule.currency and rule.currency not in CURRENCY_DIGITS:
            raise Invalid(N_("“%(currency)s” is not a currency code."), field="rules", currency=rule.currency)
        if rule.act == "leave" and not (rule.payer or rule.narrative):
            raise Invalid(
                N_("A rule that leaves receipts alone needs a payer or a narrative."), field="rules"
            )
    every = [
        rules.tolerances.default,
        *rules.tolerances.by_currency.values(),
        *rules.tolerances.by_customer.values(),
    ]
    for tolerance in every:
        if min(_plain(tolerance).values()) < 0 or max(tolerance.discount_bp, tolerance.fx_bp) > 2000:
            raise Invalid(N_("A tolerance is zero or more, a share at most 20 %."), field="tolerances")
    for currency, limit in rules.review_above_minor.items():
        if currency not in CURRENCY_DIGITS or limit < 0:
            raise Invalid(
                N_("A limit is an amount of zero or more in a known currency."), field="review_above_minor"
            )


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One difference between two rule sets, in words: what, before, after."""

    what: str
    before: str
    after: str


def changes_between(before: RuleSet, after: RuleSet) -> tuple[RuleChange, ...]:
    """Return what differs between two rule sets, field by field, for the second person."""
    found: list[RuleChange] = []
    one, other = body_of(before), body_of(after)
    if one["threshold_bp"] != other["threshold_bp"]:
        found.append(
            RuleChange("threshold", f"{before.threshold_bp / 100:g}", f"{after.threshold_bp / 100:g}")
        )
    old, new = _rule_texts(before.rules), _rule_texts(after.rules)
    found += [
        RuleChange("rule", old[index] if index < len(old) else "", new[index] if index < len(new) else "")
        for index in range(max(len(old), len(new)))
        if old[index : index + 1] != new[index : index + 1]
    ]
    for part in ("default", "by_currency", "by_customer"):
        if one["tolerances"][part] != other["tolerances"][part]:
            found.append(
                RuleChange("tolerance", _text(one["tolerances"][part]), _text(other["tolerances"][part]))
            )
    if one["review_above_minor"] != other["review_above_minor"]:
        found.append(
            RuleChange("limit", _text(one["review_above_minor"]), _text(other["review_above_minor"]))
        )
    return tuple(found)


def _rule_texts(rules: Sequence[MatchRule]) -> list[str]:
    return [
        " · ".join(
            filter(
                None,
                (
                    rule.name, rule.stage, rule.payer, rule.narrative, rule.currency, rule.customer_no, rule.act,
                    "" if rule.is_on else "off",
                ),
            )
        )
        for rule in rules
    ]  # fmt: skip


def _text(value: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} {_text(item) if isinstance(item, dict) else item}" for key, item in sorted(value.items())
    )
