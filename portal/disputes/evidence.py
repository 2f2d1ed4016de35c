"""What a reason asks for: facts of the right shape, files, words, and parts that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.disputes.reasons import MIN_OTHER_LENGTH, REASONS, Fact, Reason
from portal.disputes.timeline import MAX_TEXT
from portal.errors import N_, Invalid
from portal.money import BadAmount, Money, parse_minor, sum_money

MAX_FACT = 300


@dataclass(frozen=True, slots=True)
class DisputePartDraft:
    """One reason and amount within a dispute."""

    reason: str
    amount: Money


def checked_facts(reason: Reason, facts: Mapping[str, str], *, currency: str, own: str) -> dict[str, str]:
    """Return the facts a reason asks for, trimmed; dates as ISO text, money as plain decimal text.

    Args:
        reason: What is asked.
        facts: Key → as typed; keys the reason does not ask for are left out.
        currency: Of the amounts.
        own: Number of the disputed document, which cannot be the other one.

    Raises:
        Invalid: A required fact is missing or has another shape; ``field`` is its key.
    """
    found = {fact.key: _checked(fact, facts.get(fact.key, "").strip(), currency) for fact in reason.facts}
    if own and found.get("other_document") == own:
        raise Invalid(N_("Name the other document, not this one."), field="other_document")
    return {key: value for key, value in found.items() if value}


def _checked(fact: Fact, text: str, currency: str) -> str:
    if not text:
        if fact.is_required:
            raise Invalid(N_("We need this fact for this reason."), field=fact.key)
        return ""
    if len(text) > MAX_FACT:
        raise Invalid(N_("At most %(count)s characters, please."), field=fact.key, count=MAX_FACT)
    if fact.kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise Invalid(N_("Write the date as year-month-day."), field=fact.key) from None
    if fact.kind == "money":
        try:
            return Money(parse_minor(text.replace(",", ""), currency), currency).decimal_text
        except BadAmount as refusal:
            raise Invalid(refusal.message, field=fact.key, **refusal.params) from None
    return text


def checked_parts(parts: Sequence[DisputePartDraft], *, whole: Money) -> Sequence[DisputePartDraft]:
    """Return the parts of a dispute.

    Raises:
        Invalid: An unknown reason, an amount that is not above zero, or parts that do not sum to the whole.
    """
    if not parts:
        return ()
    if any(part.reason not in REASONS or part.amount.minor <= 0 for part in parts):
        raise Invalid(field="parts")
    if any(part.amount.currency != whole.currency for part in parts):
        raise Invalid(field="parts")
    if sum_money((part.amount for part in parts), whole.currency) != whole:
        raise Invalid(N_("The parts must add up to %(whole)s."), field="parts", whole=whole)
    return parts


def require_evidence(reason: Reason, *, text: str, file_count: int) -> str:
    """Return the trimmed words.

    Raises:
        Invalid: A file is missing, the words are too long, or too few for "other".
    """
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise Invalid(N_("At most %(count)s characters, please."), field="text", count=MAX_TEXT)
    if reason.file_is_required and not file_count:
        raise Invalid(N_("Attach a file: we need it for this reason."), field="files")
    if reason.code == "OTH" and len(text) < MIN_OTHER_LENGTH:
        raise Invalid(
            N_("Describe it in at least %(count)s characters."), field="text", count=MIN_OTHER_LENGTH
        )
    return text


def facts_from(values: Mapping[str, str], code: str) -> dict[str, str]:
    """Return the facts of one reason out of a form that holds those of every reason as ``CODE.key``."""
    reason = REASONS.get(code)
    if reason is None:
        return {}
    return {fact.key: values.get(f"{code}.{fact.key}", "") for fact in reason.facts}


def parts_from(
    whole: Money, *, reason: str, second_reason: str, second: Money | None
) -> tuple[DisputePartDraft, ...]:
    """Return two parts of a dispute: the second as named, the first the rest; none where no second is named."""
    if not second_reason or second is None:
        return ()
    return (DisputePartDraft(reason, whole - second), DisputePartDraft(second_reason, second))
