"""How people spell names, references and remarks on payment lines: right, short, cut, mistyped."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Protocol

from match_words import Vocabulary

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


class Named(Protocol):
    """A document as a payer sees it."""

    doc_no: str
    fapiao_no: str
    po_no: str
    open: int


class Someone(Protocol):
    """A customer as a payer name is made from it."""

    name: str
    name_en: str
    owner: str
    brand: str
    city: str
    is_latin: bool


@cache
def homophones(characters: str) -> dict[str, list[str]]:
    """Return for each character the common others of the same sound."""
    from pypinyin import lazy_pinyin

    common = (
        characters
        + "华化画花信新欣鑫宏洪弘鸿红达大盛胜圣恒衡横泰太"
        + "远源元瑞锐丰峰锋风永勇咏昌长常金锦津嘉佳家加天添成城诚程海润顺利力立丽通同德得安"
    )
    by_sound: defaultdict[str, list[str]] = defaultdict(list)
    for one in dict.fromkeys(common):
        by_sound[lazy_pinyin(one)[0]].append(one)
    return {
        one: [o for o in group if o != one] for group in by_sound.values() for one in group if len(group) > 1
    }


@cache
def sounded(text: str) -> str:
    """Return the pinyin of a text in capitals, a word for each two characters."""
    from pypinyin import lazy_pinyin

    sounds = lazy_pinyin(text)
    return " ".join("".join(sounds[at : at + 2]) for at in range(0, len(sounds), 2)).upper()


class Spelling:
    """Draws names, references and lines of one vocabulary."""

    def __init__(self, words: Vocabulary, choose: random.Random) -> None:
        self.words, self.random = words, choose

    # ------------------------------------------------------------ companies
    def brand(self) -> str:
        """Return two or three characters."""
        count = self.random.choice((2, 2, 2, 3))
        return "".join(self.random.sample(self.words.characters, count))

    def person(self) -> str:
        """Return a Chinese name."""
        return self.random.choice(self.words.surnames) + "".join(
            self.random.sample(self.words.given, self.random.choice((1, 2, 2)))
        )

    def account(self) -> str:
        """Return an account number, mostly Chinese."""
        if self.random.random() < 0.75:
            return "62" + "".join(self.random.choices("0123456789", k=17))
        return f"DE{self.random.randrange(10, 99)}" + "".join(self.random.choices("0123456789", k=18))

    def firm(self, brand: str, *, owner: str, is_latin: bool) -> tuple[str, str, str]:
        """Return name, English name and city of a new company."""
        choose, words = self.random, self.words
        city, city_en = choose.choice(words.cities)
        trade, trade_en = choose.choice(words.trades)
        if is_latin:
            first = choose.choice(words.brands) + choose.choice(
                ("", "", " " + choose.choice(words.brands), "field", "son")
            )
            name = f"{first} {choose.choice(words.fields)} {choose.choice(words.endings)}"
            return name, name, city
        if owner:
            town = city + choose.choice(("", "市"))
            sign = brand if choose.random() < 0.5 else f"{owner[0]}记"
            return f"{town}{sign}{choose.choice(words.shops)}", "", city
        form = choose.choice(words.forms)
        name = choose.choice(
            (f"{city}{brand}{trade}{form}", f"{city}市{brand}{trade}{form}", f"{brand}{trade}({city}){form}")
        )
        english = f"{city_en.title()} {sounded(brand).title().replace(' ', '')} {trade_en.title()} Co., Ltd."
        return name, english if choose.random() < 0.7 else "", city

    def payer(self, party: Someone, how: str, others: Sequence[Someone]) -> tuple[str, str]:
        """Return the payer's name as the bank shows it and whom the narrative says it is for."""
        choose = self.random
        match how:
            case "spelled":
                return self._spelled(party.name), ""
            case "short":
                return self._short(party), ""
            case "typo":
                return self._mistyped(party.name), ""
            case "latin":
                return self._latin(party), ""
            case "owner" if party.owner:
                return party.owner, ""
            case "third":
                other = (
                    choose.choice(others).name
                    if choose.random() < 0.4
                    else self.firm(self.brand(), owner="", is_latin=False)[0]
                )
                return other, party.name if choose.random() < 0.5 else ""
        return party.name, ""

    def _spelled(self, name: str) -> str:
        choose = self.random
        ways = [
            lambda: re.sub(r"(股份|集团)?(有限责任公司|有限公司)$", "", name),
            lambda: name.replace("(", "（").replace(")", "）"),
            lambda: name.replace("有限责任公司", "有限公司"),
            lambda: (
                name + choose.choice(("分公司", "第一分公司", f"{choose.choice(self.words.cities)[0]}分公司"))
            ),
            lambda: name.upper().replace(".", "").replace(",", ""),
            lambda: name.replace("市", "") if "市" in name else re.sub(r"^(..)", r"\1市", name),
            lambda: " ".join(name) if len(name) < 12 else name.replace("公司", " 公司"),
        ]
        if name.isascii():
            ways = [
                ways[4],
                lambda: re.sub(r" (Ltd|Inc\.|LLC|GmbH|Co\., Ltd\.|Corp\.|S\.A\.|PLC|AG|Limited)$", "", name),
                name.lower,
            ]
        return choose.choice(ways)()

    def _short(self, party: Someone) -> str:
        if party.is_latin:
            return party.name.split()[0]
        return self.random.choice((party.brand, party.city + party.brand, party.brand + "公司"))

    def _mistyped(self, name: str) -> str:
        same = homophones(self.words.characters)
        places = [at for at, one in enumerate(name) if one in same]
        if places and not name.isascii():
            at = self.random.choice(places[:4])
            return name[:at] + self.random.choice(same[name[at]]) + name[at + 1 :]
        at = self.random.randrange(1, max(2, len(name) - 4))
        return self.random.choice(
            (
                name[:at] + name[at + 1 :],
                name[:at] + name[at] + name[at:],
                name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
            )
        )

    def _latin(self, party: Someone) -> str:
        text = (
            party.name_en
            if party.name_en and self.random.random() < 0.5
            else sounded(party.name)
            if not party.is_latin
            else party.name
        ).upper()
        text = re.sub(r"[^A-Z ]", "", text)
        return text[: self.random.choice((20, 24, 35, 35))].strip()

    # ------------------------------------------------------------ amounts and references
    def amount(self, currency: str) -> int:
        """Return an amount in minor units, odd or round."""
        raw = self.random.lognormvariate(13.2, 1.1)
        step = self.random.choice((1, 1, 1, 1, 1, 10, 100, 1000, 10_000))
        minor = max(int(raw) // step * step, 5000)
        return minor // 5 + 100 if currency == "JPY" else minor

    def references(self, bills: Sequence[Named], *, corrupt: float) -> str:
        """Return how the payer names these documents, possibly cut or mistyped."""
        choose = self.random
        bills = [bill for bill in bills if bill.open > 0] + [
            bill for bill in bills if bill.open < 0 and choose.random() < 0.7
        ]
        kind = choose.random()
        if kind < 0.18 and all(bill.fapiao_no for bill in bills):
            tail = choose.random() < 0.5
            numbers = [bill.fapiao_no[-8:] if tail else bill.fapiao_no for bill in bills]
            text = ("发票" if tail and choose.random() < 0.7 else "") + choose.choice(",、 ").join(numbers)
        elif kind < 0.28 and all(bill.po_no for bill in bills):
            text = choose.choice((" ", ",", "/")).join(bill.po_no for bill in bills)
        elif len(bills) > 1 and kind < 0.75:
            text = self._list(bills)
        else:
            text = choose.choice((",", "、", " ", "/", "+")).join(self._single(bill.doc_no) for bill in bills)
        if choose.random() < corrupt:
            text = self._corrupt(text)
        return text

    def _single(self, number: str) -> str:
        way = self.random.random()
        if way < 0.45:
            return number
        if way < 0.55:
            return re.sub(r"[-/._]", "", number)
        if way < 0.62:
            return re.sub(r"[-/._]", " ", number)
        if way < 0.70:
            return number.lower()
        if way < 0.76:
            return number.translate(WIDE)
        if way < 0.84:
            return re.sub(r"20(2\d)", r"\1", number, count=1)
        tail = re.search(r"\d+$", number)
        digits = tail[0] if tail else number
        digits = digits[-5:] if len(digits) > 6 else digits
        if way < 0.92:
            return digits
        return digits.lstrip("0") if len(digits.lstrip("0")) >= 3 else number

    def _list(self, bills: Sequence[Named]) -> str:
        choose = self.random
        first, rest = bills[0].doc_no, [bill.doc_no for bill in bills[1:]]
        tails = [(re.search(r"\d+$", number) or [number])[0] for number in rest]
        short = choose.choice((3, 3, 5))
        values = [int((re.search(r"\d+$", number) or ["0"])[0]) for number in (first, *rest)]
        if values == list(range(values[0], values[0] + len(values))) and choose.random() < 0.7:
            return f"{first}{choose.choice(('~', '至', '-', ' to '))}{tails[-1][-short:]}"
        if choose.random() < 0.15:
            return f"{first}等{len(bills)}{choose.choice(('张', '笔', '单'))}"
        return first + "".join(choose.choice("//,、")[0] + tail[-short:] for tail in tails)

    def _corrupt(self, text: str) -> str:
        choose = self.random
        places = [at for at, one in enumerate(text) if one.isdigit()]
        way = choose.random()
        if way < 0.30:
            return text[: choose.randrange(14, 36)]
        at = choose.choice(places[len(places) // 2 :] or [0])
        if way < 0.45 and "0" in text:
            return text.replace("0", "O", choose.randrange(1, 3))
        if way < 0.65 and at + 1 < len(text):
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if way < 0.82:
            return text[:at] + text[at + 1 :]
        return text[:at] + text[at] + text[at:]

    # ------------------------------------------------------------ lines
    def remark(self, case: str, share: int = 0) -> str:
        """Return the words people add to such a payment, often none."""
        words = {
            "fee": ("扣手续费", "less bank charges", "OUR/SHA"),
            "discount": ("现金折扣", "less 2% discount", "Skonto"),
            "part": (
                f"{share}%" if share else "进度款",
                "预付款",
                "进度款",
                "尾款",
                "质保金",
                "part payment",
                "balance",
            ),
            "credit": ("扣红字", "less credit note", "已扣退货"),
        }[case]
        return self.random.choice(words) if self.random.random() < 0.6 else ""

    def narrative(self, *, refs: str, on: date, amount: int, hint: str, remark: str, is_latin: bool) -> str:
        """Return the whole narrative of a line."""
        choose, words = self.random, self.words
        pools = (
            (words.with_en, words.plain_en, words.for_en)
            if is_latin
            else (words.with_zh, words.plain_zh, words.for_zh)
        )
        shown = {
            "refs": refs,
            "month": on.month,
            "amount": f"{amount / 100:.2f}",
            "noise": str(choose.randrange(10**9, 10 ** choose.choice((10, 12, 15)))),
            "phone": "1"
            + "".join(choose.choices("3456789", k=1))
            + "".join(choose.choices("0123456789", k=9)),
        }
        text = choose.choice(pools[0] if refs else pools[1]).format(**shown)
        if hint:
            text = f"{choose.choice(pools[2]).format(name=hint)} {text}"
        if remark:
            text = f"{text} {remark}"
        return text.strip()
