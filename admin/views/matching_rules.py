"""Rules of matching: what holds, a draft to edit, its dry run, and the second person who activates it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.matching import shared
from admin.views.matching_lists import bp
from portal.access import Permission
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import read_count, read_money
from portal.http.unit import Unit, unit
from portal.http.words import _, say, words
from portal.matching import (
    ACT_WORDS,
    RuleSet,
    RuleSetView,
    active_rules,
    body_of,
    discard_rule_set,
    draft_rule_set,
    dry_run,
    edit_rule_set,
    find_rule_set,
    list_rule_sets,
    rule_effects,
    submit_rule_set,
)
from portal.money import Money

__all__ = ["bp"]

STATES: dict[str, tuple[str, str]] = {
    "draft": ("unanswered", N_("Draft")),
    "pending": ("act", N_("Waiting for approval")),
    "active": ("confirmed", N_("Active")),
    "retired": ("unanswered", N_("Retired")),
}
FATE_WORDS = {
    "post": N_("posts by itself"),
    "propose": N_("is proposed"),
    "advance": N_("customer known only"),
    "none": N_("no candidate"),
    "left": N_("left alone"),
}
CHANGE_WORDS = {
    "threshold": N_("Confidence at which it posts by itself, %"),
    "rule": N_("Rule"),
    "tolerance": N_("Tolerance"),
    "limit": N_("Limit of one person"),
}
STAGE_WORDS = {
    "": N_("any evidence"),
    "reference": N_("numbers named"),
    "list": N_("list of numbers"),
    "slip": N_("number with a slip"),
    "amount": N_("amounts"),
    "twin": N_("twins of one amount"),
    "run": N_("items in a row"),
    "all": N_("everything open"),
    "credit": N_("credit notes netted"),
    "nearly": N_("amount less a difference"),
    "part": N_("a share of an item"),
    "parts": N_("instalments"),
    "rest": N_("rest of an item"),
    "payer": N_("payer only"),
    "advice": N_("remittance advice"),
    "bank": N_("what the bank says"),
    "rule": N_("a rule of ours"),
    "undone": N_("undone before"),
}
#: Empty rows offered under the rules, tolerances and limits of a draft.
SPARE = 2
_TOLERANCE = ("fee_minor", "discount_bp", "rounding_minor", "fx_bp")


@bp.get("/rules")
@requires(Permission.MATCHES_READ)
def rules() -> ResponseReturnValue:
    g = unit()
    return render_template(
        "admin/matching/rules.html", sets=list_rule_sets(g.session, actor=g.actor), active=active_rules(g.session),
        effects=rule_effects(g.session, actor=g.actor), **_words(), **shared(),
    )  # fmt: skip


def _words() -> dict[str, Any]:
    return {
        "states": STATES, "act_words": ACT_WORDS, "fates": FATE_WORDS, "stages": STAGE_WORDS, "changes": CHANGE_WORDS,
        "shown_minor": shown_minor, "percent": percent, "say_change": _say_change,
    }  # fmt: skip


def _say_change(text: str) -> str:
    """Return a rule told in keys with its acts and evidence in words."""
    known = {**STAGE_WORDS, **ACT_WORDS, "off": N_("off")}
    return " · ".join(_(known[part]) if part in known else part for part in text.split(" · "))


def shown_minor(minor: int, currency: str) -> str:
    """Return minor units as a figure; without a currency as if it had two decimals."""
    return words().amount(Money(minor, currency or "CNY"))


def percent(basis_points: int) -> str:
    """Return parts of ten thousand as per cent."""
    return f"{basis_points / 100:g}"


@bp.post("/rules")
@requires(Permission.MATCHES_WORK)
def draft_rules() -> ResponseReturnValue:
    g = unit()
    public_id = draft_rule_set(g.session, actor=g.actor, now=g.now)
    return redirect(url_for(".rule_set", public_id=public_id), 303)


@bp.get("/rules/<public_id:public_id>")
@requires(Permission.MATCHES_READ)
def rule_set(public_id: str) -> ResponseReturnValue:
    return _page(unit(), public_id)


def _page(g: Unit, public_id: str, refused: str = "") -> str:
    view = find_rule_set(g.session, public_id=public_id, actor=g.actor)
    may_edit = view.state == "draft" and g.actor.may(Permission.MATCHES_WORK)
    tried = dry_run(g.session, rules=view.rules, actor=g.actor) if request.args.get("try") else None
    return render_template(
        "admin/matching/rule_set.html", view=view, may_edit=may_edit, tried=tried, refused=refused,
        rows=_rows(view.rules, spare=SPARE if may_edit else 0), **_words(), **shared(),
    )  # fmt: skip


def _rows(rules: RuleSet, *, spare: int) -> dict[str, list[Any]]:
    """Return rules, tolerances and limits as rows of the form, empty ones last."""
    body = body_of(rules)
    tolerances = [("", "", body["tolerances"]["default"])]
    for scope in ("by_currency", "by_customer"):
        tolerances += [(scope, key, value) for key, value in sorted(body["tolerances"][scope].items())]
    empty = dict.fromkeys(_TOLERANCE, "")
    return {
        "rules": [*body["rules"], *({"act": "propose", "is_on": True} for _spare in range(spare))],
        "tolerances": [*tolerances, *(("by_currency", "", empty) for _spare in range(spare))],
        "limits": [*sorted(body["review_above_minor"].items()), *(("", "") for _spare in range(spare))],
    }


@bp.post("/rules/<public_id:public_id>")
@requires(Permission.MATCHES_WORK)
def save_rules(public_id: str) -> ResponseReturnValue:
    g = unit()
    act = request.form.get("act", "save")
    view = find_rule_set(g.session, public_id=public_id, actor=g.actor)
    try:
        told = _done(g, view, act)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _page(g, public_id, say(refusal)), 409 if isinstance(refusal, Conflict) else 422
    flash(told, "done")
    if act == "discard":
        return redirect(url_for(".rules"), 303)
    return redirect(url_for(".rule_set", public_id=public_id) + ("?try=1" if act == "try" else ""), 303)


def _done(g: Unit, view: RuleSetView, act: str) -> str:
    given: dict[str, Any] = {"public_id": view.public_id, "actor": g.actor, "now": g.now}
    if act == "discard":
        discard_rule_set(g.session, **given)
        return _("The draft is thrown away.")
    edit_rule_set(
        g.session, row_version=read_count(request.form.get("row_version", "")) or 0, body=_body(),
        reason=request.form.get("reason", ""), **given,
    )  # fmt: skip
    if act != "submit":
        return _("Saved as a draft. Nothing matches by it yet.")
    fresh = find_rule_set(g.session, public_id=view.public_id, actor=g.actor)
    tried = dry_run(g.session, rules=fresh.rules, actor=g.actor)
    submit_rule_set(g.session, effect=tried.as_effect(), **given)
    return _("Submitted. Another person must approve it.")


def _body() -> dict[str, Any]:
    """Read the whole form; rows without a name, key or currency are left out."""
    form = request.form
    return {
        "threshold_bp": _hundredths(form.get("threshold", ""), "threshold"),
        "rules": _read_rules(),
        "tolerances": _read_tolerances(),
        "review_above_minor": {
            currency: read_money(
                form.get(f"limit-{row}-amount", ""), currency, field="review_above_minor"
            ).minor
            for row in _numbers("limit", "currency")
            if (currency := form[f"limit-{row}-currency"].strip().upper())
        },
    }


def _numbers(group: str, field: str) -> list[int]:
    """Return the numbers of the rows of a group that the form holds, at most a hundred."""
    return [row for row in range(100) if f"{group}-{row}-{field}" in request.form]


def _hundredths(text: str, field: str) -> int:
    """Read per cent with up to two decimals as parts of ten thousand."""
    return read_money(text, "CNY", field=field).minor


def _read_rules() -> list[dict[str, Any]]:
    form = request.form
    found = []
    for row in _numbers("rule", "name"):
        name = form[f"rule-{row}-name"].strip()[:120]
        if not name:
            continue
        currency = form.get(f"rule-{row}-currency", "").strip().upper()
        least = form.get(f"rule-{row}-least", "").strip()
        rule = {
            "name": name, "act": form.get(f"rule-{row}-act", "propose"), "currency": currency,
            "is_on": f"rule-{row}-on" in form,
            "at_least_minor": read_money(least, currency or "CNY", field="rules").minor if least else 0,
        }  # fmt: skip
        rule |= {
            key: form.get(f"rule-{row}-{key}", "").strip()[:120] for key in ("stage", "payer", "narrative")
        }
        rule["customer_no"] = form.get(f"rule-{row}-customer", "").strip()[:60]
        found.append((read_count(form.get(f"rule-{row}-place", "")) or 0, row, rule))
    return [rule for _place, _row, rule in sorted(found, key=lambda one: one[:2])]


def _read_tolerances() -> dict[str, Any]:
    form = request.form
    found: dict[str, Any] = {"default": {}, "by_currency": {}, "by_customer": {}}
    for row in _numbers("tolerance", "key"):
        scope, key = form.get(f"tolerance-{row}-scope", ""), form[f"tolerance-{row}-key"].strip()
        if scope and not key:
            continue
        currency = key.upper() if scope == "by_currency" else "CNY"
        values: dict[str, int] = {}
        for name in _TOLERANCE:
            text = form.get(f"tolerance-{row}-{name}", "").strip() or "0"
            is_share = name.endswith("_bp")
            values[name] = read_money(text, "CNY" if is_share else currency, field="tolerances").minor
        if scope in {"by_currency", "by_customer"}:
            found[scope][currency if scope == "by_currency" else key] = values
        else:
            found["default"] = values
    return found
