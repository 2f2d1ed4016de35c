"""Reading payment lines: one spelling, the numbers in them, and the words that say what the money is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

#: Position of a run of digits and the digits.
Run = tuple[int, int, str]
#: A number that may be a reference: key, first run, last run.
Window = tuple[str, int, int]

MIN_KEY = 5
LONGEST_NUMBER = 20
MOST_RUNS = 60

_RUN = re.compile(r"\d+")
_ROUND_O = re.compile(r"(?<=\d)O(?![A-Z])|(?<![A-Z])O(?=\d)|(?<=\d)O(?=O*\d)")
_JOINT = re.compile(r"[-/_.# ]{1,2}|[-/_. ]?[A-Z][-/_. ]?")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-") | dict.fromkeys("〜～∼", "~"))
NOT_DIGITS = {code: None for code in range(128) if code != 10 and not 48 <= code <= 57}

_NOT_FROM_SALES = re.compile(
    r"利息|结息|INTEREST|ZINSEN|退款|退回|退还|归还|退税|REFUND|RETURNED|(?<!质量)保证金|押金|DEPOSIT|"
    r"工资|薪|SALARY|补贴|报销|备用金|还款|借款|税款|社保|公积金|分红|DIVIDEND|投资款|理赔|赔款|LOAN|SUBSIDY|CASHBACK|奖励"
)
_PART = re.compile(
    r"预付|首付|进度款|尾款|质保金|质量保证金|部分|分期|首期|二期|定金|订金|"
    r"ADVANCE|DOWN ?PAYMENT|PART|INSTAL|BALANCE|ANZAHLUNG|\d ?%|RETENTION"
)
_CREDIT = re.compile(r"红字|红冲|冲红|退货|扣退|折让|抵扣|抵减|CREDIT ?NOTE|LESS CN|GUTSCHRIFT|\bCN\b")
_COUNT = re.compile(
    r"等(\d{1,2}|[两二三四五六七八九十])[张笔单份个票]|(\d{1,2}) ?(?:INVOICES|RECHNUNGEN|BILLS)|共(\d{1,2})[张笔单]"
)
_FOR = re.compile(
    r"(?:代为?|受|替)(?:付|缴|支付|汇款|收)? ?([\u3400-\u9fff()A-Z0-9&., ]{2,40}?)"
    r"(?:委托付款|委托|付货款|支付|付款|代付|代缴|汇款|付|缴|$| )"
    r"|(?:ON BEHALF OF|O/B/O|BEHALF|PAID FOR|FOR ACCOUNT OF|FOR|I\.?A\.?) ([A-Z][A-Z0-9&.,()\u3400-\u9fff -]{2,60})"
    r"|\(([^()]{2,40}(?:\([^()]{1,10}\)[^()]{0,20})?)\)代"
)
_FOR_WORDS = ("代", "受", "替", "FOR", "BEHALF", "O/B/O", "I.A", "IA ")
_CHINESE_DIGITS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_RANGE = re.compile(r" ?(?:~|至|到|-| TO | BIS ) ?[A-Z]{0,4}-?")
_LIST = re.compile(r"[ /,、;+&和及-]{1,3}|[，。]| AND ")


def normal(text: str) -> str:
    """Return text in one spelling: half width, upper case, plain dashes, zeros for the letter O among digits."""
    if not text.isascii():
        text = normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    text = text.upper()
    return _ROUND_O.sub("0", text) if "O" in text else text


def runs_of(text: str) -> list[Run]:
    """Return the runs of digits of a normal text."""
    return [(found.start(), found.end(), found[0]) for found in _RUN.finditer(text)][:MOST_RUNS]


def windows_of(text: str, runs: Sequence[Run]) -> list[Window]:
    """Return the numbers that neighbouring runs may form, longest first for each start."""
    found: list[Window] = []
    count = len(runs)
    joined = [_JOINT.fullmatch(text, runs[at][1], runs[at + 1][0]) is not None for at in range(count - 1)]
    for first in range(count):
        digits = runs[first][2]
        if first + 1 == count or not joined[first]:
            if len(digits) >= MIN_KEY:
                found.extend([(key, first, first) for key in keys_of_number(digits)])
            continue
        windows: list[Window] = []
        last = first
        while len(digits) <= LONGEST_NUMBER + 2:
            if len(digits) >= MIN_KEY:
                windows.extend([(key, first, last) for key in keys_of_number(digits)])
            if last + 1 == count or not joined[last] or last == first + 3:
                break
            last += 1
            digits += runs[last][2]
        windows.reverse()
        found += windows
    return found


def keys_of_number(digits: str) -> tuple[str, ...]:
    """Return the keys under which a number of a payment line may be known (at least five digits, no leading zeros)."""
    key = digits.lstrip("0")
    if len(digits) >= 12:
        return (digits[-8:].lstrip("0"), key)
    if digits[0] == "2" and digits[:2] != "20" and len(digits) >= 6:
        return ("20" + digits, key)
    return (key,) if len(key) >= MIN_KEY - 1 else ()


def key_of(number: str) -> str:
    """Return the key of one of our own numbers: its digits without leading zeros; empty when too short."""
    digits = number.translate(NOT_DIGITS) if number.isascii() else "".join(_RUN.findall(normal(number)))
    key = digits.lstrip("0")
    return key if len(key) >= MIN_KEY - 1 else ""


def is_not_from_sales(text: str) -> bool:
    """Tell whether words say that this is interest, a refund, a deposit, tax, salary … and no payment of an invoice."""
    return _NOT_FROM_SALES.search(text) is not None


def speaks_of_part(text: str) -> bool:
    """Tell whether words say that only a part is paid (预付款, 进度款, 尾款, 质保金, 30 %)."""
    return _PART.search(text) is not None


def speaks_of_credit(text: str) -> bool:
    """Tell whether words say that a credit note was taken off."""
    return _CREDIT.search(text) is not None


def count_in(text: str) -> int:
    """Return how many documents a text says it pays (等3张), 0 when it says nothing."""
    found = _COUNT.search(text)
    if found is None:
        return 0
    word = found[1] or found[2] or found[3]
    return _CHINESE_DIGITS.get(word) or int(word)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names for whom a third party says it pays (代…付, on behalf of …)."""
    if not any(word in text for word in _FOR_WORDS):
        return ()
    return tuple(name.strip() for found in _FOR.finditer(text) if (name := found[1] or found[2] or found[3]))


def is_range(text: str, start: int, end: int) -> bool:
    """Tell whether the piece between two numbers says "from … to …"."""
    return _RANGE.fullmatch(text, start, end) is not None


def is_list(text: str, start: int, end: int) -> bool:
    """Tell whether the piece between two numbers separates a list."""
    return _LIST.fullmatch(text, start, end) is not None
