"""What the approval page says: rows that add up, in both languages."""

from __future__ import annotations

import pytest

from admin.views.approval_page import (
    approve_words,
    balanced_words,
    change_rows,
    customer_words,
    entry_rows,
    title_words,
)
from portal.adjustments import check_request, entry_totals
from portal.approvals import ApprovalView, find_approval
from portal.clock import utc_now
from portal.db import Database
from portal.i18n import translator
from portal.money import Money
from tests.cast import CHEN, MEI, actor_of
from tests.web.admin.cases import make_cases

EN = translator("en")


@pytest.fixture
def approval(database: Database) -> ApprovalView:
    """A credit note of 100.00, as Chen sees it."""
    _, public_id = make_cases(database).pending()
    with database.reading() as session:
        return find_approval(session, public_id=public_id, actor=actor_of(session, CHEN))


def test_names_what_is_approved_with_its_amount(approval: ApprovalView) -> None:
    assert title_words(approval, EN) == "Credit note for INV-1"
    assert approve_words(approval, EN) == "Approve and post 100.00"
    assert customer_words(approval, EN) == "Acme Trading"
    assert customer_words(approval, translator("zh")) == "埃克米商贸"


def test_the_entry_is_balanced_and_names_the_customer_once(approval: ApprovalView) -> None:
    rows = entry_rows(approval, EN)
    assert [row.note for row in rows] == ["", "", "ACME"]
    assert entry_totals(approval) == (Money(10000, "CNY"), Money(10000, "CNY"))
    assert balanced_words(approval, EN) == "CNY, balanced"


def test_every_change_is_after_less_before(approval: ApprovalView) -> None:
    rows = change_rows(approval, EN, dispute=None)
    figures = [row for row in rows if row.before is not None]
    assert [row.word for row in figures[:2]] == ["INV-1, open", "Customer balance"]
    for row in figures:
        assert row.before is not None
        assert isinstance(row.after, Money)
        assert row.change == row.after - row.before
    assert rows[-1].after == Money(-10000, "CNY")


def test_the_checks_tell_the_maker_from_the_second_person(database: Database, approval: ApprovalView) -> None:
    with database.reading() as session:
        chen, mei = actor_of(session, CHEN), actor_of(session, MEI)
        theirs = check_request(session, approval=approval, actor=chen, now=utc_now())
        own = find_approval(session, public_id=approval.public_id, actor=mei)
        ours = check_request(session, approval=own, actor=mei, now=utc_now())
    assert all(check.is_ok for check in theirs)
    assert [check.word for check in ours if not check.is_ok] == ["Not prepared by you"]
