"""Every difference has exactly one of the twelve causes, and the bridge leaves nothing unexplained."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.compare.engine import CAUSES, ROOT_OF, ROOTS, Comparison, Ledger, LedgerRow, compare_ledgers

AS_OF = date(2026, 10, 31)


def row(no: int, day: int, minor: int, number: str = "", text: str = "", *, month: int = 10) -> LedgerRow:
    return LedgerRow(no, date(2026, month, day), minor, number, text)


def compared(ours: list[LedgerRow], theirs: list[LedgerRow]) -> Comparison:
    return compare_ledgers(Ledger(ours), Ledger(theirs), currency="CNY", as_of=AS_OF)


#: Rows that agree, so that there is an account around the planted differences.
AGREED = [(100 + no, 1 + no, 100_000 + 7_300 * no, f"INV-26-{700 + no:05d}") for no in range(12)]
OURS = [
    *(row(no, day, minor, number, "goods") for no, day, minor, number in AGREED),
    row(1, 5, 482_700, "INV-26-00801", "ball screws"),  # 1 two digits swapped in their books
    row(2, 6, 391_200, "INV-26-00802", "bearings"),  # 2 billed twice
    row(3, 7, 391_200, "INV-26-00802", "bearings"),
    row(4, 9, 655_000, "INV-26-00803", "belts"),  # 4 not in their books
    row(5, 12, -998_500, "RC-26-0012", "receipt slip 7731990"),  # 5 the bank kept 15.00
    row(6, 13, 512_345, "INV-26-00804", "rails"),  # 6 two per cent
    row(7, 14, 733_333, "INV-26-00805", "nuts"),  # 7 cents
    row(8, 15, 21_870, "JV-5", "exchange difference USD"),  # 8
    row(9, 30, 871_900, "INV-26-00806", "castings"),  # 9 on its way
    row(10, 16, -400_000, "RC-26-0013", "receipt INV-26-00807 part payment"),  # 10
    row(11, 18, 226_000, "INV-26-00808", "tools"),  # 12 net in their books
]
THEIRS = [
    *(row(no, day, minor, number, "goods") for no, day, minor, number in AGREED),
    row(1, 5, 487_200, "INV-26-00801"),
    row(2, 6, 391_200, "INV-26-00802"),
    row(3, 10, 377_100, "INV-26-00899", "purchase"),  # 3 not in our books
    row(5, 12, -1_000_000, "", "payment slip 7731990"),
    row(6, 13, 502_098, "INV-26-00804"),
    row(7, 14, 733_300, "INV-26-00805"),
    row(10, 16, -1_000_000, "", "payment INV-26-00807"),
    row(11, 20, -318_000, "P-9", "payment posted to wrong vendor"),  # 11
    row(12, 18, 200_000, "INV-26-00808"),
]
PLANTED = {
    ("ours", 1): "entry_error", ("ours", 3): "duplicate", ("theirs", 3): "omitted_ours", ("ours", 4): "omitted_theirs",
    ("ours", 5): "bank_fee", ("ours", 6): "discount", ("ours", 7): "rounding", ("ours", 8): "exchange",
    ("ours", 9): "timing", ("ours", 10): "part_payment", ("theirs", 11): "wrong_party_or_allocation",
    ("ours", 11): "policy_or_tax",
}  # fmt: skip


def test_names_all_twelve_planted_causes() -> None:
    """Requirement 0-1: twelve planted causes, twelve right, none unlabelled."""
    found = compared(OURS, THEIRS)
    given = {("ours", one.ours or 0): one.cause for one in found.findings if one.ours is not None}
    given |= {("theirs", one.theirs or 0): one.cause for one in found.findings if one.ours is None}
    assert {key: given[key] for key in PLANTED} == PLANTED
    assert sorted(PLANTED.values()) == sorted(CAUSES)
    assert [one for one in found.findings if (one.status == "agreed") != (one.cause == "")] == []
    assert sum(found.causes.values()) == 12


def test_every_cause_belongs_to_one_of_four_roots() -> None:
    assert set(ROOT_OF) == set(CAUSES)
    assert set(ROOT_OF.values()) == set(ROOTS)


def test_bridges_the_balances_without_a_rest() -> None:
    found = compared(OURS, THEIRS)
    assert (found.bridge[0].name, found.bridge[-1].name) == ("opening_ours", "closing_theirs")
    assert found.bridge[0].minor == sum(one.minor for one in OURS)
    assert (
        sum(step.minor for step in found.bridge[:-1])
        == found.bridge[-1].minor
        == sum(one.minor for one in THEIRS)
    )
    assert found.unexplained_minor == 0


def test_flags_a_double_invoice_and_a_missing_receipt() -> None:
    """Requirement 0-3: checks on date, amount and account; duplicate and omission."""
    ours = [row(1, 3, 50_000, "INV-1001", "goods"), row(2, 4, 50_000, "INV-1001", "goods")]
    theirs = [row(1, 3, 50_000, "INV-1001", "goods"), row(2, 9, -50_000, "PAY-1", "bank transfer")]
    found = {(one.ours, one.theirs): (one.status, one.cause) for one in compared(ours, theirs).findings}
    assert found[1, 1] == ("agreed", "")
    assert found[2, None] == ("duplicate_ours", "duplicate")
    assert found[None, 2] == ("only_theirs", "omitted_ours")


def test_flags_another_day_of_the_same_period_and_another_account() -> None:
    ours = [
        *(row(no, day, minor, number) for no, day, minor, number in AGREED),
        row(1, 2, 77_000, "INV-26-00900"),
    ]
    theirs = [row(no, day, minor, number) for no, day, minor, number in AGREED]
    theirs += [
        row(1, 22, 77_000, "INV-26-00900"),
        LedgerRow(2, date(2026, 10, 9), 4_200, "X-1", "goods", (), "Other Ltd"),
    ]
    theirs = [one if one.party else one._replace(party="Seller Ltd") for one in theirs]
    found = {(one.ours, one.theirs): (one.status, one.cause) for one in compared(ours, theirs).findings}
    assert found[1, 1] == ("date_differs", "timing")
    assert found[None, 2] == ("only_theirs", "wrong_party_or_allocation")


def test_a_swapped_day_and_month_is_an_entry_error() -> None:
    found = compared([row(1, 5, 900, "INV-1", month=8)], [row(1, 8, 900, "INV-1", month=5)])
    assert [(one.status, one.cause) for one in found.findings] == [("date_differs", "entry_error")]


def test_a_payment_across_the_cut_off_is_in_transit() -> None:
    ours = [row(1, 2, -86_000, "RC-1", "receipt", month=11)]
    theirs = [row(1, 31, -86_000, "P-7", "payment")]
    found = compared(ours, theirs)
    assert [(one.status, one.cause, one.difference_minor) for one in found.findings] == [
        ("timing", "timing", 86_000)
    ]
    assert (found.ours_minor, found.theirs_minor, found.unexplained_minor) == (0, -86_000, 0)


@pytest.mark.parametrize(
    ("ours", "theirs", "cause"),
    [
        (-998_500, -1_000_000, "bank_fee"), (100_000, 98_000, "discount"), (100_050, 100_000, "rounding"),
        (113_000, 100_000, "policy_or_tax"), (123_400, 12_340, "entry_error"), (-400_000, -1_000_000, "part_payment"),
    ],
)  # fmt: skip
def test_a_difference_of_a_known_shape_has_its_name(ours: int, theirs: int, cause: str) -> None:
    found = compared([row(1, 5, ours, "N-10001")], [row(1, 5, theirs, "N-10001")])
    assert [(one.status, one.cause) for one in found.findings] == [("amount_differs", cause)]


def test_one_payment_is_brought_together_with_the_invoices_it_names() -> None:
    ours = [
        row(no, 10, -minor, f"RC-{no}", f"for INV-26-0{no}0")
        for no, minor in ((11, 300), (12, 450), (13, 275))
    ]
    theirs = [row(1, 9, -1025, "P-1", "payment INV-26-0110 INV-26-0120 INV-26-0130")]
    found = compared(ours, theirs)
    assert found.statuses == {"agreed": 1}
    assert {one.ours for one in found.findings} == {11, 12, 13}


def test_two_sets_that_fit_are_left_alone() -> None:
    ours = [row(1, 10, 500), row(2, 10, 700), row(3, 11, 400), row(4, 11, 800)]
    found = compared(ours, [row(1, 10, 1200)])
    assert "agreed" not in found.statuses


def test_a_balance_brought_forward_matches_the_rows_before_it() -> None:
    ours = [row(1, 3, 500, "A-100", month=8), row(2, 9, 250, "A-101", month=9), row(3, 5, 100, "A-102")]
    opening = LedgerRow(1, date(2026, 10, 1), 750, is_opening=True)
    found = compared(ours, [opening, row(2, 5, 100, "A-102")])
    assert found.statuses == {"agreed": 2}
    assert found.unexplained_minor == 0


def test_days_that_are_usual_here_count_as_agreed() -> None:
    ours = [row(no, 1 + no % 20, 1000 + no, f"INV-{2000 + no}") for no in range(60)]
    theirs = [one._replace(day=(one.day or AS_OF) + timedelta(days=one.no % 4)) for one in ours]
    assert compared(ours, theirs).statuses == {"agreed": 60}
