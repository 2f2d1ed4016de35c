"""Small ledgers for the matching engine, made by hand or from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from portal.matching.engine import (
    Book,
    Customer,
    KnownPayer,
    OpenItem,
    Proposal,
    Rates,
    Receipt,
    Tolerances,
    match,
)

DAY = date(2024, 3, 1)
ACME = Customer(
    "C1", "华信科技(上海)有限公司", "Shanghai Huaxin Technology Co., Ltd.", "", ("6222000011112222",)
)
GLOBEX = Customer("C2", "Globex Industries GmbH", "", "", ("DE89370400440532013000",))
SHOP = Customer("C3", "朝阳王记五金店", "", "王建国")
PARTIES = (ACME, GLOBEX, SHOP)


def item(
    number: int,
    amount: int,
    *,
    customer: str = "C1",
    on: date = DAY,
    currency: str = "CNY",
    fapiao: str = "",
    po: str = "",
) -> OpenItem:
    """Return an open item INV-2024-00123 (or CN-… for a negative amount)."""
    kind = "INV" if amount > 0 else "CN"
    doc = f"{kind}-2024-{number:05d}"
    return OpenItem(
        doc,
        customer,
        "INV" if amount > 0 else "CN",
        doc,
        fapiao,
        po,
        on,
        on + timedelta(days=30),
        currency,
        amount,
    )


def receipt(
    amount: int,
    narrative: str = "",
    *,
    payer: str = ACME.name,
    account: str = "",
    id_: str = "R1",
    on: date = DAY + timedelta(days=20),
    currency: str = "CNY",
) -> Receipt:
    """Return a receipt of Acme."""
    return Receipt(id_, on, currency, amount, payer, account, narrative)


def matched(
    receipts: Receipt | Sequence[Receipt],
    items: Sequence[OpenItem],
    *,
    rates: Rates | None = None,
    tolerances: Tolerances | None = None,
    payers: Sequence[KnownPayer] = (),
    parties: Sequence[Customer] = PARTIES,
) -> dict[str, Proposal]:
    """Match receipts with items of the three parties."""
    lines = [receipts] if isinstance(receipts, Receipt) else receipts
    return match(lines, Book.of(parties, items, payers), rates=rates, tolerances=tolerances)


def paid(proposals: dict[str, Proposal], receipt_id: str = "R1") -> dict[str, int]:
    """Return what a receipt pays: item id → amount; empty when it is left alone."""
    proposal = proposals.get(receipt_id)
    return {one.item_id: one.amount_minor for one in proposal.allocations} if proposal else {}


def random_ledger(seed: int) -> tuple[list[OpenItem], list[Receipt]]:
    """Return items with twins, credit notes and currencies, and receipts that fit, nearly fit or do not fit."""
    choose = random.Random(seed)
    items = []
    for number in range(choose.randrange(1, 25)):
        amount = choose.choice((10_000, 25_000, choose.randrange(5_000, 90_000)))
        if choose.random() < 0.15:
            amount = -amount // 3
        items.append(
            item(
                100 + number,
                amount,
                customer=choose.choice(("C1", "C1", "C2", "C3")),
                on=DAY + timedelta(days=choose.randrange(30)),
                currency=choose.choice(("CNY", "CNY", "CNY", "USD")),
            )
        )
    receipts = []
    for number in range(choose.randrange(1, 12)):
        some = choose.sample(items, min(len(items), choose.randrange(1, 4)))
        amount = max(sum(one.open_minor for one in some) + choose.choice((0, 0, 0, -1500, 700, -100)), 1)
        text = choose.choice(
            ("", " ".join(one.doc_no for one in some), f"{some[0].doc_no}等{len(some)}张", "货款")
        )
        payer = choose.choice((*(party.name for party in PARTIES), "王建国", "陌生公司"))
        on = DAY + timedelta(days=choose.randrange(60))
        receipts.append(receipt(amount, text, payer=payer, id_=f"R{number}", on=on))
    return items, receipts
