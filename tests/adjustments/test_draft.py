"""Drafting, editing, voiding: nothing is posted, nothing impossible is written down."""

from __future__ import annotations

from datetime import date

import pytest

from portal.adjustments import draft_adjustment, edit_adjustment, void_adjustment
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import PeriodClosed, close_period
from portal.money import Money
from tests.adjustments.conftest import Desk


def test_a_draft_takes_its_share_of_the_tax(desk: Desk) -> None:
    row = desk.row(desk.draft())
    assert (row.number, row.state, row.tax_minor) == ("A-26-0001", "draft", 1300)
    assert desk.open_minor("INV-1") == 113000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Money(0, "CNY")}, "amount"),
        ({"amount": Money(-1, "CNY")}, "amount"),
        ({"amount": Money(113001, "CNY")}, "amount"),
        ({"amount": Money(100, "EUR")}, "amount"),
        ({"kind": "invoice"}, "kind"),
        ({"kind": "refund"}, "document"),
        ({"reason": " "}, "reason"),
        ({"tax_minor": 11300}, "tax"),
        ({"tax_minor": -1}, "tax"),
    ],
)
def test_refuses_values_that_cannot_be_posted(desk: Desk, changes: dict[str, object], field: str) -> None:
    """Security case D34: bad numbers."""
    with pytest.raises(Invalid) as refusal:
        desk.draft(**changes)
    assert refusal.value.field == field


def test_a_write_off_takes_only_what_is_open(desk: Desk) -> None:
    paid = desk.books.public_ids["INV-2"]
    with pytest.raises(Invalid):
        desk.draft(kind="write_off", document=paid, amount=Money(1, "CNY"))
    desk.draft(kind="credit_note", document=paid, amount=Money(50000, "CNY"))


def test_a_refund_pays_back_what_is_open_of_a_receipt(desk: Desk) -> None:
    receipt = desk.books.public_ids["RC-1"]
    desk.draft(kind="refund", document=receipt, amount=Money(20000, "CNY"))
    with pytest.raises(Invalid):
        desk.draft(kind="refund", document=receipt, amount=Money(20001, "CNY"))


def test_refuses_a_closed_period(desk: Desk) -> None:
    close_period(desk.session, month=date(2026, 1, 1), actor=desk.people["chen"], now=desk.now)
    with pytest.raises(PeriodClosed):
        desk.draft(posting_on=date(2026, 1, 31))


def test_only_clerks_draft(desk: Desk) -> None:
    for who in ("chen", "aud", "ping"):
        with pytest.raises(NotAllowed):
            draft_adjustment(desk.session, draft=desk.values(), actor=desk.people[who], now=desk.now)


def test_unknown_documents_and_customers_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.draft(document="no-such-document")
    with pytest.raises(NotFound):
        desk.draft(document="", customer="no-such-customer")


def test_an_edit_voids_the_request_and_takes_it_back_to_draft(desk: Desk) -> None:
    """Separation rule R6: any edit returns the item to draft."""
    public_id = desk.draft()
    approval = desk.submit(public_id)
    desk.edit(public_id, amount=Money(5650, "CNY"))
    assert desk.row(public_id).state == "draft"
    assert desk.approval_states() == ["voided"]
    with pytest.raises(Conflict):
        desk.approve(approval)
    assert desk.open_minor("INV-1") == 113000


def test_two_who_edit_do_not_overwrite_each_other(desk: Desk) -> None:
    public_id = desk.draft()
    desk.edit(public_id, reason="First.")
    with pytest.raises(Conflict):
        edit_adjustment(
            desk.session, public_id=public_id, row_version=1, draft=desk.values(reason="Second."),
            actor=desk.people["mei"], now=desk.now,
        )  # fmt: skip
    assert desk.row(public_id).reason == "First."


def test_a_voided_adjustment_is_gone_for_good(desk: Desk) -> None:
    """Security case D33: approve a voided adjustment."""
    public_id = desk.draft()
    approval = desk.submit(public_id)
    void_adjustment(desk.session, public_id=public_id, actor=desk.people["mei"], now=desk.now)
    for act in (lambda: desk.approve(approval), lambda: desk.submit(public_id), lambda: desk.edit(public_id)):
        with pytest.raises(Conflict):
            act()
    assert desk.open_minor("INV-1") == 113000
