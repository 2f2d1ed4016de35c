"""What is kept how long, and what stands for an erased person; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from portal.errors import N_

#: What a purge looks after, in the order of the page.
PURGE_KINDS = ("security-log", "sign-ins", "links", "mail", "codes")
PURGE_LABELS = {
    "security-log": N_("Security log"),
    "sign-ins": N_("Ended sign-ins"),
    "links": N_("Links of mails"),
    "mail": N_("Texts of sent mails"),
    "codes": N_("Used and expired codes"),
}
#: Kind → rule of the policy.
POLICY_NAMES = {
    "security-log": "keep_security_log_days",
    "sign-ins": "keep_sign_ins_days",
    "links": "keep_links_days",
    "mail": "keep_mail_days",
    "codes": "keep_codes_days",
}
#: Fewest days, whatever a policy says; the database refuses less for the security log too.
LEAST_DAYS = {"security-log": 183, "sign-ins": 30, "links": 90, "mail": 90, "codes": 1}


def kept_days(chosen: Mapping[str, int]) -> dict[str, int]:
    """Return the days of each kind: what the policy says, and never fewer than the least."""
    return {kind: max(LEAST_DAYS[kind], chosen[kind]) for kind in PURGE_KINDS}


def cutoff(now: datetime, days: int) -> datetime:
    """Return the instant before which rows may go."""
    return now - timedelta(days=days)


def erased_address(person_id: int) -> str:
    """Return the address that stands for an erased one: no mail ever reaches it (RFC 2606)."""
    return f"erased-{person_id}@erased.invalid"


def erased_name(person_id: int) -> str:
    """Return the name that stands for an erased one, the same in every language."""
    return f"#{person_id}"
