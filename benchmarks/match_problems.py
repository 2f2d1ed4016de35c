"""Made-up ledgers and payment lines with the truth, in two styles and three difficulties.

Run: ``.venv/bin/python benchmarks/match_problems.py OUT --receipts 10000 --level typical --style home --seed 1``.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from match_lines import Spelling
from match_words import AWAY, HOME, Vocabulary

FIRST = date(2024, 1, 2)
CURRENCIES = {"CNY": 1.0, "USD": 7.1, "EUR": 7.75, "JPY": 0.048}

#: Shares of the kinds of case, by level; the rest pays one invoice exactly.
KINDS = {
    "several": (0.10, 0.12, 0.13),
    "run": (0.03, 0.04, 0.05),
    "everything": (0.015, 0.02, 0.02),
    "fee": (0.03, 0.05, 0.06),
    "discount": (0.015, 0.02, 0.03),
    "rounding": (0.01, 0.02, 0.03),
    "first_part": (0.02, 0.03, 0.05),
    "in_parts": (0.015, 0.02, 0.03),
    "over": (0.01, 0.02, 0.03),
    "credit": (0.01, 0.02, 0.025),
    "foreign": (0.01, 0.02, 0.03),
    "twice": (0.005, 0.01, 0.015),
    "noise": (0.02, 0.03, 0.05),
}
LEVELS = ("easy", "typical", "hard")
REFERENCED = (0.88, 0.68, 0.46)
CORRUPT = (0.12, 0.30, 0.45)
ACCOUNT = (0.75, 0.5, 0.3)
PAYERS = {
    "plain": (0.70, 0.50, 0.33),
    "spelled": (0.14, 0.18, 0.20),
    "short": (0.04, 0.08, 0.12),
    "typo": (0.02, 0.05, 0.08),
    "latin": (0.05, 0.08, 0.11),
    "owner": (0.03, 0.05, 0.06),
    "third": (0.02, 0.06, 0.10),
}


@dataclass
class Party:
    """A customer while the problem is made."""

    id: str
    name: str
    name_en: str
    owner: str
    account: str
    brand: str
    city: str
    currency: str
    recurring: int
    is_latin: bool
    items: list[Bill] = field(default_factory=list)


@dataclass
class Bill:
    """An invoice or credit note; ``left`` falls while receipts are made."""

    id: str
    party: Party
    doc_no: str
    fapiao_no: str
    po_no: str
    doc_on: date
    due_on: date
    open: int
    left: int
    is_taken: bool = False


@dataclass
class Line:
    """A receipt with its truth: item id → allocated amount; ``customer`` is empty for money of nobody."""

    value_on: date
    currency: str
    amount: int
    payer: str
    account: str
    narrative: str
    case: str
    truth: dict[str, int]
    customer: str
    id: str = ""


class Problem:
    """Builds customers, items and receipts from a seed."""

    def __init__(self, *, receipts: int, level: str, style: str, seed: int) -> None:
        self.random = random.Random(f"{seed}:{level}:{style}:{receipts}")
        self.level = LEVELS.index(level)
        self.words: Vocabulary = {"home": HOME, "away": AWAY}[style]
        self.spelling = Spelling(self.words, self.random)
        self.wanted = receipts
        self.parties: list[Party] = []
        self.bills: list[Bill] = []
        self.lines: list[Line] = []
        self._numbers: defaultdict[str, int] = defaultdict(lambda: self.random.randrange(100, 4000))
        self._make_parties(max(20, receipts * 27 // 10 // 15))
        self._make_bills(int(receipts * 2.7))
        self._make_lines()

    def _make_parties(self, count: int) -> None:
        choose = self.random
        brands: list[str] = []
        for number in range(count):
            is_latin = choose.random() < 0.35
            if brands and choose.random() < 0.08:
                brand, is_latin = brands[choose.randrange(len(brands))], False
            else:
                brand = self.spelling.brand()
                brands.append(brand)
            owner = self.spelling.person() if choose.random() < 0.22 else ""
            name, name_en, city = self.spelling.firm(brand, owner=owner, is_latin=is_latin)
            recurring = choose.randrange(80_000, 900_000, 1000) if choose.random() < 0.10 else 0
            currency = choose.choices(list(CURRENCIES), (80, 10, 8, 2))[0] if is_latin else "CNY"
            self.parties.append(
                Party(
                    id=f"C{number + 1:06d}",
                    name=name,
                    name_en=name_en,
                    owner=owner,
                    account=self.spelling.account(),
                    brand=brand,
                    city=city,
                    currency=currency,
                    recurring=recurring,
                    is_latin=is_latin,
                )
            )

    def _number(self, pattern: str, on: date) -> str:
        self._numbers[pattern] += 1 if self.random.random() < 0.9 else 3
        shown = {"y": on.year, "yy": on.year % 100, "mm": f"{on.month:02d}", "n": self._numbers[pattern]}
        return pattern.format(**shown)

    def _make_bills(self, count: int) -> None:
        choose = self.random
        weights = [min(choose.paretovariate(1.5), 12.0) for _ in self.parties]
        owners = choose.choices(self.parties, weights, k=count)
        days = sorted(choose.randrange(0, 540) for _ in range(count))
        for number, (party, day) in enumerate(zip(owners, days, strict=True)):
            on = FIRST + timedelta(days=day)
            is_credit = choose.random() < 0.03
            formats = self.words.credit_formats if is_credit else self.words.doc_formats
            amount = (
                party.recurring
                if party.recurring and choose.random() < 0.8
                else self.spelling.amount(party.currency)
            )
            if is_credit:
                amount = -max(amount // choose.randrange(3, 20), 100)
            at = hash_of(party.id) % len(formats)
            bill = Bill(
                id=f"I{number + 1:07d}",
                party=party,
                doc_no=self._number(formats[at], on),
                fapiao_no=f"24{choose.randrange(10**17, 10**18)}" if choose.random() < 0.7 else "",
                po_no=self._number(choose.choice(self.words.order_formats), on)
                if choose.random() < 0.5
                else "",
                doc_on=on,
                due_on=on + timedelta(days=choose.choice((15, 30, 30, 45, 60, 90))),
                open=amount,
                left=amount,
            )
            self.bills.append(bill)
            party.items.append(bill)

    def _make_lines(self) -> None:
        shares = {kind: share[self.level] for kind, share in KINDS.items()}
        kinds, weights = [*shares, "one"], [*shares.values(), 1 - sum(shares.values())]
        weighted = [len(party.items) for party in self.parties]
        queue = self.random.choices(self.parties, weighted, k=self.wanted * 3)
        while len(self.lines) < self.wanted and queue:
            kind = self.random.choices(kinds, weights)[0]
            made = getattr(self, f"_{kind}")(queue.pop())
            self.lines.extend(made)
        del self.lines[self.wanted :]
        self._oldest_first()
        self.random.shuffle(self.lines)
        self.lines.sort(key=lambda line: line.value_on)
        for number, line in enumerate(self.lines):
            line.id = f"R{number + 1:07d}"

    def _oldest_first(self) -> None:
        """Give twins without reference to their receipts in the order of dates."""
        groups: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.case == "one-bare":
                groups[line.customer, line.amount].append(line)
        dated = {bill.id: bill.doc_on for party in self.parties for bill in party.items}
        for lines in groups.values():
            lines.sort(key=lambda line: line.value_on)
            items = sorted(
                (item for line in lines for item in line.truth), key=lambda item: (dated[item], item)
            )
            for line, item in zip(lines, items, strict=True):
                line.truth = {item: line.amount}

    # ------------------------------------------------------------ what is paid
    def _free(self, party: Party, count: int = 1, *, in_order: bool = False) -> list[Bill]:
        free = [bill for bill in party.items if bill.open > 0 and not bill.is_taken]
        if len(free) < count:
            return []
        if in_order:
            at = self.random.randrange(len(free) - count + 1) if self.random.random() < 0.4 else 0
            return free[at : at + count]
        early = free[: max(count, len(free) * 2 // 3)]
        if count == 1:
            first = self.random.choice(early)
            return [next(bill for bill in free if bill.open == first.open)]
        return sorted(self.random.sample(early, count), key=lambda bill: bill.doc_on)

    def _line(self, bills: list[Bill], amount: int, truth: dict[str, int], case: str, **more: object) -> Line:
        choose, party = self.random, bills[0].party
        for bill in bills:
            bill.is_taken = True
        latest = max(bill.doc_on for bill in bills)
        value_on = max(latest + timedelta(days=choose.randrange(2, 75)), bills[0].due_on - timedelta(days=10))
        currency = str(more.get("currency") or party.currency)
        has_reference = choose.random() < REFERENCED[self.level]
        payer = choose.choices(list(PAYERS), [share[self.level] for share in PAYERS.values()])[0]
        name, hint = self.spelling.payer(party, payer, self.parties)
        account = party.account if choose.random() < ACCOUNT[self.level] and payer != "third" else ""
        if not account and choose.random() < 0.4:
            account = self.spelling.account()
        refs = ""
        if has_reference:
            named = bills
            refs = self.spelling.references(named, corrupt=CORRUPT[self.level])
        narrative = self.spelling.narrative(
            refs=refs,
            on=value_on,
            amount=amount,
            hint=hint,
            remark=str(more.get("remark", "")),
            is_latin=party.is_latin,
        )
        return Line(
            value_on,
            currency,
            amount,
            name,
            account,
            narrative,
            f"{case}{'' if refs else '-bare'}",
            truth,
            party.id,
        )

    def _one(self, party: Party) -> list[Line]:
        bills = self._free(party)
        return [self._line(bills, bills[0].open, {bills[0].id: bills[0].open}, "one")] if bills else []

    def _sum(self, bills: list[Bill], case: str) -> list[Line]:
        if not bills:
            return []
        truth = {bill.id: bill.open for bill in bills}
        return [self._line(bills, sum(truth.values()), truth, case)]

    def _several(self, party: Party) -> list[Line]:
        return self._sum(self._free(party, self.random.choice((2, 2, 2, 3, 3, 4, 5, 6))), "several")

    def _run(self, party: Party) -> list[Line]:
        return self._sum(self._free(party, self.random.choice((2, 3, 4, 5, 6, 8)), in_order=True), "run")

    def _everything(self, party: Party) -> list[Line]:
        free = [bill for bill in party.items if bill.open > 0 and not bill.is_taken]
        return self._sum(free if 2 <= len(free) <= 14 else [], "everything")

    def _fee(self, party: Party) -> list[Line]:
        bills = self._free(party, self.random.choice((1, 1, 1, 1, 2)))
        fee = self.random.choice((500, 1000, 1050, 1500, 2000, 2500, 3000, 3550, 5000))
        total = sum(bill.open for bill in bills)
        if not bills or total < 20 * fee:
            return []
        return [
            self._line(
                bills,
                total - fee,
                {bill.id: bill.open for bill in bills},
                "fee",
                remark=self.spelling.remark("fee"),
            )
        ]

    def _discount(self, party: Party) -> list[Line]:
        bills = self._free(party, self.random.choice((1, 1, 1, 2)))
        total = sum(bill.open for bill in bills)
        if not bills:
            return []
        paid = total - (total * self.random.choice((2, 2, 2, 3, 1)) + 50) // 100
        return [
            self._line(
                bills,
                paid,
                {bill.id: bill.open for bill in bills},
                "discount",
                remark=self.spelling.remark("discount"),
            )
        ]

    def _rounding(self, party: Party) -> list[Line]:
        bills = self._free(party)
        step = self.random.choice((100, 100, 1000))
        if not bills or bills[0].open < 100_000 or bills[0].open % step == 0:
            return []
        paid = bills[0].open // step * step
        return [self._line(bills, paid, {bills[0].id: bills[0].open}, "rounding")]

    def _first_part(self, party: Party) -> list[Line]:
        bills = self._free(party)
        if not bills:
            return []
        share = self.random.choice((10, 20, 30, 30, 40, 50, 50, 60, 70, 90, 95))
        paid = (bills[0].open * share + 50) // 100
        return [
            self._line(
                bills,
                paid,
                {bills[0].id: paid},
                "first_part",
                remark=self.spelling.remark("part", share=share),
            )
        ]

    def _in_parts(self, party: Party) -> list[Line]:
        bills = self._free(party)
        if not bills or bills[0].open < 50_000:
            return []
        total, parts = bills[0].open, []
        for _ in range(self.random.choice((1, 1, 2))):
            parts.append((total - sum(parts)) * self.random.choice((30, 40, 50, 60)) // 100)
        parts.append(total - sum(parts))
        return [
            self._line(bills, part, {bills[0].id: part}, "in_parts", remark=self.spelling.remark("part"))
            for part in parts
        ]

    def _over(self, party: Party) -> list[Line]:
        bills = self._free(party)
        if not bills:
            return []
        extra = self.random.choice(
            (100, 1000, 5000, 10_000, 50_000, bills[0].open // 10, self.random.randrange(1, 90_000))
        )
        return [self._line(bills, bills[0].open + max(extra, 1), {bills[0].id: bills[0].open}, "over")]

    def _credit(self, party: Party) -> list[Line]:
        notes = [bill for bill in party.items if bill.open < 0 and not bill.is_taken]
        bills = self._free(party, self.random.choice((1, 1, 2)))
        if not notes or not bills or sum(bill.open for bill in bills) + notes[0].open <= 0:
            return []
        both = [*bills, notes[0]]
        total = sum(bill.open for bill in both)
        return [
            self._line(
                both,
                total,
                {bill.id: bill.open for bill in both},
                "credit",
                remark=self.spelling.remark("credit"),
            )
        ]

    def _foreign(self, party: Party) -> list[Line]:
        bills = self._free(party)
        if not bills:
            return []
        into = self.random.choice([code for code in CURRENCIES if code not in {party.currency, "JPY"}])
        scale = 100 if party.currency == "JPY" else 1
        wobble = 1 + self.random.uniform(-0.004, 0.004) * (self.random.random() < 0.6)
        paid = round(bills[0].open * scale * CURRENCIES[party.currency] / CURRENCIES[into] * wobble)
        return (
            [self._line(bills, paid, {bills[0].id: bills[0].open}, "foreign", currency=into)]
            if paid > 100
            else []
        )

    def _twice(self, party: Party) -> list[Line]:
        first = self._one(party)
        if not first:
            return []
        one = first[0]
        later = one.value_on + timedelta(days=self.random.randrange(1, 20))
        return [
            one,
            Line(
                later, one.currency, one.amount, one.payer, one.account, one.narrative, "twice", {}, party.id
            ),
        ]

    def _noise(self, party: Party) -> list[Line]:
        payer, text = self.random.choice(self.words.noise)
        firm = (
            party.name
            if self.random.random() < 0.5
            else self.spelling.firm(self.spelling.brand(), owner="", is_latin=False)[0]
        )
        shown = {
            "firm": firm,
            "person": self.spelling.person(),
            "n": self.random.randrange(1000, 99999),
            "q": self.random.randrange(1, 5),
        }
        amount = self.random.choice((self.spelling.amount("CNY"), self.random.randrange(1, 500) * 10_000))
        on = FIRST + timedelta(days=self.random.randrange(20, 600))
        return [Line(on, "CNY", amount, payer.format(**shown), "", text.format(**shown), "noise", {}, "")]

    # ------------------------------------------------------------ files
    def write(self, folder: Path) -> None:
        """Write customers, items, receipts, rates and the truth as CSV files."""
        folder.mkdir(parents=True, exist_ok=True)

        def table(name: str, head: str, rows: object) -> None:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(head.split(","))
                writer.writerows(rows)  # type: ignore[arg-type]

        table(
            "customers",
            "customer_id,name,name_en,owner,bank_account",
            ((p.id, p.name, p.name_en, p.owner, p.account) for p in self.parties),
        )
        table(
            "items",
            "item_id,customer_id,kind,doc_no,fapiao_no,po_no,doc_date,due_date,currency,open_minor",
            (
                (
                    b.id,
                    b.party.id,
                    "INV" if b.open > 0 else "CN",
                    b.doc_no,
                    b.fapiao_no,
                    b.po_no,
                    b.doc_on,
                    b.due_on,
                    b.party.currency,
                    b.open,
                )
                for b in self.bills
            ),
        )
        table(
            "receipts",
            "receipt_id,value_date,currency,amount_minor,payer_name,payer_account,narrative",
            ((r.id, r.value_on, r.currency, r.amount, r.payer, r.account, r.narrative) for r in self.lines),
        )
        table(
            "rates",
            "date,currency,per_unit",
            (
                (FIRST + timedelta(days=day), code, rate)
                for day in range(0, 700, 7)
                for code, rate in CURRENCIES.items()
                if code != "CNY"
            ),
        )
        table(
            "truth",
            "receipt_id,case,item_id,allocated_minor",
            (
                (r.id, r.case, item, amount)
                for r in self.lines
                for item, amount in (r.truth or {"": ""}).items()
            ),
        )


def hash_of(text: str) -> int:
    """Return a number of a text that is the same in every run."""
    return sum(text.encode()) * 2_654_435_761 % 2**32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--receipts", type=int, default=10_000)
    parser.add_argument("--level", choices=LEVELS, default="typical")
    parser.add_argument("--style", choices=("home", "away"), default="home")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    Problem(receipts=given.receipts, level=given.level, style=given.style, seed=given.seed).write(given.out)


if __name__ == "__main__":
    main()
