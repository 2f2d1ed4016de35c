"""States, words and pure sums of statements: which answer counts, how far a customer is, which lines are the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.errors import N_
from portal.money import Money

KINDS = ("activity", "open-item", "transaction")
RUN_STATES = ("preparing", "prepared", "issuing", "issued", "failed")
ANSWERS = ("confirmed", "disputed", "question", "none")

#: draft → approved → issued → delivered → viewed → part-answered → confirmed | confirmed-with-exceptions | disagreed
#: | recorded (from paper, by staff) | no-response (deadline passed) → superseded by the next version. No-response is
#: never shown as agreement.
STATES = (
    "draft", "approved", "issued", "delivered", "viewed", "part-answered", "confirmed", "confirmed-with-exceptions",
    "disagreed", "recorded", "no-response", "superseded",
)  # fmt: skip
#: States in which a customer may answer lines and sign.
ANSWERABLE = frozenset({"issued", "delivered", "viewed", "part-answered", "no-response"})
#: States that a signature made final.
SIGNED = frozenset({"confirmed", "confirmed-with-exceptions", "disagreed", "recorded"})
#: Of these, the ones the customer gave here: what staff recorded from paper or a call never counts as one.
ELECTRONIC = SIGNED - {"recorded"}

#: (state, verb) → state. ``take_back`` stands for taking back the last answer that was left.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("draft", "issue"): "issued",
    ("approved", "issue"): "issued",
    ("issued", "deliver"): "delivered",
    ("issued", "view"): "viewed",
    ("delivered", "view"): "viewed",
    ("part-answered", "take_back"): "viewed",
    **{(state, "answer"): "part-answered" for state in sorted(ANSWERABLE)},
    **{(state, "sign_agreed"): "confirmed" for state in sorted(ANSWERABLE)},
    **{(state, "sign_agreed_except"): "confirmed-with-exceptions" for state in sorted(ANSWERABLE)},
    **{(state, "sign_disagreed"): "disagreed" for state in sorted(ANSWERABLE)},
    **{(state, "record"): "recorded" for state in sorted(ANSWERABLE)},
    **{(state, "expire"): "no-response" for state in sorted(ANSWERABLE - {"no-response"})},
    **{(state, "supersede"): "superseded" for state in sorted(ANSWERABLE | SIGNED)},
}

STATE_LABELS = {
    "draft": N_("Draft"),
    "approved": N_("Released"),
    "issued": N_("Issued"),
    "delivered": N_("Delivered"),
    "viewed": N_("Viewed"),
    "part-answered": N_("Partly answered"),
    "confirmed": N_("Confirmed"),
    "confirmed-with-exceptions": N_("Confirmed, with exceptions"),
    "disagreed": N_("Not agreed"),
    "recorded": N_("Answer on paper, recorded by us"),
    "no-response": N_("No objection received"),
    "superseded": N_("Replaced by a newer version"),
}
KIND_LABELS = {
    "opening": N_("Opening balance"),
    "invoice": N_("Invoice"),
    "debit_note": N_("Debit note"),
    "credit_note": N_("Credit note"),
    "receipt": N_("Receipt"),
    "refund": N_("Refund"),
    "adjustment": N_("Adjustment"),
    "write_off": N_("Write-off"),
    "opening_balance": N_("Balance brought forward"),
}
ANSWER_LABELS = {
    "confirmed": N_("Confirmed"),
    "disputed": N_("Disputed"),
    "question": N_("Question asked"),
    "none": N_("Unanswered"),
}


class Answered(Protocol):
    """A line with what was said to it: amounts in minor units, signed."""

    @property
    def no(self) -> int:
        """Line number; 0 is the opening balance."""

    @property
    def amount_minor(self) -> int:
        """What the line moves."""

    @property
    def answer(self) -> str:
        """One of ``ANSWERS``."""

    @property
    def disputed_minor(self) -> int:
        """The disputed part, with the sign of the line; zero unless the answer is ``disputed``."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the customer is.

    Attributes:
        total: Lines 1..n.
        answered: Of these, confirmed or disputed; a question is not an answer.
        left: Lines still to be answered before signing, the opening balance included.
        opening_state: ``confirmed``, ``disputed``, ``unanswered``, or ``none`` when there is nothing to answer.
        confirmed: Agreed sum over lines 0..n, the agreed part of part-disputed lines included.
        disputed: Disputed sum over lines 0..n.
        unanswered: The rest; confirmed + disputed + unanswered = closing at every moment (I7).
        bar: Sizes of the three for a bar: sums of absolute amounts.
        has_mixed_signs: Unanswered amounts are of both signs, so that the bar and the sum differ.
    """

    total: int
    answered: int
    left: int
    confirmed_count: int
    disputed_count: int
    unanswered_count: int
    opening_state: str
    confirmed: Money
    disputed: Money
    unanswered: Money
    closing: Money
    bar: tuple[Money, Money, Money]
    has_mixed_signs: bool


def needs_answer(line: Answered) -> bool:
    """Say whether a line must be answered before signing; an opening balance of zero says nothing."""
    return line.no > 0 or line.amount_minor != 0


def has_answer(line: Answered) -> bool:
    """Say whether a line is answered; a question is not an answer."""
    return line.answer in {"confirmed", "disputed"}


def measure_progress(lines: Sequence[Answered], *, currency: str) -> Progress:
    """Sum up the answers to lines 0..n of one statement.

    Args:
        lines: Line 0 first; amounts in minor units of ``currency``.
        currency: ISO 4217.
    """
    counts = {"confirmed": 0, "disputed": 0, "unanswered": 0}
    sums = dict.fromkeys(counts, 0)
    sizes = dict.fromkeys(counts, 0)
    signs: set[bool] = set()
    left = 0
    opening_state = "none"
    for line in lines:
        state = line.answer if has_answer(line) else "unanswered"
        disputed = line.disputed_minor if state == "disputed" else 0
        rest = "confirmed" if state == "disputed" else state
        sums["disputed"] += disputed
        sizes["disputed"] += abs(disputed)
        sums[rest] += line.amount_minor - disputed
        sizes[rest] += abs(line.amount_minor - disputed)
        if line.no:
            counts[state] += 1
        elif line.amount_minor:
            opening_state = state
        if state == "unanswered" and needs_answer(line):
            left += 1
            signs.add(line.amount_minor > 0)
    total = sum(counts.values())
    confirmed, refused, unanswered = (Money(sums[key], currency) for key in counts)
    return Progress(
        total=total, answered=total - counts["unanswered"], left=left, confirmed_count=counts["confirmed"],
        disputed_count=counts["disputed"], unanswered_count=counts["unanswered"], opening_state=opening_state,
        confirmed=confirmed, disputed=refused, unanswered=unanswered, closing=confirmed + refused + unanswered,
        bar=(Money(sizes["confirmed"], currency), Money(sizes["disputed"], currency),
             Money(sizes["unanswered"], currency)),
        has_mixed_signs=len(signs) > 1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineKey:
    """What makes a line the same line in the next version: an answer is carried only while this is equal."""

    document_id: int | None
    kind: str
    document_no: str
    document_on: date | None
    due_on: date | None
    amount_minor: int


def untouched_lines(old: Iterable[tuple[int, LineKey]], new: Iterable[tuple[int, LineKey]]) -> dict[int, int]:
    """Return old line number → new line number for lines that did not change between two versions."""
    found = {key: no for no, key in new}
    return {no: found[key] for no, key in old if key in found}


def short_hash(content_hash: str) -> str:
    """Return the twelve characters of a hash that people compare: ``7F3A 91C4 0B2E``."""
    text = content_hash[:12].upper()
    return " ".join(text[at : at + 4] for at in range(0, 12, 4))


def next_state(state: str, verb: str) -> str | None:
    """Return the state a verb leads to, or None where it is not possible."""
    return TRANSITIONS.get((state, verb))


#: Why a customer is set aside by a run: what differs, and what to do.
FAILURES = {
    "lines_differ": N_("The documents of the month do not add up to its movement. Run the checks."),
    "ageing_differs": N_("The open items do not add up to the balance. Run the checks."),
    "opening_differs": N_("Last month was issued with another closing balance. Run last month again first."),
}
