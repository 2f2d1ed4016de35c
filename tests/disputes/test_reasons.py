"""The catalogue of reasons is complete, grouped, and asks for what each reason needs."""

from __future__ import annotations

import pytest

from portal.disputes.reasons import DEPARTMENTS, GROUPS, LIKELY, REASONS, likely_reasons, other_reasons
from portal.disputes.rules import RESOLUTIONS
from portal.receivables.rules import KINDS

CODES = "PRC QTY NRC SHT DMG QUA WRG RET DUP NOT REF INV TAX DSC RBT FRT TRM FX SVC LAT PAY ALC CRN FEE TIM RND OTH"


def test_all_27_reasons_are_there_in_the_order_of_the_domain() -> None:
    assert list(REASONS) == CODES.split()


def test_every_reason_has_its_words_and_a_known_place() -> None:
    for reason in REASONS.values():
        assert reason.name
        assert all("\u4e00" <= letter <= "\u9fff" or letter == "/" for letter in reason.name_zh)
        assert "%(document)s" in reason.headline
        assert reason.group in GROUPS
        assert reason.department in DEPARTMENTS
        assert reason.outcome in RESOLUTIONS


@pytest.mark.parametrize("kind", [*KINDS, "statement"])
def test_five_likely_reasons_come_first_and_each_reason_once(kind: str) -> None:
    first = [reason.code for reason in likely_reasons(kind)]
    rest = [reason.code for group in other_reasons(kind) for reason in group.reasons]
    assert len(first) == 5
    assert sorted(first + rest) == sorted(REASONS)
    assert len(other_reasons(kind)) <= 6
    assert kind in LIKELY


@pytest.mark.parametrize(
    ("code", "days"), [("PAY", 3), ("RND", 3), ("DUP", 5), ("TAX", 5), ("QTY", 10), ("FRT", 10), ("QUA", 15)]
)
def test_days_promised_follow_the_reason(code: str, days: int) -> None:
    assert REASONS[code].sla_days == days


def test_billed_twice_asks_for_the_other_invoice() -> None:
    (fact,) = REASONS["DUP"].facts
    assert (fact.key, fact.kind, fact.is_required) == ("other_document", "document", True)


def test_already_paid_asks_for_day_and_amount() -> None:
    needed = {fact.key: fact.kind for fact in REASONS["PAY"].facts if fact.is_required}
    assert needed == {"paid_on": "date", "paid_amount": "money"}


def test_damage_and_quality_need_a_file() -> None:
    assert [reason.code for reason in REASONS.values() if reason.file_is_required] == ["DMG", "QUA"]
