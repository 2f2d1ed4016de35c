"""Days that are kept never fall below the least; what stands for an erased person tells nothing of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.policies import Policy
from portal.privacy.rules import (
    LEAST_DAYS,
    POLICY_NAMES,
    PURGE_KINDS,
    PURGE_LABELS,
    cutoff,
    erased_address,
    erased_name,
    kept_days,
)


def test_keeps_what_the_policy_says_and_never_less_than_the_least() -> None:
    assert kept_days(dict.fromkeys(PURGE_KINDS, 0)) == LEAST_DAYS
    assert kept_days(dict.fromkeys(PURGE_KINDS, 900)) == dict.fromkeys(PURGE_KINDS, 900)


def test_every_kind_has_its_words_its_least_and_its_rule_of_the_policy() -> None:
    assert set(PURGE_KINDS) == set(PURGE_LABELS) == set(LEAST_DAYS) == set(POLICY_NAMES)
    assert all(hasattr(Policy(), name) for name in POLICY_NAMES.values())


def test_refuses_to_guess_a_kind_nobody_chose() -> None:
    with pytest.raises(KeyError):
        kept_days({"mail": 100})


def test_the_cut_off_lies_whole_days_back() -> None:
    assert cutoff(datetime(2026, 3, 2, 2, 0, tzinfo=UTC), 30) == datetime(2026, 1, 31, 2, 0, tzinfo=UTC)


def test_an_erased_person_has_a_number_and_an_address_no_mail_reaches() -> None:
    assert erased_name(7) == "#7"
    assert erased_address(7) == "erased-7@erased.invalid"
    assert erased_address(7) != erased_address(8)
