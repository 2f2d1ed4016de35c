"""Rules as data: order, conditions, what is refused, and what differs between two versions."""

from __future__ import annotations

import pytest

from portal.errors import Invalid
from portal.matching.engine import Tolerance, Tolerances
from portal.matching.rules import (
    STATES,
    TRANSITIONS,
    MatchRule,
    RuleSet,
    Seen,
    WrongState,
    body_of,
    changes_between,
    next_state,
    require_usable,
    rule_set_of,
)

SEEN = Seen(
    payer="Ａcme Ltd",
    narrative="利息 Q3",
    currency="CNY",
    amount_minor=500,
    stage="reference",
    customer_no="C-1",
)


def test_the_first_rule_that_fits_decides() -> None:
    rules = RuleSet(
        rules=(
            MatchRule("off", "post", is_on=False), MatchRule("euro", "post", currency="EUR"),
            MatchRule("interest", "leave", narrative="利息"), MatchRule("rest", "post"),
        )
    )  # fmt: skip
    found = rules.rule_for(SEEN)
    assert found is not None
    assert found.name == "interest"


@pytest.mark.parametrize(
    "rule",
    [
        MatchRule("x", "post", payer="acme"), MatchRule("x", "post", stage="reference"),
        MatchRule("x", "post", customer_no="C-1"), MatchRule("x", "post", at_least_minor=500),
    ],
)  # fmt: skip
def test_conditions_fit_whatever_case_and_width(rule: MatchRule) -> None:
    assert RuleSet(rules=(rule,)).rule_for(SEEN) is rule


@pytest.mark.parametrize(
    "rule", [MatchRule("x", "post", payer="globex"), MatchRule("x", "post", at_least_minor=501)]
)
def test_other_receipts_do_not_fit(rule: MatchRule) -> None:
    assert RuleSet(rules=(rule,)).rule_for(SEEN) is None


def test_a_body_reads_back_as_it_was() -> None:
    tolerances = Tolerances(by_currency={"JPY": Tolerance(fee_minor=300)}, by_customer={"C-1": Tolerance()})
    rules = RuleSet(3, 9960, (MatchRule("a", "fifo"),), tolerances, {"CNY": 5})
    assert rule_set_of(body_of(rules), version=3) == rules


@pytest.mark.parametrize(
    "rules",
    [
        RuleSet(threshold_bp=8999), RuleSet(rules=(MatchRule("", "post"),)), RuleSet(rules=(MatchRule("x", "dance"),)),
        RuleSet(rules=(MatchRule("x", "leave"),)), RuleSet(rules=(MatchRule("x", "post", currency="XXQ"),)),
        RuleSet(tolerances=Tolerances(Tolerance(fee_minor=-1))), RuleSet(review_above_minor={"CNY": -1}),
        RuleSet(tolerances=Tolerances(Tolerance(discount_bp=2001))),
    ],
)  # fmt: skip
def test_refuses_rules_that_could_do_harm(rules: RuleSet) -> None:
    with pytest.raises(Invalid):
        require_usable(rules)


def test_names_every_change() -> None:
    after = RuleSet(threshold_bp=9990, rules=(MatchRule("other", "propose"),), review_above_minor={})
    assert {change.what for change in changes_between(RuleSet(), after)} == {"threshold", "rule", "limit"}
    assert changes_between(RuleSet(), RuleSet()) == ()


def test_every_state_is_reached_and_a_wrong_verb_refused() -> None:
    assert {*TRANSITIONS.values()} == set(STATES)
    with pytest.raises(WrongState):
        next_state("posted", "accept")
