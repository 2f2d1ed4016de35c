"""Company names as keys: legal form, place, brackets and branch taken apart, sounds for homophones and pinyin."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import normalize

from portal.matching.engine.facts import Customer, Receipt
from portal.matching.engine.places import LATIN_FORMS, PLACES, TRADES

#: Readings that company and place names take, where the dictionary lists another one first.
_READ = "CHANG CHONG XIA HANG ZENG SHAN LE DU CHAO CHUAN ZANG HUI DA CHE SHI WAN LU".split()
_READINGS = dict(zip("长重厦行曾单乐都朝传藏会大车石万六", _READ, strict=True))
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")
_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_NOT_LETTERS = re.compile(r"[^0-9A-Z\u3400-\u9fff\uf900-\ufaff]+")
_WORDS = re.compile(r"[0-9A-Z]+")
_BRANCH = re.compile(r"(?:公司|^.{4,}?)([^公司]{0,8}?(?:分公司|支公司|办事处|营业部|分厂|分店))$")
_FORM = re.compile(r"(?:集团)?(?:股份)?(?:有限)?(?:责任)?公司$|有限合伙$|\(?集团\)?$|普通合伙$|个体工商户$")
_TOWN = re.compile(r"^(.{2,3})市(?=..)")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PREFIX = 14


@cache
def _sounds() -> dict[int, str]:
    """Read the package's table of single characters: its phrases, ten times as large, are of no use for names."""
    package = find_spec("pypinyin")
    assert package is not None, "pypinyin is a dependency"
    assert package.origin is not None, "pypinyin is a dependency"
    readings = json.loads(Path(package.origin).with_name("pinyin_dict.json").read_text("utf-8"))
    table = {int(code): text.split(",", 1)[0].translate(_TONES).upper() for code, text in readings.items()}
    return table | {ord(one): sound for one, sound in _READINGS.items()}


def sound_of(text: str) -> str:
    """Return the pinyin of a text without tones and spaces, in capitals; other letters stay."""
    return text.translate(_sounds())


class Name:
    """A company name taken apart.

    Attributes:
        whole: All letters and digits.
        core: Without place, legal form and branch.
        places: Places found in it, in order of their spelling.
        first: The first word of a Latin name.
        stem: Without legal form, branch and the sign of a town (市), places where they stand.
        is_chinese: Whether it holds Chinese characters.
    """

    __slots__ = ("core", "first", "is_chinese", "places", "stem", "whole")

    def __init__(self, text: str) -> None:
        text = (text if text.isascii() else normalize("NFKC", text)).upper().strip()
        self.is_chinese = not text.isascii() and _CHINESE.search(text) is not None
        self.first = ""
        if self.is_chinese:
            self._take_chinese(text)
        else:
            words = _WORDS.findall(text.replace(".", "").replace("'", ""))
            self.places: tuple[str, ...] = ()
            self.whole = "".join(words)
            self.first = words[0] if words else ""
            self.core = self.stem = "".join(word for word in words if word not in LATIN_FORMS) or self.whole

    def _take_chinese(self, text: str) -> None:
        places = []
        rest = text
        for inside in _BRACKETS.findall(text):
            place = _NOT_LETTERS.sub("", inside).removesuffix("市").removesuffix("省")
            if place in PLACES:
                places.append(place)
        rest = _NOT_LETTERS.sub(
            "", _BRACKETS.sub(lambda f: "" if f[1].rstrip("市省") in PLACES else f[1], rest)
        )
        self.whole = _NOT_LETTERS.sub("", text)
        branch = _BRANCH.search(rest)
        if branch and branch.start(1) > 3:
            rest = rest[: branch.start(1)]
        rest = _FORM.sub("", rest)
        self.stem = _TOWN.sub(r"\1", _FORM.sub("", _NOT_LETTERS.sub("", text)))
        for _ in range(2):
            for size in (2, 3, 4):
                if rest[:size] in PLACES and len(rest) - size >= 2:
                    places.append(rest[:size])
                    rest = rest[size:]
                    if rest[:1] in {"市", "省"} and len(rest) > 2:
                        rest = rest[1:]
                    break
        self.core = rest or self.whole
        self.places = tuple(sorted(set(places)))


@lru_cache(maxsize=4096)
def _without_trade(core: str) -> str:
    for size in (6, 5, 4, 3, 2):
        if len(core) - size >= 2 and core[-size:] in TRADES:
            return _without_trade(core[:-size])
    return core


def _shorter(text: str) -> set[str]:
    """Return the text with each one of its letters left out: two texts one edit apart share one of these."""
    return {text[:at] + text[at + 1 :] for at in range(len(text))}


