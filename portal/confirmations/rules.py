"""Outcomes of a balance confirmation, and the exact text that is signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.errors import N_
from portal.money import Money

OUTCOMES = ("agreed", "agreed-except", "disagreed")
#: How an answer reached us: signed here by the customer, or recorded by staff from paper, a call or a mail.
CHANNELS = ("portal", "paper", "telephone", "e-mail")
CHANNEL_LABELS = {
    "portal": N_("in the portal"),
    "paper": N_("on paper"),
    "telephone": N_("by telephone"),
    "e-mail": N_("by e-mail"),
}
PAPER_STATES = ("pending", "recorded", "rejected", "voided")

#: Outcome → verb of the statement's transitions.
VERBS = {"agreed": "sign_agreed", "agreed-except": "sign_agreed_except", "disagreed": "sign_disagreed"}

OUTCOME_LABELS = {
    "agreed": N_("The data are right"),
    "agreed-except": N_("Agreed, except the disputed lines"),
    "disagreed": N_("The data are not right; differences below"),
}


#: States of a dispute in which it no longer holds its line.
ENDED_DISPUTES = frozenset({"resolved", "closed", "withdrawn"})


def holds(dispute_state: str) -> bool:
    """Say whether a dispute in this state keeps its line from being confirmed; no dispute keeps nothing."""
    return bool(dispute_state) and dispute_state not in ENDED_DISPUTES


class Words(Protocol):
    """A language: what ``portal.i18n.Translator`` offers."""

    language: str

    def gettext(self, message: str, **params: object) -> str:
        """Return a message with its values."""

    def headline(self, money: Money) -> str:
        """Return a figure with its currency."""


@dataclass(frozen=True, slots=True)
class Signable:
    """What a signature is about: names in the signer's language, figures in one currency.

    Attributes:
        day_in_words: The last day of the period as the signed text writes it.
        agreed: Confirmed sum of lines 0..n.
        disputed: Disputed sum, over ``disputed_count`` lines.
    """

    seller: str
    customer: str
    as_of: date
    day_in_words: str
    closing: Money
    agreed: Money
    disputed: Money
    disputed_count: int


@dataclass(frozen=True, slots=True)
class SigningText:
    """The text a person signs, in parts for the page; ``full`` is the exact text.

    Attributes:
        money: The figure that is signed: never one that is partly disputed.
        words: The figure in Chinese capital numerals (大写); empty in other languages.
        open: What is not agreed; empty when nothing is.
        company: The customer's full name.
    """

    title: str
    to: str
    text: str
    money: Money
    figure: str
    words: str
    open: str
    company: str

    @property
    def full(self) -> str:
        """The exact text, one part a line."""
        parts = (self.title, self.to, self.text, self.figure, self.words, self.open, self.company)
        return "\n".join(part for part in parts if part)


def normal_text(text: str) -> str:
    """Return a text as it is compared: line ends as browsers change them, spaces at the ends away."""
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))


_TITLE = N_("Balance confirmation")
_TO = N_("To %(seller)s:")
_AGREED = N_(
    "We have checked your statement. As of %(day)s our books agree with yours. We confirm that we owe you"
)
_AGREED_CREDIT = N_(
    "We have checked your statement. As of %(day)s our books agree with yours. We confirm that you owe us"
)
_EXCEPT = N_(
    "We have checked your statement. As of %(day)s our books agree with yours, except for the disputed items below. "
    "We confirm that we owe you"
)
_EXCEPT_CREDIT = N_(
    "We have checked your statement. As of %(day)s our books agree with yours, except for the disputed items below. "
    "We confirm that you owe us"
)
_DISAGREED = N_(
    "We have checked your statement. As of %(day)s our books do not agree with yours. According to our books we owe you"
)
_DISAGREED_CREDIT = N_(
    "We have checked your statement. As of %(day)s our books do not agree with yours. According to our books you owe us"
)
_OPEN = N_("Items in dispute: %(count)s, %(money)s in total. Both sides go on checking these.")
_OPEN_WORDS = N_(
    "Items in dispute: %(count)s, %(money)s (%(words)s) in total. Both sides go on checking these."
)
_YOURS = N_("Your statement shows %(money)s.")
_TEXTS = {
    "agreed": (_AGREED, _AGREED_CREDIT),
    "agreed-except": (_EXCEPT, _EXCEPT_CREDIT),
    "disagreed": (_DISAGREED, _DISAGREED_CREDIT),
}


def signed_money(facts: Signable, *, outcome: str, stated: Money | None) -> Money:
    """Return the figure an outcome signs: closing, the agreed part, or the customer's own figure."""
    if outcome == "disagreed":
        return stated if stated is not None else Money(0, facts.closing.currency)
    return facts.closing if outcome == "agreed" else facts.agreed


def compose_text(
    facts: Signable, *, outcome: str, stated: Money | None, words: Words, capitals: tuple[str, str] = ("", "")
) -> SigningText:
    """Return the exact text of a signature.

    Args:
        facts: Parties, day and figures.
        outcome: One of ``OUTCOMES``.
        stated: The customer's own figure where they do not agree.
        words: Language of the text.
        capitals: The signed and the disputed figure in 大写, both without sign; empty outside Chinese.
    """
    money = signed_money(facts, outcome=outcome, stated=stated)
    owed, credit = _TEXTS[outcome]
    still_open = ""
    if outcome == "disagreed":
        still_open = words.gettext(_YOURS, money=facts.closing)
    elif facts.disputed_count:
        still_open = words.gettext(
            _OPEN_WORDS if capitals[1] else _OPEN,
            count=facts.disputed_count,
            money=facts.disputed,
            words=capitals[1],
        )
    return SigningText(
        title=words.gettext(_TITLE),
        to=words.gettext(_TO, seller=facts.seller),
        text=words.gettext(credit if money.minor < 0 else owed, day=facts.day_in_words),
        money=money,
        figure=words.headline(abs(money)),
        words=capitals[0],
        open=still_open,
        company=facts.customer,
    )
