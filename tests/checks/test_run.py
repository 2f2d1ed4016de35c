"""The report of a sound company, on both databases, and the shape of its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.checks import INVARIANTS
from portal.checks.run import CheckReport
from tests.checks.conftest import Company


@pytest.mark.db
def test_a_sound_company_violates_nothing_and_every_invariant_looked_at_something(company: Company) -> None:
    """Requirement 0-13: the sub-ledger, the control accounts and all that stands on them agree."""
    report = company.report()
    assert report.as_json() == report.as_json() | {"ok": True, "violations": 0}
    assert {item.id for item in report.invariants if not item.checked} == set()


def test_the_answer_has_the_agreed_shape(company: Company) -> None:
    answer = company.report().as_json()
    assert set(answer) == {"ok", "violations", "invariants"}
    assert [item["id"] for item in answer["invariants"]] == list(INVARIANTS)
    assert all(set(item) == {"id", "checked", "violations", "first"} for item in answer["invariants"])


def test_the_report_adds_up_what_is_wrong(company: Company) -> None:
    report = company.report()
    bad = replace(report.invariants[0], violations=2, first=("entry 1",))
    broken = CheckReport((bad, *report.invariants[1:]), report.at)
    assert (broken.ok, broken.violations) == (False, 2)