#: Levels of evidence in the order in which they are asked; the first that finds somebody decides: whole name, core with
#: places, owner, core alone, sound, beginning in Latin letters, brand, one slip.
LEVELS = "FPOCSYBD"


def name_keys(customer: Customer) -> frozenset[str]:
    """Return the keys under which a customer's names are found; store them beside the customer."""
    return frozenset(keys_of_customer(customer, names_of(customer), LEVELS))


def names_of(customer: Customer) -> list[Name]:
    """Return a customer's names taken apart."""
    return [Name(text) for text in (customer.name, customer.name_en) if text]


def keys_of_customer(customer: Customer, names: Sequence[Name], levels: str) -> set[str]:
    """Return the keys of some levels of a customer."""
    keys: set[str] = set()
    for name in names:
        if not name.whole:
            continue
        if "F" in levels:
            keys.update(f"{level}:{key}" for level, key in _exact_keys(name))
        if "S" in levels:
            keys.update(_sound_keys(name))
            keys.update(_part_keys(name))
        if "D" in levels:
            keys.update(_near_keys(name))
    if "O" in levels and customer.owner:
        keys.add(f"O:{_NOT_LETTERS.sub('', customer.owner.upper())}")
    return keys


def _part_keys(name: Name) -> set[str]:
    """Return the keys by which a name is found from its beginning or its brand."""
    if not name.is_chinese:
        keys = {f"Y:{name.whole[:_PREFIX]}"}
        return keys | {f"B:{name.first}"} if len(name.first) >= 5 else keys
    keys = {f"B:{name.core[:size]}" for size in (2, 3, 4)}
    return keys | {f"Y:{sound_of(name.whole)[:_PREFIX]}", f"B:{_without_trade(name.core)}"}


def _exact_keys(name: Name) -> list[tuple[str, str]]:
    return [("F", name.whole), ("P", f"{name.core}|{''.join(name.places)}"), ("C", name.core)]


def _sound_keys(name: Name) -> tuple[str, ...]:
    """Return the sound of the name with its place first and where it stands."""
    if not name.is_chinese:
        return ()
    place = sound_of("".join(name.places))
    return (f"S:{sound_of(name.core)}|{place}", f"S:{sound_of(name.stem)}")


def _near_keys(name: Name) -> set[str]:
    """Return what is left of core and places when one letter is left out, for names long enough."""
    text = f"{''.join(name.places)}{name.core}"
    if not 6 <= len(text) <= 40:
        return set()
    return {f"D:{one}" for one in _shorter(text) | {text}}


def keys_of_payer(name: Name, levels: str = LEVELS) -> list[tuple[str, tuple[str, ...]]]:
    """Return for each of these levels the keys of a payer's name as a bank shows it."""
    if len(name.whole) < 2:
        return []
    found: list[tuple[str, tuple[str, ...]]] = []
    for level in levels:
        keys: tuple[str, ...] = ()
        match level:
            case "F":
                keys = (f"F:{name.whole}",)
            case "P":
                keys = (f"P:{name.core}|{''.join(name.places)}",)
            case "O":
                keys = (f"O:{name.whole}",)
            case "C":
                keys = (f"C:{name.core}",)
            case "S":
                keys = _sound_keys(name)
            case "Y" if not name.is_chinese and len(name.whole) >= _PREFIX:
                keys = (f"Y:{name.whole[:_PREFIX]}",)
            case "B" if len(name.core) <= 5 if name.is_chinese else len(name.core) >= 5:
                keys = (f"B:{name.core}",)
            case "D":
                keys = tuple(sorted(_near_keys(name)))
        if keys:
            found.append((level, keys))
    return found


def account_key(account: str) -> str:
    """Return the key of a bank account number, empty for none."""
    digits = _NOT_LETTERS.sub("", account.upper())
    return f"A:{digits}" if len(digits) >= 4 else ""


def payer_keys(receipt: Receipt) -> tuple[str, ...]:
    """Return the keys to remember when a receipt was accepted for a customer: its account and its payer's name."""
    name = Name(receipt.payer_name).whole if receipt.payer_name else ""
    return tuple(
        key for key in (account_key(receipt.payer_account), f"N:{name}" if len(name) > 1 else "") if key
    )


def fits(level: str, payer: Name, ours: Sequence[Name]) -> bool:
    """Check a hit of a level that only compares a part of the name."""
    if level == "Y":
        mine = payer.whole
        for name in ours:
            theirs = sound_of(name.whole) if name.is_chinese else name.whole
            if theirs.startswith(mine) or (mine.startswith(theirs) and len(theirs) >= 10):
                return True
        return False
    if level == "B":
        places = {place for name in ours for place in name.places}
        return not payer.places or not places or bool(places & set(payer.places))
    return True
