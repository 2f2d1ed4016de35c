"""What a wish for a staff role must hold, and when a role is due for review; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from portal.errors import N_, Invalid
from portal.money import CURRENCY_DIGITS

ACTS = ("give", "change", "take")
#: Roles that work with customers: they may be limited to a portfolio and to amounts.
WITH_PORTFOLIO = frozenset({"clerk", "approver", "auditor"})
WITH_LIMITS = frozenset({"clerk", "approver"})
POPULATIONS: dict[str, str] = {
    "customers": N_("Customers"),
    "documents": N_("Documents"),
    "confirmations": N_("Confirmations"),
}
LARGEST_SAMPLE = 5000
_DEPARTMENT = re.compile(r"[a-z][a-z_]{1,28}")
_SEED = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class LimitWish:
    """How much may be released alone in a currency, in minor units; None = as the policy says."""

    currency: str
    act_minor: int | None = None
    day_minor: int | None = None


@dataclass(frozen=True, slots=True)
class RoleWish:
    """What one security administrator asks for.

    Attributes:
        act: ``give``, ``change`` (other scope or limits) or ``take``.
        role: A staff role.
        reason: Why; the second administrator and auditors read it.
        entity: Code of the one legal entity; empty = every one.
        portfolio: ``all``, ``own`` or ``list``.
        customer_numbers: The list.
        departments: Whose disputes the role ``department`` sees.
        limits: One a currency.
        ends_on: Last day on which the role holds; None = until it is taken.
        sample: Public id of the sample an external auditor may see; empty = none.
    """

    act: str
    role: str
    reason: str
    entity: str = ""
    portfolio: str = "all"
    customer_numbers: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    limits: tuple[LimitWish, ...] = ()
    ends_on: date | None = None
    sample: str = ""


def require_sound(wish: RoleWish, *, today: date) -> None:
    """Refuse a wish that contradicts itself.

    Raises:
        Invalid: ``field`` names what is wrong.
    """
    if wish.act not in ACTS:
        raise Invalid(field="act")
    if not wish.reason.strip():
        raise Invalid(
            N_("Say why, so that the second administrator and the auditor understand it."), field="reason"
        )
    if wish.act == "take":
        return
    _require_departments(wish)
    if wish.portfolio not in {"all", "own", "list"}:
        raise Invalid(field="portfolio")
    if wish.portfolio != "all" and wish.role not in WITH_PORTFOLIO:
        raise Invalid(N_("This role has no portfolio of customers."), field="portfolio")
    if (wish.portfolio == "list") != bool(wish.customer_numbers or wish.sample):
        raise Invalid(
            N_("A named list needs customer numbers, and only a named list has them."), field="customers"
        )
    if wish.limits and wish.role not in WITH_LIMITS:
        raise Invalid(N_("Only clerks and approvers have limits."), field="limits")
    for limit in wish.limits:
        _require_limit(limit)
    if len({limit.currency for limit in wish.limits}) != len(wish.limits):
        raise Invalid(N_("One line a currency."), field="limits")
    if wish.sample and (wish.role != "auditor" or wish.ends_on is None):
        raise Invalid(
            N_("A sample belongs to an external auditor, whose access has a last day."), field="ends_on"
        )
    if wish.ends_on is not None and wish.ends_on < today:
        raise Invalid(N_("The last day lies in the past."), field="ends_on")


def _require_departments(wish: RoleWish) -> None:
    if (wish.role == "department") != bool(wish.departments):
        raise Invalid(
            N_("The role “department” needs at least one department, and no other role has any."),
            field="departments",
        )
    if any(not _DEPARTMENT.fullmatch(name) for name in wish.departments):
        raise Invalid(field="departments")


def _require_limit(limit: LimitWish) -> None:
    if limit.currency not in CURRENCY_DIGITS:
        raise Invalid(N_("This currency is not known."), field="limits")
    if limit.act_minor is None and limit.day_minor is None:
        raise Invalid(N_("A limit needs an amount for one act, for one day, or both."), field="limits")
    if limit.act_minor is not None and limit.day_minor is not None and limit.day_minor < limit.act_minor:
        raise Invalid(N_("What may be released in a day is not less than in one act."), field="limits")


# --- reviews ---


def review_state(granted_at: datetime, reviewed_at: datetime | None, *, days: int, now: datetime) -> str:
    """Return ``done`` (looked at within the cycle), ``open`` (not yet due) or ``overdue``."""
    edge = now - timedelta(days=days)
    if (reviewed_at or granted_at) <= edge:
        return "overdue"
    return "open" if reviewed_at is None else "done"


# --- samples ---


@dataclass(frozen=True, slots=True)
class SampleWish:
    """What an auditor wants to look at.

    Attributes:
        name: E.g. ``Annual audit 2026``.
        population: Key of ``POPULATIONS``.
        size: How many.
        seed: Chosen by the auditor; the same seed gives the same sample.
        from_on: First day (posting or signing); None = from the beginning. Not for customers.
        until_on: Day from which on nothing counts; None = no end.
        currency: One currency only; empty = every one.
    """

    name: str
    population: str
    size: int
    seed: str
    from_on: date | None = None
    until_on: date | None = None
    currency: str = ""

    @property
    def definition(self) -> dict[str, Any]:
        """The population in words a machine reads."""
        return {
            "from": self.from_on.isoformat() if self.from_on else "",
            "until": self.until_on.isoformat() if self.until_on else "",
            "currency": self.currency,
        }


def require_drawable(wish: SampleWish) -> None:
    """Refuse a sample that nobody could repeat.

    Raises:
        Invalid: ``field`` names what is wrong.
    """
    if not wish.name.strip() or len(wish.name) > 120:
        raise Invalid(N_("A name is needed."), field="name")
    if wish.population not in POPULATIONS:
        raise Invalid(field="population")
    if not 1 <= wish.size <= LARGEST_SAMPLE:
        raise Invalid(N_("Choose between 1 and %(count)s."), field="size", count=LARGEST_SAMPLE)
    if not _SEED.fullmatch(wish.seed):
        raise Invalid(N_("A seed is up to 60 letters, digits, points, hyphens or underscores."), field="seed")
    if wish.currency and wish.currency not in CURRENCY_DIGITS:
        raise Invalid(N_("This currency is not known."), field="currency")
    if wish.from_on and wish.until_on and wish.until_on <= wish.from_on:
        raise Invalid(N_("The end lies before the beginning."), field="until_on")


def ranked(keys: list[str], *, seed: str, size: int) -> list[str]:
    """Return ``size`` of the keys by chance: those whose SHA-256 with the seed is smallest, in that order.

    Source: sorting by a keyed hash draws without replacement, each key with the same chance, and depends neither on
    the order of the rows nor on a library's random numbers; anybody can repeat it with ``sha256sum``.
    """
    return sorted(keys, key=lambda key: (sha256(f"{seed}|{key}".encode()).hexdigest(), key))[:size]


def keys_hash(keys: list[str]) -> str:
    """Return the hash of a population: equal when and only when it holds the same keys."""
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()


def terms_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored terms with everything that was left out."""
    empty: dict[str, Any] = {
        "entity_id": None, "entity": "", "portfolio": "all", "customer_ids": [], "customer_numbers": [],
        "departments": [], "limits": [], "ends_at": None, "ends_on": None, "sample": "", "sample_name": "",
    }  # fmt: skip
    return empty | dict(body)
