"""What roles, their terms, reviews and rules say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.disputes import DEPARTMENTS
from portal.errors import N_
from portal.http.words import _, language, ngettext
from portal.money import Money, format_amount
from portal.policies import FIELDS, Difference, PolicyField
from portal.roles import GrantView, LimitView, RoleRequestView

ACTS = {"give": N_("Give the role"), "change": N_("Change scope and limits"), "take": N_("Take the role")}
PORTFOLIOS = {
    "all": N_("All customers"),
    "own": N_("Own customers: those they look after"),
    "list": N_("A named list of customers"),
}
REVIEW_CHIPS = {
    "done": ("confirmed", N_("Looked at")),
    "open": ("unanswered", N_("Not yet looked at")),
    "overdue": ("overdue", N_("Overdue")),
}
REQUEST_CHIPS = {
    "pending": ("act", N_("Waiting for approval")),
    "done": ("confirmed", N_("Done")),
    "rejected": ("disputed", N_("Sent back")),
    "voided": ("unanswered", N_("Taken back")),
}
DECISIONS = {"keep": N_("Keep"), "remove": N_("Remove")}


def grant_terms(grant: GrantView) -> list[str]:
    """Return one phrase for each thing that narrows a role; none = everything."""
    said = _scope(grant.entity, grant.portfolio, grant.customers, grant.departments, grant.sample_name)
    said += _limits(grant.limits)
    if grant.ends_at is not None:
        said.append(_("until %(day)s", day=_moment_day(grant)))
    return said


def _moment_day(grant: GrantView) -> date | None:
    return grant.ends_at.date() if grant.ends_at else None


def request_terms(request: RoleRequestView) -> list[str]:
    """Return the same for what is asked."""
    terms = request.terms
    said = _scope(
        terms["entity"],
        terms["portfolio"],
        len(terms["customer_ids"]),
        terms["departments"],
        terms["sample_name"],
    )
    said += _limits(request.limits)
    if terms["ends_on"]:
        said.append(_("until %(day)s", day=date.fromisoformat(terms["ends_on"])))
    if terms["customer_numbers"]:
        said.append(_("customers %(numbers)s", numbers=", ".join(terms["customer_numbers"][:40])))
    return said


def _scope(entity: str, portfolio: str, customers: int, departments: Sequence[str], sample: str) -> list[str]:
    said = []
    if entity:
        said.append(_("only %(entity)s", entity=entity))
    if portfolio == "own":
        said.append(_("own customers"))
    if portfolio == "list":
        said.append(ngettext("%(num)s customer", "%(num)s customers", customers))
    if departments:
        said.append(" · ".join(_(DEPARTMENTS.get(name, name)) for name in departments))
    if sample:
        said.append(_("sample “%(name)s”", name=sample))
    return said


def _coded(money: Money) -> str:
    return f"{money.currency} {format_amount(money)}"


def _limits(limits: Sequence[LimitView]) -> list[str]:
    said = []
    for limit in limits:
        if limit.act is not None:
            said.append(_("%(amount)s in one act", amount=_coded(limit.act)))
        if limit.day is not None:
            said.append(_("%(amount)s in one day", amount=_coded(limit.day)))
    return said


def company_name(row: Any) -> str:
    """Return a customer's name in the reader's language, else its number."""
    names = (row.customer_name_en, row.customer_name)
    found: str = next(filter(None, names if language() == "en" else names[::-1]), row.customer_no)
    return found


_FIELDS: Mapping[str, PolicyField] = {one.name: one for one in FIELDS}


def rule_label(name: str) -> str:
    """Return what a rule of the policy is called."""
    return _(_FIELDS[name].label) if name in _FIELDS else name


def rule_value(name: str, value: Any) -> str:
    """Return a rule's value in words."""
    field = _FIELDS.get(name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        shown = [_coded(Money(minor, currency)) for currency, minor in sorted(value.items())]
        return " · ".join(shown) or _("no limit")
    if isinstance(value, list | tuple):
        return " · ".join(str(one) for one in value)
    if field is not None and field.choices:
        return _(dict(field.choices).get(value, str(value)))
    return str(value)


def difference_rows(changes: Sequence[Difference]) -> list[dict[str, str]]:
    """Return what changes, one row a rule."""
    return [
        {
            "word": rule_label(one.name),
            "before": rule_value(one.name, one.before),
            "after": rule_value(one.name, one.after),
        }
        for one in changes
    ]
