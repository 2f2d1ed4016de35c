"""Numbers people write on documents, brought into forms that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

_RUNS = re.compile(r"[A-Z]+|\d+")
#: A number in running text: letters and digits with separators inside, at least three digits.
_TOKEN = re.compile(r"(?<![A-Z0-9])[A-Z]{0,8}[-/#_. ]?\d[A-Z0-9]*(?:[-/_.][A-Z0-9]+)*")
_DAY = re.compile(
    r"(?:19|20)\d{2}[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./](?:19|20)?\d{2}"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
MIN_TAIL = 3
MIN_DIGITS = 5


class Keys(NamedTuple):
    """The forms of one row's numbers.

    Attributes:
        own: Full forms of the row's own number.
        named: Full forms of every number on the row, its own included.
        digits: Their digits in one piece, at least five.
        tails: Their telling runs of digits without leading zeros.
    """

    own: tuple[str, ...]
    named: tuple[str, ...]
    digits: tuple[str, ...]
    tails: tuple[str, ...]


def plain(text: str) -> str:
    """Return text in capitals, half width, without blanks at its ends."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper().strip()


def forms_of(number: str) -> tuple[str, ...]:
    """Return the full forms of a number: letters and digits, and the same without leading zeros in its runs."""
    runs = _RUNS.findall(plain(number))
    whole = "".join(runs)
    if not any(run.isdigit() for run in runs) or len(whole) < MIN_TAIL:
        return ()
    bare = "~".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)
    return (whole, bare) if len(runs) > 1 else (whole,)


def parts_of(number: str) -> set[str]:
    """Return the runs of digits without leading zeros that tell a number apart: the last one, and all of four and more.

    A year says nothing and is left out unless it is all there is.
    """
    runs = [run.lstrip("0") for run in _RUNS.findall(plain(number)) if run.isdigit()]
    told = {run for run in runs if len(run) > MIN_TAIL and not _YEAR.fullmatch(run)}
    if runs and len(runs[-1]) >= MIN_TAIL:
        told.add(runs[-1])
    return told


def digits_of(number: str) -> str:
    """Return all digits of a number in one piece; empty when they say too little."""
    digits = "".join(run for run in _RUNS.findall(plain(number)) if run.isdigit()).lstrip("0")
    return digits if len(digits) >= MIN_DIGITS else ""


def numbers_in(text: str) -> list[str]:
    """Return what looks like a document number in running text; days are left out."""
    found = []
    for token in _TOKEN.findall(plain(text)):
        word = token.strip(" -/#_.")
        least = MIN_DIGITS if word.isdigit() else MIN_TAIL
        if sum(letter.isdigit() for letter in word) >= least and not _DAY.fullmatch(word):
            found.append(word)
    return found


def keys_of(reference: str, others: Iterable[str], text: str) -> Keys:
    """Return the forms of all numbers of a row: its own, further ones, and those in its text."""
    own = forms_of(reference) if reference else ()
    numbers = [reference] if reference else []
    numbers += [other for other in others if other]
    if text and any(letter.isdigit() for letter in text):
        numbers += numbers_in(text)
    named = [*own]
    for number in numbers[1:] if reference else numbers:
        named += forms_of(number)
    digits = {digits_of(number) for number in numbers}
    tails = {part for number in numbers for part in parts_of(number)}
    return Keys(own, tuple(dict.fromkeys(named)), tuple(digits - {""}), tuple(tails))


def shape_of(number: str) -> str:
    """Return the build of a number, ``INV-26-00871`` → ``INV099``: what a series of numbers has in common."""
    return "".join("9" * len(run) if run.isdigit() else run for run in _RUNS.findall(plain(number)))


def is_similar(one: str, other: str) -> bool:
    """Say whether two own numbers differ by a slip of the fingers: one digit changed, lost, doubled or swapped."""
    if not one or not other or min(len(one), len(other)) < MIN_DIGITS:
        return False
    return DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1
