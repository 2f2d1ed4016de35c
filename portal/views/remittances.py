"""Remittance advices: the customer says what a payment is for, typed, pasted or as a file."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import business_day
from portal.customers import customer_by_id
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import read_money, sent, uploads
from portal.http.frame import zone
from portal.http.unit import Unit, unit
from portal.http.words import _, say, words
from portal.matching import (
    AdviceDraft,
    AdvicePart,
    advice_total,
    list_advices,
    read_advice,
    send_advice,
    withdraw_advice,
)
from portal.money import CURRENCY_DIGITS
from portal.receivables import currencies_of

bp = Blueprint("remittances", __name__, url_prefix="/remittances")

STATE_CHIPS: dict[str, tuple[str, str]] = {
    "new": ("act", N_("Waiting for the payment")),
    "used": ("confirmed", N_("Applied")),
    "withdrawn": ("unanswered", N_("Taken back")),
}
#: Lines offered to be typed.
ROWS = 8


@bp.get("")
@requires(Permission.ITEMS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    return render_template(
        "portal/remittances/index.html", advices=list_advices(g.session, actor=g.actor), states=STATE_CHIPS
    )


@bp.get("/new")
@requires(Permission.ALLOCATIONS_PROPOSE)
def new() -> ResponseReturnValue:
    return _page(unit())


def _page(g: Unit, refused: str = "") -> str:
    (customer_id,) = g.actor.customer_ids or (0,)
    customer = customer_by_id(g.session, customer_id=customer_id, actor=g.actor)
    currencies = dict.fromkeys([customer.currency, *currencies_of(g.session, customer_id)])
    return render_template(
        "portal/remittances/new.html",
        currencies=list(currencies),
        currency=_currency(customer.currency),
        today=business_day(g.now, zone()),
        rows=range(max(ROWS, len(_typed()) + 2)),
        typed=sent(),
        refused=refused,
    )


def _currency(default: str) -> str:
    asked = sent().get("currency", "").upper()
    return asked if asked in CURRENCY_DIGITS else default


def _typed() -> list[int]:
    return [row for row in range(200) if sent().get(f"named-{row}", "").strip()]


@bp.post("/new")
@requires(Permission.ALLOCATIONS_PROPOSE)
def send() -> ResponseReturnValue:
    g = unit()
    (customer_id,) = g.actor.customer_ids or (0,)
    try:
        draft = _draft()
        send_advice(g.session, customer_id=customer_id, draft=draft, actor=g.actor, now=g.now)
    except Invalid as refusal:
        g.session.rollback()
        return _page(g, say(refusal)), 422
    total = words().headline(advice_total(draft.parts, draft.currency))
    flash(_("Sent: %(money)s. We apply the payment as you say when it arrives.", money=total), "done")
    return redirect(url_for(".index"), 303)


def _draft() -> AdviceDraft:
    """Read the form: a file wins over a pasted table, a pasted table over typed lines.

    Raises:
        Invalid: No day, no line, or a line that cannot be read.
    """
    currency = _currency("CNY")
    try:
        paid_on = date.fromisoformat(request.form.get("paid_on", ""))
    except ValueError:
        raise Invalid(N_("This is not a date."), field="paid_on") from None
    files = uploads("file")
    pasted = request.form.get("table", "").strip()
    if files:
        source, parts = "file", read_advice(files[0].content, currency=currency)
    elif pasted:
        source, parts = "pasted", read_advice(pasted.encode(), currency=currency)
    else:
        source, parts = "typed", _lines(currency)
    reference = request.form.get("reference", "")
    return AdviceDraft(currency, paid_on, parts, reference, source, tuple(files[:1]))


def _lines(currency: str) -> tuple[AdvicePart, ...]:
    return tuple(
        AdvicePart(
            request.form[f"named-{row}"].strip(),
            read_money(request.form.get(f"amount-{row}", ""), currency, field="lines", signed=True).minor,
        )
        for row in _typed()
    )


@bp.post("/<public_id:public_id>/withdraw")
@requires(Permission.ALLOCATIONS_PROPOSE)
def withdraw(public_id: str) -> ResponseReturnValue:
    g = unit()
    try:
        withdraw_advice(g.session, public_id=public_id, actor=g.actor, now=g.now)
    except Conflict as refusal:
        g.session.rollback()
        flash(say(refusal), "refused")
        return redirect(url_for(".index"), 303)
    flash(_("Taken back."), "done")
    return redirect(url_for(".index"), 303)
