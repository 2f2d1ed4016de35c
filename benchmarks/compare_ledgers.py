"""Two made-up ledgers with known truth, compared by the product and by plain dictionaries in one run.

Usage: ``.venv/bin/python -m benchmarks.compare_ledgers [--rows 4000] [--seeds 3] [--style ledger|journal]``. Prints one
JSON line for each style and seed. ``journal`` was written after the engine was tuned on ``ledger`` and is not tuned on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from portal.compare.engine import Comparison, Ledger, LedgerRow, compare_ledgers

Group = tuple[frozenset[int], frozenset[int]]


@dataclass
class Problem:
    """Two ledgers and the truth about them."""

    ours: list[LedgerRow] = field(default_factory=list)
    theirs: list[LedgerRow] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    ours_causes: dict[int, str] = field(default_factory=dict)
    theirs_causes: dict[int, str] = field(default_factory=dict)
    cut_off: date = date(2026, 6, 30)

    def our(self, day: date, minor: int, reference: str, text: str, others: tuple[str, ...] = ()) -> int:
        self.ours.append(LedgerRow(len(self.ours) + 2, day, minor, reference, text, others))
        return self.ours[-1].no

    def their(self, day: date, minor: int, reference: str, text: str, others: tuple[str, ...] = ()) -> int:
        self.theirs.append(LedgerRow(len(self.theirs) + 2, day, minor, reference, text, others))
        return self.theirs[-1].no

    def pair(self, ours: Iterable[int], theirs: Iterable[int]) -> None:
        self.groups.append((frozenset(ours), frozenset(theirs)))


def amount(random: Random) -> int:
    kind = random.random()
    if kind < 0.15:
        return random.choice([50000, 100000, 120000, 250000, 300000, 500000])
    if kind < 0.4:
        return random.randrange(500, 40000) * 100
    return int(10 ** random.uniform(4.2, 7.2))


class LedgerStyle:
    """Chinese and English trade ledger of half a year: our numbers quoted in several ways, receipts later."""

    begin = date(2026, 1, 1)

    def __init__(self, random: Random, rows: int) -> None:
        self.random, self.rows, self.p, self.no, self.pay = random, rows, Problem(), 4000, 700

    def build(self) -> Problem:
        while len(self.p.ours) < self.rows:
            kind = self.random.random()
            if kind < 0.5:
                self.invoice()
            elif kind < 0.8:
                self.payment()
            elif kind < 0.86:
                self.bundle()
            elif kind < 0.92:
                self.different()
            else:
                self.alone()
        return self.p

    def day(self, last: int = 172) -> date:
        return self.begin + timedelta(days=self.random.randrange(4, last))

    def number(self) -> str:
        self.no += self.random.randrange(1, 3)
        return f"INV-2026-{self.no:05d}"

    def quoted(self, number: str) -> tuple[str, str]:
        """Return reference and text of their row about our number."""
        kind, voucher = self.random.random(), f"记-{self.random.randrange(1, 900):04d}"
        tail = number[-5:]
        if kind < 0.5:
            return number, self.random.choice(["采购入库", "Purchase", ""])
        if kind < 0.65:
            return voucher, f"收到发票 {number} 货款"
        if kind < 0.74:
            return number.replace("-", ""), "purchase"
        if kind < 0.81:
            return tail, "入库"
        if kind < 0.87:
            return number[4:], "Lieferantenrechnung"
        if kind < 0.93:
            place = self.random.randrange(3, 5)
            return number[:-5] + tail[: place - 1] + tail[place] + tail[place - 1] + tail[place + 1 :], "采购"
        return voucher, "采购商品"

    def invoice(self) -> None:
        number, minor, day = self.number(), amount(self.random), self.day()
        reference, text = self.quoted(number)
        mine = self.p.our(day, minor, number, "销售商品", (f"PO-{self.no % 977}",))
        yours = self.p.their(
            day + timedelta(days=self.random.choice([0, 0, 1, 1, 2, 3, 4])), minor, reference, text
        )
        self.p.pair([mine], [yours])

    def payment(self) -> None:
        self.pay += 1
        minor, day = -amount(self.random), self.day()
        receipt = f"RC-26-{self.pay:05d}"
        late = timedelta(days=self.random.choice([0, 0, 0, 1, 1, 2, 3]))
        slip = f"{self.random.randrange(10**9, 10**10)}"
        kind = self.random.random()
        mine_text, your_text = ("收款", "付货款")
        if kind < 0.4:
            mine_text, your_text = f"收款 回单号{slip}", f"付款 {slip}"
        elif kind < 0.6:
            number = f"INV-2026-{self.random.randrange(4000, self.no + 1):05d}"
            mine_text, your_text = f"货款 {number}", f"payment {number}"
        mine = self.p.our(day + late, minor, receipt, mine_text)
        yours = self.p.their(day, minor, f"付-{self.random.randrange(1, 900):04d}", your_text)
        self.p.pair([mine], [yours])

    def bundle(self) -> None:
        count, day = self.random.choice([2, 2, 3, 3, 4, 5]), self.day()
        parts = [(self.number(), amount(self.random)) for _ in range(count)]
        total = sum(minor for _, minor in parts)
        kind = self.random.random()
        names = " ".join(number for number, _ in parts) if self.random.random() < 0.5 else f"等{count}张发票"
        if kind < 0.5:  # one payment of theirs, a receipt of ours for each invoice
            mine = [
                self.p.our(day, -minor, f"RC-26-{self.pay}-{place}", f"收 {number} 款")
                for place, (number, minor) in enumerate(parts)
            ]
            yours = [
                self.p.their(
                    day - timedelta(days=self.random.randrange(0, 3)),
                    -total,
                    f"付-{self.pay}",
                    f"付货款 {names}",
                )
            ]
        elif kind < 0.75:  # a collective entry of theirs
            mine = [self.p.our(day, minor, number, "销售商品") for number, minor in parts]
            yours = [
                self.p.their(
                    day + timedelta(days=2), total, f"记-{self.random.randrange(900)}", f"汇总入库 {names}"
                )
            ]
        else:  # one invoice of ours, net and tax apart in their books
            number, minor = parts[0]
            tax = minor * 13 // 113
            mine = [self.p.our(day, minor, number, "销售商品")]
            yours = [
                self.p.their(day, minor - tax, number, "货款"),
                self.p.their(day, tax, number, "进项税额"),
            ]
        self.p.pair(mine, yours)

    def different(self) -> None:
        number, minor, day = self.number(), amount(self.random), self.day()
        kind = self.random.random()
        if kind < 0.35:
            fee = self.random.choice([500, 1000, 1500, 2000, 2500, 5000])
            slip = f"{self.random.randrange(10**9, 10**10)}"
            mine = self.p.our(day, -(minor - fee), f"RC-26-{self.no}", f"收款 {slip}")
            yours = self.p.their(day, -minor, "付款", f"付款 {slip if self.random.random() < 0.5 else ''}")
        elif kind < 0.55:
            mine = self.p.our(day, minor, number, "销售商品")
            yours = self.p.their(day, minor - minor * 2 // 100, *self.quoted(number))
        elif kind < 0.75:
            mine = self.p.our(day, minor, number, "销售商品")
            yours = self.p.their(day, minor // 100 * 100 or minor, *self.quoted(number))
        else:
            digits = list(str(minor))
            place = self.random.randrange(0, len(digits) - 1)
            digits[place], digits[place + 1] = digits[place + 1], digits[place]
            mine = self.p.our(day, minor, number, "销售商品")
            yours = self.p.their(day, int("".join(digits)) or 1, *self.quoted(number))
        self.p.pair([mine], [yours])

    def alone(self) -> None:
        kind = self.random.random()
        number, minor = self.number(), amount(self.random)
        last = self.p.cut_off
        if kind < 0.14:
            day = self.day()
            mine = self.p.our(day, minor, number, "销售商品")
            self.p.pair([mine], [self.p.their(day, minor, number, "采购")])
            copy = self.p.our(day + timedelta(days=self.random.randrange(0, 4)), minor, number, "销售商品")
            self.p.ours_causes[copy] = "duplicate"
        elif kind < 0.28:
            day = self.day()
            mine = self.p.our(day, minor, number, "销售商品")
            self.p.pair([mine], [self.p.their(day, minor, number, "采购")])
            again = self.random.choice([number, number + "A", number.replace("-", "")])
            copy = self.p.their(day + timedelta(days=self.random.randrange(0, 4)), minor, again, "采购")
            self.p.theirs_causes[copy] = "duplicate"
        elif kind < 0.42:
            mine = self.p.our(last - timedelta(days=self.random.randrange(0, 4)), minor, number, "销售商品")
            self.p.ours_causes[mine] = "timing"
        elif kind < 0.54:
            yours = self.p.their(last - timedelta(days=self.random.randrange(0, 3)), -minor, "付", "付货款")
            self.p.theirs_causes[yours] = "timing"
        elif kind < 0.66:
            self.p.ours_causes[self.p.our(self.day(), minor, number, "销售商品")] = "omitted_theirs"
        elif kind < 0.78:
            self.p.theirs_causes[self.p.their(self.day(), -minor, "付", "付货款")] = "omitted_ours"
        else:
            self.small(kind)

    def small(self, kind: float) -> None:
        fee = self.random.choice([500, 1000, 1500, 2000, 5000])
        if kind < 0.83:
            row = self.p.our(
                self.day(), -fee, f"JV-{self.pay}", self.random.choice(["手续费", "bank charge", "汇费"])
            )
            self.p.ours_causes[row] = "bank_fee"
        elif kind < 0.88:
            row = self.p.their(
                self.day(), -fee * 7, f"JV-{self.pay}", self.random.choice(["现金折扣", "Skonto", "discount"])
            )
            self.p.theirs_causes[row] = "discount"
        elif kind < 0.92:
            row = self.p.our(
                self.day(), -self.random.randrange(1, 90), "", self.random.choice(["尾差", "", "rounding"])
            )
            self.p.ours_causes[row] = "rounding"
        elif kind < 0.95:
            row = self.p.our(
                self.day(), fee * 3, f"FX-{self.pay}", self.random.choice(["汇兑损益", "exchange difference"])
            )
            self.p.ours_causes[row] = "exchange"
        elif kind < 0.98:
            row = self.p.their(
                self.day(),
                -amount(self.random),
                "付",
                self.random.choice(["付款 串户", "paid to sister company"]),
            )
            self.p.theirs_causes[row] = "wrong_party_or_allocation"
        else:
            row = self.p.their(
                self.day(),
                -amount(self.random) // 10,
                "JV",
                self.random.choice(["代扣代缴税款", "withholding tax"]),
            )
            self.p.theirs_causes[row] = "policy_or_tax"


class JournalStyle:
    """English and German books of a month: monthly rents of one amount, journal numbers of their own, one payment run.

    Written after the engine, and not tuned on.
    """

    def __init__(self, random: Random, rows: int) -> None:
        self.random, self.rows, self.p, self.no = random, rows, Problem(cut_off=date(2026, 9, 30)), 71000
        self.rents = [random.choice([45000, 89900, 120000, 240000]) for _ in range(max(3, rows // 60))]

    def build(self) -> Problem:
        for rent in self.rents:
            for _ in range(self.random.choice([1, 1, 2, 3])):
                self.sale(rent)
        while len(self.p.ours) < self.rows:
            self.random.choices(
                [self.sale, self.receipt, self.run_of_payments, self.wrong, self.lonely], [52, 26, 5, 6, 6]
            )[0]()
        return self.p

    def day(self) -> date:
        return date(2026, 9, 1) + timedelta(days=self.random.randrange(2, 24))

    def next(self) -> str:
        self.no += self.random.randrange(1, 4)
        return f"{self.no}"

    def sale(self, minor: int = 0) -> None:
        number, minor, day = f"R{self.next()}/26", minor or amount(self.random), self.day()
        mine = self.p.our(day, minor, number, "Rechnung", (f"B-{self.no % 5003}",))
        kind = self.random.random()
        journal = f"KR{self.random.randrange(10000, 99999)}"
        if kind < 0.6:
            reference, text = number, "Eingangsrechnung"
        elif kind < 0.78:
            reference, text = journal, f"RE {number[1:6]} vom {day:%d.%m.%Y}"
        elif kind < 0.88:
            reference, text = journal, f"Lieferung Bestellung B-{self.no % 5003}"
        elif kind < 0.94:
            reference, text = number.replace("/26", "").lower(), ""
        else:
            reference, text = journal, "Wareneingang"
        lag = timedelta(days=self.random.choice([0, 1, 1, 2, 2, 3, 5]))
        self.p.pair([mine], [self.p.their(day + lag, minor, reference, text)])

    def receipt(self) -> None:
        minor, day = -amount(self.random), self.day()
        lag = timedelta(days=self.random.choice([0, 1, 1, 2]))
        end = f"{self.random.randrange(10**15, 10**16)}"
        has_reference = self.random.random() < 0.5
        mine = self.p.our(
            day + lag, minor, f"ZE{self.next()}", f"Zahlungseingang {end if has_reference else ''}"
        )
        yours = self.p.their(
            day, minor, f"ZA{self.random.randrange(1000, 9999)}", f"SEPA {end if has_reference else ''}"
        )
        self.p.pair([mine], [yours])

    def run_of_payments(self) -> None:
        count, day = self.random.choice([2, 2, 3, 4]), self.day()
        minors = [amount(self.random) for _ in range(count)]
        if self.random.random() < 0.5:
            mine = [self.p.our(day + timedelta(days=1), -sum(minors), f"ZE{self.next()}", "Sammelzahlung")]
            run = f"ZL{self.random.randrange(100, 999)}"
            yours = [
                self.p.their(day, -minor, f"{run}-{place}", "Zahllauf") for place, minor in enumerate(minors)
            ]
        else:
            numbers = [f"R{self.next()}/26" for _ in minors]
            mine = [
                self.p.our(day, minor, number, "Rechnung")
                for number, minor in zip(numbers, minors, strict=True)
            ]
            yours = [
                self.p.their(
                    day + timedelta(days=2), sum(minors), "SR", "Sammelrechnung " + ", ".join(numbers)
                )
            ]
        self.p.pair(mine, yours)

    def wrong(self) -> None:
        number, minor, day = f"R{self.next()}/26", amount(self.random), self.day()
        kind = self.random.random()
        if kind < 0.4:
            paid = -minor
            mine = self.p.our(
                day + timedelta(days=1), paid + minor * 3 // 100, f"ZE{self.no}", f"Zahlung {number}"
            )
            yours = self.p.their(day, paid, "ZA", f"Zahlung {number}")
        elif kind < 0.7:
            mine = self.p.our(day, minor, number, "Rechnung")
            yours = self.p.their(day + timedelta(days=1), minor * 100 // 119, number, "netto")
        else:
            mine = self.p.our(day, minor, number, "Rechnung")
            yours = self.p.their(day, minor // 10 * 10 + self.random.randrange(10), number, "")
        self.p.pair([mine], [yours])

    def lonely(self) -> None:
        number, minor, last = f"R{self.next()}/26", amount(self.random), self.p.cut_off
        kind = self.random.randrange(9)
        if kind == 0:
            day = self.day()
            self.p.pair([self.p.our(day, minor, number, "Rechnung")], [self.p.their(day, minor, number, "")])
            self.p.theirs_causes[
                self.p.their(day + timedelta(days=self.random.randrange(9)), minor, number, "")
            ] = "duplicate"
        elif kind == 1:
            day = self.day()
            self.p.pair([self.p.our(day, minor, number, "Rechnung")], [self.p.their(day, minor, number, "")])
            self.p.ours_causes[self.p.our(day, minor, number, "Rechnung")] = "duplicate"
        elif kind in {2, 3}:
            row = self.p.our(last - timedelta(days=self.random.randrange(3)), minor, number, "Rechnung")
            self.p.ours_causes[row] = "timing"
        elif kind == 4:
            row = self.p.their(last - timedelta(days=self.random.randrange(2)), -minor, "ZA", "SEPA")
            self.p.theirs_causes[row] = "timing"
        elif kind == 5:
            self.p.ours_causes[self.p.our(self.day(), minor, number, "Rechnung")] = "omitted_theirs"
        elif kind == 6:
            self.p.theirs_causes[self.p.their(self.day(), minor, number, "Eingangsrechnung")] = "omitted_ours"
        elif kind == 7:
            text, cause = self.random.choice(
                [("Bankspesen", "bank_fee"), ("Skonto", "discount"), ("Kursdifferenz", "exchange")]
            )
            self.p.theirs_causes[self.p.their(self.day(), -self.random.randrange(200, 9000), "SK", text)] = (
                cause
            )
        else:
            text, cause = self.random.choice(
                [
                    ("Rundung", "rounding"),
                    ("falsches Konto", "wrong_party_or_allocation"),
                    ("Teilzahlung", "part_payment"),
                ]
            )
            small = self.random.randrange(1, 99) if cause == "rounding" else minor
            self.p.ours_causes[self.p.our(self.day(), -small, "UB", text)] = cause


# --- measuring --------------------------------------------------------------------------------------------------------


def groups_of(found: Comparison) -> list[tuple[float, Group]]:
    rows: dict[int, tuple[float, set[int], set[int]]] = {}
    for one in found.findings:
        if one.ours is not None and one.theirs is not None:
            _sure, ours, theirs = rows.setdefault(one.group, (one.confidence, set(), set()))
            ours.add(one.ours)
            theirs.add(one.theirs)
    return [(sure, (frozenset(ours), frozenset(theirs))) for sure, ours, theirs in rows.values()]


def measure(
    problem: Problem, found: list[tuple[float, Group]], causes: tuple[dict[int, str], dict[int, str]]
) -> dict[str, float]:
    truth = set(problem.groups)
    right = [group in truth for _, group in sorted(found, key=lambda one: -one[0])]
    best, good = 0, 0
    for count, is_right in enumerate(right, 1):
        good += is_right
        if good / count >= 0.995:
            best = good
    asked = [(problem.ours_causes, causes[0]), (problem.theirs_causes, causes[1])]
    total = sum(len(wanted) for wanted, _ in asked)
    hit = sum(given.get(no) == cause for wanted, given in asked for no, cause in wanted.items())
    return {
        "recall": round(sum(right) / len(truth), 4), "precision": round(sum(right) / max(len(right), 1), 4),
        "auto": round(best / len(truth), 4), "causes": round(hit / max(total, 1), 4),
    }  # fmt: skip


def by_engine(problem: Problem) -> tuple[list[tuple[float, Group]], tuple[dict[int, str], dict[int, str]]]:
    found = compare_ledgers(
        Ledger(problem.ours), Ledger(problem.theirs), currency="CNY", as_of=problem.cut_off
    )
    assert found.unexplained_minor == 0
    ours = {one.ours: one.cause for one in found.findings if one.ours is not None and one.theirs is None}
    theirs = {one.theirs: one.cause for one in found.findings if one.theirs is not None and one.ours is None}
    return groups_of(found), (ours, theirs)


def by_dictionaries(
    problem: Problem,
) -> tuple[list[tuple[float, Group]], tuple[dict[int, str], dict[int, str]]]:
    """Exact number and amount, then amount within five days where each side has it once."""
    found: list[tuple[float, Group]] = []
    numbers: dict[tuple[str, int], list[LedgerRow]] = defaultdict(list)
    for row in problem.theirs:
        numbers[row.reference, row.minor].append(row)
    used: set[int] = set()
    left = []
    for row in problem.ours:
        rows = [one for one in numbers.get((row.reference, row.minor), ()) if one.no not in used]
        if rows:
            used.add(rows[0].no)
            found.append((1.0, (frozenset([row.no]), frozenset([rows[0].no]))))
        else:
            left.append(row)
    amounts: dict[int, list[LedgerRow]] = defaultdict(list)
    for row in problem.theirs:
        if row.no not in used:
            amounts[row.minor].append(row)
    alone = []
    for row in left:
        rows = [
            one
            for one in amounts.get(row.minor, ())
            if one.no not in used and abs((one.day - row.day).days) <= 5
        ]
        if rows:
            used.add(rows[0].no)
            found.append((0.9 if len(rows) == 1 else 0.5, (frozenset([row.no]), frozenset([rows[0].no]))))
        else:
            alone.append(row)
    others = [row for row in problem.theirs if row.no not in used]
    return found, (
        _plain_causes(alone, problem.ours, problem, "omitted_theirs"),
        _plain_causes(others, problem.theirs, problem, "omitted_ours"),
    )


def _plain_causes(
    rows: list[LedgerRow], side: list[LedgerRow], problem: Problem, missing: str
) -> dict[int, str]:
    count: dict[tuple[str, int], int] = defaultdict(int)
    for row in side:
        count[row.reference, row.minor] += 1
    found = {}
    for row in rows:
        if count[row.reference, row.minor] > 1:
            found[row.no] = "duplicate"
        else:
            found[row.no] = "timing" if (problem.cut_off - row.day).days < 5 else missing
    return found


STYLES = {"ledger": LedgerStyle, "journal": JournalStyle}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--style", choices=[*STYLES, "all"], default="all")
    options = parser.parse_args()
    for name, style in STYLES.items():
        if options.style not in {"all", name}:
            continue
        for seed in range(options.seeds):
            problem = style(Random(seed), options.rows).build()
            line: dict[str, object] = {
                "style": name,
                "seed": seed,
                "rows": len(problem.ours) + len(problem.theirs),
            }
            for method, run in (("engine", by_engine), ("dictionaries", by_dictionaries)):
                begun = time.process_time()
                found = run(problem)
                spent = time.process_time() - begun
                line[method] = {
                    **measure(problem, *found),
                    "rows_per_cpu_s": round(len(problem.ours + problem.theirs) / spent),
                }
            print(json.dumps(line))


if __name__ == "__main__":
    main()
