"""What a receipt settles and why less or more arrived: exact sums, one reason for the difference; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.errors import N_, Invalid
from portal.matching.engine.facts import Tolerance
from portal.money import Money
from portal.receivables import Deductions

#: Reasons a person can give for a difference; ``""`` = there is none.
RESTS = ("", "fee", "discount", "rounding", "advance", "part", "exchange")

REST_WORDS = {
    "fee": N_("Bank fee"),
    "discount": N_("Early-payment discount"),
    "rounding": N_("Small difference"),
    "advance": N_("Advance"),
    "part": N_("Part payment"),
    "exchange": N_("Other currency"),
}

#: What the engine calls a rest → the reason a person would give.
_OF_ENGINE = {
    "fee": "fee", "discount": "discount", "rounding": "rounding", "overpayment": "advance", "unapplied": "advance",
    "fx": "exchange",
}  # fmt: skip


class Unexplained(Invalid):
    """Receipt and allocation differ and nobody said why."""

    code = "unexplained"
    default_message = N_("%(left)s left: choose fee, discount, advance or part.")


@dataclass(frozen=True, slots=True)
class Settled:
    """What to post.

    Attributes:
        amount_minor: Amount of the receipt document, in the currency of what it settles.
        parts: (document, minor units), debts positive, credit notes used negative.
        deductions: What is settled beyond the money.
    """

    amount_minor: int
    parts: tuple[tuple[int, int], ...]
    deductions: Deductions = field(default_factory=Deductions)


def rest_of(rest_kind: str) -> str:
    """Return the reason a person would give for what the engine calls the rest."""
    return _OF_ENGINE.get(rest_kind, "")


def settle(
    received: Money, parts: Sequence[tuple[int, int]], *, rest: str, is_exchanged: bool = False
) -> Settled:
    """Return what a receipt settles, so that money, deductions and parts add up exactly.

    Args:
        received: What arrived, above zero.
        parts: (document, minor units of the debt's currency); none = all of it is an advance.
        rest: Why parts and money differ, one of ``RESTS``.
        is_exchanged: The debts are in another currency than the money: parts alone say what is settled.

    Raises:
        Unexplained: They differ and ``rest`` does not say why.
        Invalid: Nothing is settled, or a document is named twice.

    Source: domain.md, rows 2-7, 12, 13 and 17 of the journal table.
    """
    named = [document_id for document_id, _ in parts]
    if len(set(named)) != len(named) or any(not minor for _, minor in parts):
        raise Invalid(N_("A document is named twice."), field="parts")
    total = sum(minor for _, minor in parts)
    if parts and total <= 0:
        raise Invalid(N_("Nothing is left to settle."), field="parts")
    if is_exchanged and parts:
        return Settled(total, tuple(parts))
    short = total - received.minor
    if short == 0:
        return Settled(total, tuple(parts))
    if short < 0 and rest == "advance":
        return Settled(received.minor, tuple(parts))
    if short < 0 and rest == "rounding":
        return Settled(total, tuple(parts), Deductions(difference_minor=short))
    if short > 0 and rest in {"fee", "discount", "rounding"}:
        fields = {"fee": "fee_minor", "discount": "discount_minor", "rounding": "difference_minor"}
        return Settled(total, tuple(parts), Deductions(**{fields[rest]: short}))
    if short > 0 and rest == "part":
        return Settled(received.minor, shortened(parts, short))
    raise Unexplained(left=Money(abs(short), received.currency), field="rest")


def shortened(parts: Sequence[tuple[int, int]], by_minor: int) -> tuple[tuple[int, int], ...]:
    """Return parts made smaller from the last debt backwards: what stays open stays on the newest."""
    kept: list[tuple[int, int]] = []
    for document_id, minor in reversed(parts):
        taken = min(by_minor, minor) if minor > 0 else 0
        by_minor -= taken
        if minor != taken:
            kept.append((document_id, minor - taken))
    return tuple(reversed(kept))


def within_tolerance(settled: Settled, tolerance: Tolerance) -> bool:
    """Say whether what is settled beyond the money is small enough for one person."""
    found = settled.deductions
    return (
        found.fee_minor <= tolerance.fee_minor
        and found.discount_minor * 10_000 <= tolerance.discount_bp * settled.amount_minor
        and abs(found.difference_minor) <= tolerance.rounding_minor
    )
