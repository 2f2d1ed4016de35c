"""How long things are kept, and the least they must be; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from portal.errors import N_, Invalid

#: What a purge looks after, in the order of the page.
PURGE_KINDS = ("security-log", "sign-ins", "links", "mail", "codes")
PURGE_LABELS = {
    "security-log": N_("Security log"),
    "sign-ins": N_("Ended sign-ins"),
    "links": N_("Links of mails that lead nowhere any more"),
    "mail": N_("Texts of mails that were sent"),
    "codes": N_("Used and expired codes"),
}
#: Fewest days; six months of logs are law in places (网络安全法), and we know of nobody who may keep less.
LEAST_DAYS = {"security-log": 183, "sign-ins": 30, "links": 90, "mail": 90, "codes": 1}
#: Days as shipped.
SHIPPED_DAYS = {"security-log": 400, "sign-ins": 400, "links": 120, "mail": 730, "codes": 30}
MOST_DAYS = 3650


def retention_of(chosen: Mapping[str, int]) -> dict[str, int]:
    """Return the days of each kind; what is not chosen is as shipped.

    Raises:
        Invalid: Fewer days than the least, or more than ten years; ``field`` names the kind.
    """
    days = SHIPPED_DAYS | {kind: value for kind, value in chosen.items() if kind in PURGE_KINDS}
    for kind, value in days.items():
        if not LEAST_DAYS[kind] <= value <= MOST_DAYS:
            raise Invalid(
                N_("Enter between %(least)s and %(most)s days."), field=kind, least=LEAST_DAYS[kind], most=MOST_DAYS
            )
    return days


def cutoff(now: datetime, days: int) -> datetime:
    """Return the instant before which rows may go."""
    return now - timedelta(days=days)
