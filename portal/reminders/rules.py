"""Which stage a statement has reached, who is told and who is not, and why: pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.errors import N_

#: Why a statement or a recipient was passed over, in words for staff.
SKIPS: dict[str, str] = {
    "not-yet": N_("The first mail is not due yet."),
    "paused": N_("Mail to this customer is paused."),
    "archived": N_("The customer is archived."),
    "newer-month": N_("A later month was issued; its mail counts for both."),
    "all-disputed": N_("Every line is disputed: we must answer first."),
    "no-recipient": N_("Nobody is set to receive it."),
    "already-told": N_("Already told at this stage."),
}

#: Why somebody receives the mail, in the order in which one reason wins over another.
REASONS = ("confirmer", "customer-admin", "contact")

ISSUED_EVENT = "statement-issued"
REMINDER_EVENT = "statement-reminder"


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether anybody is told about one issued, unsigned statement.

    Attributes:
        days: Business days of the seller's calendar since it was issued (calendar days; never negative).
        is_newest: Whether no later period of the same customer and currency has been issued.
        line_count: Lines of the statement, without the opening balance.
        disputed_count: Of these, the ones with a dispute that waits for us.
    """

    days: int
    is_paused: bool
    is_archived: bool
    is_newest: bool
    line_count: int
    disputed_count: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone who is told about the statements of one customer, and why."""

    email: str
    name: str
    language: str
    reason: str
    wants_statements: bool = True
    wants_reminders: bool = True


def reached_stage(days: int, stage_days: Sequence[int]) -> int | None:
    """Return the highest stage whose day has come, or None before the first.

    Args:
        days: Calendar days since the statement was issued.
        stage_days: Day of each stage, ascending; stage 0 is the news that the statement is there.
    """
    reached = [stage for stage, day in enumerate(stage_days) if days >= day]
    return reached[-1] if reached else None


def reason_to_skip(situation: Situation, stage: int | None) -> str | None:
    """Return why nobody is told (a key of ``SKIPS``), or None when the recipients are told."""
    if situation.is_archived:
        return "archived"
    if situation.is_paused:
        return "paused"
    if stage is None:
        return "not-yet"
    if not situation.is_newest:
        return "newer-month"
    if stage > 0 and 0 < situation.line_count <= situation.disputed_count:
        return "all-disputed"
    return None


def one_per_address(found: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Return one recipient an address, in alphabetical order: sign-ins win over contacts.

    A wish not to be written to counts, wherever it was said for the address.
    """
    kept: dict[str, Recipient] = {}
    for recipient in sorted(found, key=lambda one: (REASONS.index(one.reason), one.email)):
        email = recipient.email.strip().lower()
        first = kept.get(email, recipient)
        kept[email] = Recipient(
            email=email, name=first.name, language=first.language, reason=first.reason,
            wants_statements=first.wants_statements and recipient.wants_statements,
            wants_reminders=first.wants_reminders and recipient.wants_reminders,
        )  # fmt: skip
    return tuple(kept[email] for email in sorted(kept))


def is_sendable(recipient: Recipient) -> bool:
    """Say whether the address and the name can stand in a mail: one address, no space, no line break."""
    local, _, domain = recipient.email.rpartition("@")
    return bool(
        local
        and domain
        and not any(sign.isspace() for sign in recipient.email)
        and recipient.name.isprintable()
    )


def is_wanted(recipient: Recipient, *, is_first: bool) -> bool:
    """Say whether a recipient wants the first mail about a statement, or a reminder of it."""
    return recipient.wants_statements if is_first else recipient.wants_reminders
