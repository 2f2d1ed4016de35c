"""Bank lines, pure: states and who may follow whom, the identity of a line, which statements follow each other."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.errors import N_

LINE_STATES = ("new", "matched", "parked", "ignored")
LINE_KINDS = (
    "transfer", "collective", "card", "cash", "cheque", "debit", "fee", "interest", "return", "internal", "other",
)  # fmt: skip
FILE_STATES = ("uploaded", "checked", "loading", "loaded", "failed", "undone")
LAYOUT_STATES = ("tried", "pending", "active", "retired")

#: (state, next state) a line may take.
LINE_MOVES = frozenset({
    ("new", "matched"), ("new", "parked"), ("new", "ignored"), ("parked", "new"), ("parked", "matched"),
    ("parked", "ignored"), ("ignored", "new"), ("matched", "new"),
})  # fmt: skip
LINE_LABELS = {
    "new": N_("To match"), "matched": N_("Matched"), "parked": N_("Held"), "ignored": N_("Left aside"),
}  # fmt: skip
KIND_LABELS = {
    "transfer": N_("Transfer"), "collective": N_("Collective entry"), "card": N_("Card"), "cash": N_("Cash"),
    "cheque": N_("Cheque"), "debit": N_("Direct debit"), "fee": N_("Bank fee"), "interest": N_("Interest"),
    "return": N_("Returned payment"), "internal": N_("Own accounts"), "other": N_("Other"),
}  # fmt: skip
FILE_LABELS = {
    "uploaded": N_("Being checked"), "checked": N_("Checked, not taken in"), "loading": N_("Being taken in"),
    "loaded": N_("Taken in"), "failed": N_("Cannot be read"), "undone": N_("Undone"),
}  # fmt: skip
_NO_LETTERS = re.compile(r"[\W_]+")


def line_base(
    *, booked_on: date, amount_minor: int, currency: str, bank_ref: str, texts: Sequence[str]
) -> str:
    """Return what tells a line from others of its account, before equal ones of a day are counted.

    Args:
        booked_on: Day of booking.
        amount_minor: Signed minor units.
        currency: ISO 4217.
        bank_ref: The bank's id; where there is one, texts do not matter, since banks word them differently per format.
        texts: Names, accounts and narrative.
    """
    what = (
        f"#{bank_ref}"
        if bank_ref
        else _NO_LETTERS.sub("", unicodedata.normalize("NFKC", "".join(texts)).casefold())
    )
    return f"{booked_on.isoformat()}|{amount_minor}|{currency}|{what[:400]}"


def line_key(account_id: int, base: str, occurrence: int) -> str:
    """Return the identity of a line: the n-th of its equals in its account on its day."""
    return hashlib.sha256(f"{account_id}|{base}|{occurrence}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A statement of an account: its balances and days."""

    id: int
    opening_minor: int | None
    closing_minor: int | None
    from_on: date | None
    until_on: date | None
    currency: str = ""

    @property
    def moves(self) -> bool:
        """Whether it has two balances that differ: only then its place in a chain is certain."""
        return (
            None not in {self.opening_minor, self.closing_minor} and self.opening_minor != self.closing_minor
        )


def follows(before: Span, after: Span) -> bool:
    """Say whether a statement begins where another ends, so that no line can stand in both."""
    return (
        before.moves
        and after.moves
        and before.closing_minor == after.opening_minor
        and before.until_on is not None
        and after.from_on is not None
        and before.until_on <= after.from_on + timedelta(days=1)
        and (before.from_on or before.until_on) <= after.from_on
    )


def chained(own: Span, others: Sequence[Span]) -> frozenset[int]:
    """Return the statements that come before or after this one without a gap in the balances, near or far."""
    found: set[int] = set()
    for forwards in (True, False):
        edge = [own]
        while edge:
            here = edge.pop()
            for other in others:
                if other.id in found or other.id == own.id:
                    continue
                if follows(here, other) if forwards else follows(other, here):
                    found.add(other.id)
                    edge.append(other)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class ChainStep:
    """What lies between two statements of an account.

    Attributes:
        kind: ``start``, ``fits``, ``gap`` (balances do not meet), ``overlap`` (days in both) or ``open`` (no balances).
        missing_from: First day that no statement covers, for a gap in days.
        missing_until: Last such day.
        difference_minor: Opening here less closing before; 0 where they meet or one is not stated.
    """

    kind: str
    missing_from: date | None = None
    missing_until: date | None = None
    difference_minor: int = 0


def chain_step(before: Span | None, after: Span) -> ChainStep:
    """Compare a statement with the one before it."""
    if before is None:
        return ChainStep("start")
    gap_from = before.until_on + timedelta(days=1) if before.until_on else None
    gap_until = after.from_on - timedelta(days=1) if after.from_on else None
    is_apart = bool(gap_from and gap_until and gap_until >= gap_from)
    if before.closing_minor is None or after.opening_minor is None:
        return ChainStep("open")
    difference = after.opening_minor - before.closing_minor
    if difference == 0:
        return ChainStep("fits")
    if not is_apart and before.until_on and after.from_on and after.from_on < before.until_on:
        return ChainStep("overlap", difference_minor=difference)
    return ChainStep(
        "gap", gap_from if is_apart else None, gap_until if is_apart else None, difference_minor=difference
    )


def is_masked_or_long(stored: str, stated: str) -> bool:
    """Say whether two ways to write an account are surely one: masked, or a German number and its IBAN."""
    one, two = (_bare_account(text) for text in (stored, stated))
    if "*" in one + two:
        masked, full = (one, two) if "*" in one else (two, one)
        pattern = ".*".join(map(re.escape, re.split(r"\*+", masked)))
        return sum(map(str.isalnum, masked)) >= 4 and bool(re.fullmatch(pattern, full))
    return bool(one) and _german(stored) == _german(stated)


def same_account(stored: str, stated: str) -> bool:
    """Say whether a stated number can be the stored one: the same, masked, or longer by the number of the bank."""
    one, two = (_bare_account(text) for text in (stored, stated))
    if not one or not two:
        return False
    short, long = sorted((one, two), key=len)
    return (
        one == two
        or is_masked_or_long(stored, stated)
        or (len(short) >= 6 and long.endswith(short.lstrip("0")))
    )


def _bare_account(text: str) -> str:
    return re.sub(r"[^A-Z0-9*]", "", text.upper())


def _german(text: str) -> str:
    """Return the IBAN's 18 digits of ``50880050/0194774600`` and of ``DE…``; other accounts as they are."""
    if found := re.fullmatch(r"(\d{8})/(\d{1,10})", text.replace(" ", "")):
        return found[1] + found[2].zfill(10)
    bare = _bare_account(text)
    return bare[4:] if re.fullmatch(r"DE\d{20}", bare) else bare
