"""Each phenomenon of real payment lines by name."""

from datetime import timedelta
from fractions import Fraction

import pytest

from portal.matching.engine import AUTOMATIC, KnownPayer, OpenItem, Rates, Tolerance, Tolerances, payer_keys
from tests.matching.engine.ledgers import ACME, DAY, GLOBEX, SHOP, item, matched, paid, receipt

FAPIAO = "24312000000012345678"
ITEMS = [
    item(123, 50_000, fapiao=FAPIAO, po="PO-2024-7788"),
    item(124, 61_003),
    item(130, 72_007),
    item(131, 83_011),
    item(144, 95_500, on=DAY + timedelta(days=3)),
    item(245, 30_100, customer="C2"),
    item(246, 41_300, customer="C3"),
    item(90, -5_000),
]


SPELLINGS = f"""
INV-2024-00123
inv-2024-00123
INV202400123
INV 2024 00123
ＩＮＶ－２０２４－００１２３
货款INV-2024-00123电话13812345678
BEPS202403219988776 INV-2O24-OO123
INV-24-00123
00123
123
发票{FAPIAO}
发票号{FAPIAO[-8:]}
PO-2024-7788
付PO20247788货款
INV-2024-00132
INV-2024-0123
INV-2024-001123
/INV/INV-2024-00123
转账 用途:INV-2024-00123 500.00元
"""
NAMES = """
华信科技(上海)有限公司
华信科技（上海）有限公司
华信科技
上海市华信科技有限公司
上海华信科技有限责任公司
华信科技(上海)有限公司第一分公司
华欣科技(上海)有限公司
SHANGHAI HUAXIN TECHNOLOGY CO
HUAXINKEJI SHANGHAI YOUXIAN
Shanghai Huaxin Technology
华信
"""


@pytest.mark.parametrize("text", SPELLINGS.strip().splitlines())
def test_reads_a_reference_however_it_is_spelled(text: str) -> None:
    proposals = matched(receipt(50_000, text), ITEMS)
    assert paid(proposals) == {"INV-2024-00123": 50_000}
    assert proposals["R1"].rule not in {"amount", "twin"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("INV-2024-00123/124/130", (123, 124, 130)),
        ("INV-2024-00123、00124、00130", (123, 124, 130)),
        ("付INV-2024-00130~00131货款", (130, 131)),
        ("INV-2024-00130至131", (130, 131)),
        ("INV-2024-00123 INV-2024-00131", (123, 131)),
        ("INV-2024-00123等3张", (123, 124, 131)),
        ("INV-2024-00123/124/1", (123, 124, 130)),
    ],
)
def test_reads_lists_ranges_and_counts(text: str, numbers: tuple[int, ...]) -> None:
    wanted = {
        one.id: one.open_minor for one in ITEMS if int(one.doc_no[-5:]) in numbers and one.open_minor > 0
    }
    assert paid(matched(receipt(sum(wanted.values()), text), ITEMS)) == wanted


@pytest.mark.parametrize("payer", NAMES.strip().splitlines())
def test_knows_a_payer_however_the_bank_spells_it(payer: str) -> None:
    proposals = matched(receipt(61_003, "货款", payer=payer), ITEMS)
    assert paid(proposals) == {"INV-2024-00124": 61_003}
    assert proposals["R1"].rule == "amount"


def test_knows_the_owner_and_the_account() -> None:
    assert paid(matched(receipt(41_300, payer=SHOP.owner), ITEMS)) == {"INV-2024-00246": 41_300}
    by_account = matched(receipt(30_100, payer="", account=GLOBEX.bank_accounts[0]), ITEMS)
    assert paid(by_account) == {"INV-2024-00245": 30_100}


@pytest.mark.parametrize("text", [f"代{ACME.name}付货款", f"代付 {ACME.name} 转账", f"受{ACME.name}委托付款"])
def test_a_third_party_pays_for_a_customer(text: str) -> None:
    proposals = matched(receipt(72_007, text, payer="远方物流有限公司"), ITEMS)
    assert paid(proposals) == {"INV-2024-00130": 72_007}
    assert "paid on behalf of %(customer)s" in {message for message, _ in proposals["R1"].reasons}


def test_an_account_seen_before_is_learned() -> None:
    one = receipt(72_007, payer="远方物流有限公司", account="621700998877")
    known = [KnownPayer(key, "C1", 7) for key in payer_keys(one)]
    proposal = matched(one, ITEMS, payers=known)["R1"]
    assert ("payer account seen %(count)s times", {"count": 7}) in proposal.reasons
    assert paid({"R1": proposal}) == {"INV-2024-00130": 72_007}


def test_a_payer_is_learned_from_a_reference_in_the_same_run() -> None:
    first = receipt(50_000, "INV-2024-00123", payer="远方物流有限公司")
    second = receipt(72_007, "货款", payer="远方物流有限公司", id_="R2")
    assert paid(matched([first, second], ITEMS), "R2") == {"INV-2024-00130": 72_007}


@pytest.mark.parametrize(
    ("amount", "kind", "rest"),
    [(998_500, "fee", -1_500), (980_000, "discount", -20_000), (1_000_000, "", 0)],
)
def test_a_difference_is_named(amount: int, kind: str, rest: int) -> None:
    """Requirement 0-2: an invoice of 10,000.00 paid with 9,985.00 is one proposal with a fee of 15.00."""
    proposal = matched(receipt(amount, "INV-2024-00500"), [*ITEMS, item(500, 1_000_000)])["R1"]
    assert (proposal.rest_kind, proposal.rest_minor) == (kind, rest)
    assert paid({"R1": proposal}) == {"INV-2024-00500": 1_000_000}


