"""The rules of the house in versions: what holds since when, and a change that two people make."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views import role_words as said
from portal.access import Permission
from portal.approvals import approve, reject, withdraw_request
from portal.clock import business_day
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.http.access import requires
from portal.http.forms import read_count, read_money
from portal.http.frame import zone
from portal.http.lists import Column, export, wanted_format
from portal.http.proof import requires_recent_proof
from portal.http.unit import Unit, unit
from portal.http.words import _, say
from portal.lists import ListQuery, Page
from portal.money import CURRENCY_DIGITS, Money
from portal.policies import (
    FIELDS,
    GROUPS,
    Policy,
    PolicyField,
    VersionView,
    current_policy,
    find_proposal,
    list_policies,
    policy_of,
    propose_policy,
)

bp = Blueprint("admin_policies", __name__, url_prefix="/admin/policies")


@bp.get("")
@requires(Permission.POLICIES_READ)
def index() -> ResponseReturnValue:
    return _page()


def _page(refused: str = "", status: int = 200) -> ResponseReturnValue:
    g = unit()
    versions = list_policies(g.session, actor=g.actor)
    if wanted_format():
        return export(Page(versions, len(versions), ListQuery(per_page=0)), _columns(), "policies")
    now = current_policy(g.session, on=business_day(g.now, zone()))
    proposal = find_proposal(g.session, actor=g.actor)
    page = render_template(
        "admin/policies/index.html", versions=versions, policy=now, groups=_groups(now), proposal=proposal,
        changes=said.difference_rows(proposal.changes) if proposal else [], refused=refused,
        diff=lambda view: said.difference_rows(view.changes),
    )  # fmt: skip
    return page, status


def _groups(policy: Policy) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the rules in groups, each with its value in words."""
    return [
        (
            _(label),
            [
                (_(one.label), said.rule_value(one.name, getattr(policy, one.name)))
                for one in FIELDS
                if one.group == key
            ],
        )
        for key, label in GROUPS.items()
    ]


def _columns() -> list[Column[VersionView]]:
    fixed: list[Column[VersionView]] = [
        Column("version", _("Version"), lambda row: row.policy.version, "count"),
        Column("from", _("Holds from"), lambda row: row.valid_from_on, "date"),
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("made_by", _("Proposed by"), lambda row: row.made_by),
        Column("approved_by", _("Approved by"), lambda row: row.approved_by),
    ]
    return fixed + [_rule_column(one) for one in FIELDS]


def _rule_column(one: PolicyField) -> Column[VersionView]:
    return Column(
        one.name, _(one.label), lambda row: said.rule_value(one.name, getattr(row.policy, one.name))
    )


@bp.get("/new")
@requires(Permission.POLICIES_SET)
def new() -> str:
    g = unit()
    today = business_day(g.now, zone())
    newest = list_policies(g.session, actor=g.actor)[0].policy
    typed = {one.name: _typed(one, getattr(newest, one.name)) for one in FIELDS}
    return _editor(typed | {"valid_from_on": (today + timedelta(days=1)).isoformat(), "reason": ""})


def _typed(one: PolicyField, value: Any) -> str:
    """Return a rule's value as it stands in the field of the editor."""
    if one.kind == "money":
        return "\n".join(
            f"{currency} {Money(minor, currency).decimal_text}" for currency, minor in sorted(value.items())
        )
    if one.kind == "day-list":
        return ", ".join(str(day) for day in value)
    if one.kind == "yes-no":
        return "yes" if value else ""
    return str(value)


def _editor(typed: dict[str, str], wrong: dict[str, str] | None = None) -> str:
    groups = [(_(label), [one for one in FIELDS if one.group == key]) for key, label in GROUPS.items()]
    return render_template("admin/policies/new.html", groups=groups, typed=typed, wrong=wrong or {})


@bp.post("/new")
@requires(Permission.POLICIES_SET)
def propose() -> ResponseReturnValue:
    g = unit()
    typed = {
        name: request.form.get(name, "").strip()
        for name in [*(one.name for one in FIELDS), "valid_from_on", "reason"]
    }
    try:
        propose_policy(
            g.session, policy=_read(typed), valid_from_on=_day(typed["valid_from_on"]),
            today=business_day(g.now, zone()), reason=typed["reason"], actor=g.actor, now=g.now,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _editor(typed, {getattr(refusal, "field", None) or "": say(refusal)}), 422
    flash(_("Proposed. It holds when another security administrator approves."), "done")
    return redirect(url_for(".index"), 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("This is not a date."), field="valid_from_on") from None


def _read(typed: dict[str, str]) -> Policy:
    """Return the typed rules.

    Raises:
        Invalid: A value cannot be read; ``field`` names it.
    """
    return policy_of({one.name: _value(one, typed[one.name]) for one in FIELDS}, version=0)


def _value(one: PolicyField, text: str) -> Any:
    if one.kind == "yes-no":
        return text == "yes"
    if one.kind == "choice":
        return text
    if one.kind == "money":
        return _amounts(one, text)
    numbers = [read_count(part.strip()) for part in text.replace("，", ",").split(",")]
    if any(number is None for number in numbers) or (one.kind != "day-list" and len(numbers) != 1):
        raise Invalid(N_("Write whole numbers."), field=one.name)
    return numbers if one.kind == "day-list" else numbers[0]


def _amounts(one: PolicyField, text: str) -> dict[str, int]:
    found = {}
    for line in filter(str.strip, text.splitlines()):
        currency, _space, amount = line.strip().partition(" ")
        if currency.upper() not in CURRENCY_DIGITS or not amount:
            raise Invalid(N_("Write one line a currency, e.g. CNY 50,000."), field=one.name)
        found[currency.upper()] = read_money(amount, currency.upper(), field=one.name).minor
    return found


def _approval_id(g: Unit) -> str:
    proposal = find_proposal(g.session, actor=g.actor)
    if proposal is None:
        raise NotFound
    return proposal.approval.public_id


@bp.post("/approve")
@requires(Permission.POLICIES_SET)
@requires_recent_proof
def yes() -> ResponseReturnValue:
    g = unit()
    approve(
        g.session,
        public_id=_approval_id(g),
        seen_hash=request.form.get("seen_hash", ""),
        actor=g.actor,
        now=g.now,
    )
    flash(_("Approved. The new version holds from its day on."), "done")
    return redirect(url_for(".index"), 303)


@bp.post("/reject")
@requires(Permission.POLICIES_SET)
def no() -> ResponseReturnValue:
    g = unit()
    try:
        reject(
            g.session, public_id=_approval_id(g), note=request.form.get("note", ""), actor=g.actor, now=g.now
        )
    except Invalid as refusal:
        return _page(say(refusal), 422)
    flash(_("Sent back with your reason."), "done")
    return redirect(url_for(".index"), 303)


@bp.post("/withdraw")
@requires(Permission.POLICIES_SET)
def take_back() -> ResponseReturnValue:
    g = unit()
    withdraw_request(g.session, public_id=_approval_id(g), actor=g.actor, now=g.now)
    flash(_("Taken back."), "done")
    return redirect(url_for(".index"), 303)
