"""States, transitions, turns and the business-day clock of disputes, as data and pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.errors import N_, Conflict

if TYPE_CHECKING:
    from holidays import HolidayBase

STATES = (
    "draft", "submitted", "acknowledged", "investigating", "waiting_customer", "waiting_internal", "proposed",
    "accepted", "countered", "refused", "escalated", "pending_approval", "posted", "resolved", "closed",
    "withdrawn", "reopened",
)  # fmt: skip
OPEN_STATES = frozenset(STATES) - {"draft", "resolved", "closed", "withdrawn"}

#: Calendar days after the result in which a dispute may be reopened, and business days until it is closed.
REOPEN_DAYS = 30
CLOSE_AFTER_DAYS = 5
#: Business days a customer has to answer a question or a proposal before we remind.
ANSWER_DAYS = 10

_OURS = ("acknowledged", "investigating", "waiting_internal", "countered", "refused", "escalated", "reopened")
_PROPOSABLE = (*_OURS, "waiting_customer", "proposed", "accepted")
_ESCALATABLE = (*(state for state in _OURS if state != "escalated"), "waiting_customer")
_TALKING = (*_OURS, "submitted", "waiting_customer", "proposed", "accepted", "pending_approval")


def _transitions() -> dict[tuple[str, str], str]:
    table = {("draft", "submit"): "submitted", ("submitted", "acknowledge"): "acknowledged"}
    table |= {(state, "reply"): state for state in _TALKING}
    table |= {("acknowledged", "reply"): "investigating", ("reopened", "reply"): "investigating"}
    table |= {(state, "answer"): state for state in _TALKING}
    table |= {("waiting_customer", "answer"): "investigating"}
    table |= {(state, "note"): state for state in STATES if state not in {"draft", "closed"}}
    table |= {(state, "assign"): state for state in _TALKING}
    table |= {("acknowledged", "assign"): "investigating", ("reopened", "assign"): "investigating"}
    table |= {(state, "ask"): "waiting_customer" for state in _OURS}
    table |= {(state, "hold"): "waiting_internal" for state in _OURS if state != "waiting_internal"}
    table |= {(state, "resume"): "investigating" for state in ("waiting_customer", "waiting_internal")}
    table |= {(state, "propose"): "proposed" for state in _PROPOSABLE}
    table |= {(state, "escalate"): "escalated" for state in _ESCALATABLE}
    table |= {
        ("proposed", "accept"): "accepted",
        ("proposed", "counter"): "countered",
        ("proposed", "refuse"): "refused",
        ("accepted", "settle"): "pending_approval",
        ("accepted", "resolve"): "resolved",
        ("pending_approval", "return"): "accepted",
        ("pending_approval", "post"): "posted",
        ("posted", "resolve"): "resolved",
        ("resolved", "close"): "closed",
        ("resolved", "reopen"): "reopened",
        ("closed", "reopen"): "reopened",
    }
    return table | {(state, "withdraw"): "withdrawn" for state in _TALKING}


#: (state, verb) → state; what is not here is refused. ``reply`` is ours, ``answer`` the customer's words.
TRANSITIONS: dict[tuple[str, str], str] = _transitions()

#: Who has to act next, for each state.
TURNS: dict[str, str] = {
    **dict.fromkeys((*_OURS, "submitted", "accepted", "pending_approval", "posted"), "ours"),
    **dict.fromkeys(("draft", "waiting_customer", "proposed"), "theirs"),
    **dict.fromkeys(("resolved", "closed", "withdrawn"), "nobody"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    """A way a dispute can end.

    Attributes:
        code: Stored word.
        word: English message id.
        posts: Kind of document that settles it after a second person approved; empty where nothing is posted.
    """

    code: str
    word: str
    posts: str = ""


RESOLUTIONS: dict[str, Resolution] = {
    found.code: found
    for found in (
        Resolution("credit_note", N_("Credit note"), "credit_note"),
        Resolution("refund", N_("Credit note, then paid back"), "credit_note"),
        Resolution("rebill", N_("Credit note and a new bill"), "credit_note"),
        Resolution("write_off", N_("Write-off"), "write_off"),
        Resolution("reallocate", N_("Payment applied anew")),
        Resolution("date_change", N_("Due date changed")),
        Resolution("explanation", N_("Explanation only")),
        Resolution("charge_back", N_("The amount stays owed")),
    )
}

#: What we found, for statistics; staff only. One of the causes of a difference named in docs/glossary.md.
ROOT_CAUSES: dict[str, str] = {
    "entry_error": N_("Entry error"),
    "duplicate": N_("Entered twice"),
    "omitted_ours": N_("Missing on our side"),
    "omitted_theirs": N_("Missing on their side"),
    "bank_fee": N_("Bank fee"),
    "discount": N_("Discount"),
    "rounding": N_("Rounding"),
    "exchange": N_("Exchange rate"),
    "timing": N_("Timing"),
    "part_payment": N_("Part payment"),
    "wrong_party_or_allocation": N_("Wrong customer or allocation"),
    "policy_or_tax": N_("Terms or tax"),
}


def next_state(state: str, verb: str) -> str:
    """Return the state a verb leads to.

    Raises:
        Conflict: The verb is not possible in this state; nothing may be changed.
    """
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise Conflict(N_("This dispute has moved on since you opened it. Nothing was saved.")) from None


def verdict_of(disputed_minor: int, approved_minor: int) -> str:
    """Return ``valid``, ``partly_valid`` or ``invalid``: how much of the objection was right."""
    if approved_minor <= 0:
        return "invalid"
    return "valid" if approved_minor >= disputed_minor else "partly_valid"


# --- business days ---


@lru_cache(maxsize=1)
def _calendar() -> HolidayBase:
    import holidays

    return holidays.country_holidays("CN")


def is_business_day(day: date) -> bool:
    """Say whether a day is worked in China: weekends worked instead of a bridge day count, holidays do not.

    Source: the yearly notice of the State Council's general office, as the ``holidays`` package carries it;
    years it does not know yet have their fixed holidays only.
    """
    return bool(_calendar().is_working_day(day))


def add_business_days(day: date, count: int) -> date:
    """Return the day ``count`` business days after ``day`` (zero: that day or the next business day)."""
    while not is_business_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_business_day(day):
            day += timedelta(days=1)
    return day


def business_days_between(first: date, last: date) -> int:
    """Count the business days after ``first`` up to and including ``last``; zero when not later."""
    days = (first + timedelta(days=offset + 1) for offset in range((last - first).days))
    return sum(1 for day in days if is_business_day(day))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long each side has had the turn, in business days."""

    ours: int
    theirs: int


def waiting_days(moves: Sequence[tuple[str, date]], *, until: date) -> Waiting:
    """Split the age of a dispute by whose turn it was.

    Args:
        moves: (state entered, business date), oldest first; the first is the opening.
        until: Last day counted.
    """
    spent = {"ours": 0, "theirs": 0, "nobody": 0}
    for (state, start), (_, end) in zip(moves, [*moves[1:], ("", until)], strict=True):
        spent[TURNS[state]] += business_days_between(start, end)
    return Waiting(ours=spent["ours"], theirs=spent["theirs"])


def due_day(state: str, *, moves: Sequence[tuple[str, date]], sla_days: int, today: date) -> date:
    """Return the day by which whoever has the turn should act.

    Our clock stands still while the customer has the turn: what was used before counts; a reopening
    starts anew.
    """
    if TURNS[state] == "theirs":
        return add_business_days(today, ANSWER_DAYS)
    if TURNS[state] == "nobody":
        return today
    starts = [index for index, (entered, _) in enumerate(moves) if entered == "reopened"]
    used = waiting_days(moves[starts[-1] if starts else 0 :], until=today).ours if moves else 0
    return add_business_days(today, max(sla_days - used, 0))