def test_a_fee_is_said_in_words() -> None:
    reasons = matched(receipt(998_500, "INV-2024-00500"), [item(500, 1_000_000)])["R1"].reasons
    assert [message % params for message, params in reasons][:2] == [
        "reference INV-2024-00500 in narrative", "amount less CNY 15.00 bank fee",
    ]  # fmt: skip


def test_tolerances_belong_to_the_customer_and_the_currency() -> None:
    strict = Tolerances(by_customer={"C1": Tolerance(fee_minor=0, discount_bp=0, rounding_minor=0)})
    one, items = receipt(998_500, "INV-2024-00500"), [item(500, 1_000_000)]
    assert matched(one, items, tolerances=strict)["R1"].rest_kind == "partial"


def test_parts_and_the_rest_pay_one_invoice() -> None:
    first = receipt(300_000, "INV-2024-00500 预付款30%")
    last = receipt(700_000, "尾款", id_="R2", on=DAY + timedelta(days=40))
    proposals = matched([first, last], [item(500, 1_000_000), item(501, 910_000)])
    assert paid(proposals) == {"INV-2024-00500": 300_000}
    assert proposals["R1"].rest_kind == "partial"
    assert paid(proposals, "R2") == {"INV-2024-00500": 700_000}


def test_what_is_paid_too_much_stays_with_the_customer() -> None:
    proposal = matched(receipt(55_000, "INV-2024-00123"), [ITEMS[0]])["R1"]
    assert (proposal.rest_kind, proposal.rest_minor) == ("overpayment", 5_000)


def test_a_credit_note_is_netted() -> None:
    expected = {"INV-2024-00123": 50_000, "CN-2024-00090": -5_000}
    assert paid(matched(receipt(45_000, "INV-2024-00123 扣红字"), ITEMS)) == expected
    assert paid(matched(receipt(45_000, "货款"), ITEMS)) == expected


def test_another_currency_is_converted() -> None:
    rates = Rates([(DAY, "USD", Fraction("7.1"))])
    items = [item(600, 10_000, currency="USD", customer="C2")]
    proposal = matched(receipt(71_000, "INV-2024-00600", payer=GLOBEX.name), items, rates=rates)["R1"]
    assert (paid({"R1": proposal}), proposal.rest_kind) == ({"INV-2024-00600": 10_000}, "fx")


def test_several_items_without_a_reference() -> None:
    wanted = {one.id: one.open_minor for one in (ITEMS[1], ITEMS[3], ITEMS[4])}
    proposal = matched(receipt(sum(wanted.values())), ITEMS)["R1"]
    assert (paid({"R1": proposal}), proposal.is_ambiguous) == (wanted, False)


def test_two_sets_that_fit_are_not_automatic() -> None:
    items = [item(1, 10_000), item(2, 20_000), item(3, 14_000), item(4, 16_000), item(5, 77_777)]
    proposal = matched(receipt(30_000), items)["R1"]
    assert proposal.is_ambiguous
    assert proposal.confidence < AUTOMATIC
    assert proposal.alternatives


def test_twins_are_paid_oldest_first() -> None:
    items = [item(number, 88_000, on=DAY + timedelta(days=number)) for number in (1, 2, 3)]
    receipts = [receipt(88_000, id_=f"R{at}", on=DAY + timedelta(days=30 + at)) for at in (2, 1)]
    proposals = matched(receipts, items)
    assert paid(proposals, "R1") == {"INV-2024-00001": 88_000}
    assert paid(proposals, "R2") == {"INV-2024-00002": 88_000}


def test_a_second_payment_of_the_same_invoice_is_left_alone() -> None:
    """Requirement 0-3: a duplicate is not applied to anything else."""
    twice = [
        receipt(50_000, "INV-2024-00123"),
        receipt(50_000, "INV-2024-00123", id_="R2", on=DAY + timedelta(days=30)),
    ]
    proposals = matched(twice, [*ITEMS, item(700, 50_000)])
    assert paid(proposals) == {"INV-2024-00123": 50_000}
    assert paid(proposals, "R2") == {}


@pytest.mark.parametrize(
    "text", ["利息", "退款", "投标保证金", "增值税退税", "INTEREST Q3", "备用金归还", "refund of deposit"]
)
def test_money_that_is_no_customer_payment_is_left_alone(text: str) -> None:
    assert matched(receipt(50_000, text), ITEMS) == {}


def test_a_retention_is_customer_money() -> None:
    proposals = matched(receipt(5_000, "INV-2024-00123 质保金"), [ITEMS[0]])
    assert paid(proposals) == {"INV-2024-00123": 5_000}


def test_sister_companies_are_told_apart_by_their_amounts() -> None:
    from portal.matching.engine import Customer

    sisters = [Customer("C8", "金龙贸易(北京)有限公司"), Customer("C9", "金龙贸易(广州)有限公司")]
    items = [item(800, 12_345, customer="C8"), item(801, 54_321, customer="C9")]
    proposals = matched(receipt(54_321, payer="金龙贸易"), items, parties=sisters)
    assert proposals["R1"].customer_id == "C9"


def test_an_invoice_dated_later_is_not_paid() -> None:
    late: OpenItem = item(900, 33_333, on=DAY + timedelta(days=60))
    assert paid(matched(receipt(33_333), [late])) == {}
