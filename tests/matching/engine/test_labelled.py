"""A labelled set of ordinary lines: what is automatic is right, and nine of ten are (requirement 0-14)."""

import random
from datetime import timedelta

from portal.matching.engine import AUTOMATIC, Customer, OpenItem, Receipt
from tests.matching.engine.ledgers import DAY, item, matched, paid

NAMES = "华信科技 宏达贸易 鑫盛机械 恒泰物流 远东食品 瑞丰化工 永昌建材 金泽电子 博雅实业 天成医疗".split()
PARTIES = [
    Customer(f"C{at}", f"{name}有限公司", "", "", (f"62220000{at:04d}",)) for at, name in enumerate(NAMES)
]
SPELLINGS = (
    "{doc}",
    "货款 {doc}",
    "{lower}",
    "付{joined}货款",
    "转账 发票{doc} 电话13812345678",
    "{short}",
    "{tail}",
    "货款",
)


def labelled_set(seed: int) -> tuple[list[Receipt], list[OpenItem], dict[str, dict[str, int]]]:
    """Return receipts, items and the truth: references in many spellings, none, fees, noise and second payments."""
    choose = random.Random(seed)
    items = [
        item(
            1000 + at,
            choose.randrange(50_000, 9_000_000),
            customer=f"C{at % 10}",
            on=DAY + timedelta(days=at // 10),
        )
        for at in range(300)
    ]
    receipts, truth = [], {}
    for at, one in enumerate(choose.sample(items, 150)):
        party = PARTIES[int(one.customer_id[1:])]
        shown = {
            "doc": one.doc_no, "lower": one.doc_no.lower(), "joined": one.doc_no.replace("-", ""),
            "short": one.doc_no.replace("2024", "24"), "tail": one.doc_no[-5:],
        }  # fmt: skip
        fee = 1_500 if at % 15 == 0 else 0
        account = party.bank_accounts[0] if choose.random() < 0.6 else ""
        name = choose.choice((party.name, party.name.removesuffix("有限公司"), party.name + "分公司"))
        text = choose.choice(SPELLINGS).format(**shown)
        on = DAY + timedelta(days=60 + at % 20)
        receipts.append(Receipt(f"R{at:03d}", on, "CNY", one.open_minor - fee, name, account, text))
        truth[f"R{at:03d}"] = {one.id: one.open_minor}
    for at, text in enumerate(("利息", "增值税退税", "投标保证金", "退款", "INTEREST")):
        receipts.append(Receipt(f"N{at}", DAY + timedelta(days=70), "CNY", 77_000 + at, "某银行", "", text))
        truth[f"N{at}"] = {}
    return receipts, items, truth


def test_nine_of_ten_are_automatic_and_none_of_them_wrong() -> None:
    """Requirement 0-14: recall at least 90 %, wrong automatic matches 0."""
    right = total = 0
    for seed in (1, 2, 3):
        receipts, items, truth = labelled_set(seed)
        proposals = matched(receipts, items, parties=PARTIES)
        automatic = {id_: one for id_, one in proposals.items() if one.confidence >= AUTOMATIC}
        assert [id_ for id_ in automatic if paid(proposals, id_) != truth[id_]] == []
        right += sum(
            paid(proposals, id_) == wanted for id_, wanted in truth.items() if wanted and id_ in automatic
        )
        total += sum(bool(wanted) for wanted in truth.values())
    assert right / total >= 0.9
