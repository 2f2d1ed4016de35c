"""The customer's first page: what waits, what is owed, what happened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import business_day
from portal.customers import CustomerView, customer_by_id
from portal.disputes import DisputeRow, disputes_of_customer
from portal.errors import NotFound
from portal.http.access import requires
from portal.http.filters import initials
from portal.http.frame import zone
from portal.http.unit import Unit, unit
from portal.http.words import _, language, ngettext, words
from portal.i18n import N_
from portal.insights import (
    Activity,
    Standing,
    balance_history_figure,
    contact_here,
    latest_activity,
    month_end_balances,
    standing_today,
)
from portal.receivables import ageing_of, currencies_of
from portal.statements import KIND_LABELS, Waiting, waiting_statements
from portal.views.statement_page import ageing_parts, dispute_word

bp = Blueprint("overview", __name__)

#: Minutes a task takes: a few to look, and one for every so many lines.
_LINES_A_MINUTE = 15


@bp.get("/")
@requires(Permission.STATEMENTS_READ)
def show() -> ResponseReturnValue:
    g = unit()
    customer, currency, today = _company(g)
    known: dict[str, Any] = {"customer_id": customer.id, "currency": currency}
    return render_template(
        "portal/overview/show.html",
        currency=currency,
        history=_history(g, customer, currency, today),
        history_url=url_for(".history", currency=currency),
        activity=[_line(one) for one in latest_activity(g.session, **known, actor=g.actor, until=today)],
        **_balance_words(standing_today(g.session, **known, as_of=today, actor=g.actor)),
        **_ageing_words(ageing_of(g.session, **known, as_of=today)),
        **_waiting(g, customer, today),
        **_around(g, customer, currency),
    )


def _company(g: Unit) -> tuple[CustomerView, str, date]:
    """Return the company acted for, the currency looked at and the seller's business day."""
    (customer_id,) = g.actor.customer_ids or (0,)
    customer = customer_by_id(g.session, customer_id=customer_id, actor=g.actor)
    currency = request.args.get("currency", customer.currency)
    if currency != customer.currency and currency not in currencies_of(g.session, customer_id):
        raise NotFound
    return customer, currency, business_day(g.now, zone())


def _history(g: Unit, customer: CustomerView, currency: str, today: date) -> tuple[Any, ...]:
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return month_end_balances(
        g.session, customer_id=customer.id, currency=currency, until_month=last, actor=g.actor
    )


@bp.get("/balance.json")
@requires(Permission.STATEMENTS_READ)
def history() -> ResponseReturnValue:
    g = unit()
    customer, currency, today = _company(g)
    points = _history(g, customer, currency, today)
    return jsonify(balance_history_figure(points, translator=words()))


def _around(g: Unit, customer: CustomerView, currency: str) -> dict[str, Any]:
    person = contact_here(g.session, customer_id=customer.id, language=language(), actor=g.actor)
    role = person.job_title or (_("Receivables") if person.is_person else "")
    reached = " · ".join(part for part in (person.phone, person.email) if part)
    codes = currencies_of(g.session, customer.id)
    return {
        "company": customer.name_in(language()),
        "customer": customer,
        "as_of": g.now,
        "person": {"initials": initials(person.name), "name": person.name, "role": role, "phone": reached},
        "currencies": [
            {"word": code, "url": url_for(".show", currency=code), "active": code == currency}
            for code in codes
        ],
    }


def _balance_words(standing: Standing) -> dict[str, Any]:
    owed = _("Balance today (we owe you)") if standing.balance.minor < 0 else _("Balance today (you owe us)")
    count = standing.dispute_count
    disputes = ngettext("%(num)s dispute", "%(num)s disputes", count) if count else ""
    return {
        "standing": standing,
        "balance_label": owed,
        "parts": [
            {"kind": "confirmed", "word": _("Confirmed"), "money": standing.confirmed},
            {"kind": "disputed", "word": _("Disputed"), "note": disputes, "money": standing.disputed},
            {"kind": "unanswered", "word": _("Unanswered or new"), "money": standing.unanswered},
        ],
    }


def _ageing_words(ages: Any) -> dict[str, Any]:
    buckets, unapplied = ageing_parts(ages, words())
    return {"ages": ages, "buckets": buckets, "unapplied": unapplied}


# --- what waits -----------------------------------------------------------------------------------------------------


def _waiting(g: Unit, customer: CustomerView, today: date) -> dict[str, Any]:
    statements = waiting_statements(g.session, actor=g.actor, today=today)
    disputes = disputes_of_customer(g.session, customer_id=customer.id, actor=g.actor, now=g.now)
    has_many = len({one.currency for one in statements}) > 1
    tasks = [_statement_task(one, has_many=has_many) for one in statements] + [
        _dispute_task(one) for one in disputes if one.turn == "theirs"
    ]
    for task in tasks[:1]:
        task["primary"] = True
    lines = sum(one.progress.left for one in statements)
    minutes = len(tasks) + -(-lines // _LINES_A_MINUTE)
    note = None
    if tasks:
        count = ngettext("%(num)s item", "%(num)s items", len(tasks))
        note = count + " · " + ngettext("about %(num)s minute", "about %(num)s minutes", minutes)
    return {"waiting": tasks, "waiting_note": note, "nothing_waits": _("Nothing waits for you.")}


def _statement_task(one: Waiting, *, has_many: bool) -> dict[str, Any]:
    progress = one.progress
    month = words().month(one.period_from)
    if progress.left:
        title = ngettext(
            "%(month)s statement: %(num)s line left to answer",
            "%(month)s statement: %(num)s lines left to answer",
            progress.left,
            month=month,
        )
    else:
        title = _("%(month)s statement: ready to sign", month=month)
    note = [_("%(answered)s of %(total)s answered", answered=progress.answered, total=progress.total)]
    if one.answer_by_on is not None and one.days_left is not None:
        note.append(_deadline(one.answer_by_on, one.days_left))
    if has_many:
        note.append(one.currency)
    word = _("Continue") if progress.answered else _("Answer")
    return {
        "kind": "overdue" if (one.days_left or 0) < 0 else "act",
        "icon": "file-text",
        "title": title,
        "note": " · ".join(note),
        "url": url_for("statements.show", public_id=one.public_id),
        "word": word if progress.left else _("Sign"),
    }


def _deadline(by: date, days: int) -> str:
    day = words().day_in_words(by)
    if days < 0:
        return ngettext("asked for %(num)s day ago", "asked for %(num)s days ago", -days)
    if days == 0:
        return _("sign today")
    left = ngettext("%(num)s day left", "%(num)s days left", days)
    return _("sign by %(day)s, %(left)s", day=day, left=left)


def _dispute_task(one: DisputeRow) -> dict[str, Any]:
    subject = one.subject or one.number
    return {
        "kind": "disputed",
        "icon": "flag",
        "title": _("%(subject)s, %(reason)s", subject=subject, reason=_(one.reason.name)),
        "note": f"{_(dispute_word(one.state))} · {words().headline(one.approved or one.disputed)}",
        "url": url_for("disputes.show", public_id=one.public_id),
        "word": _("See proposal") if one.state == "proposed" else _("Reply"),
    }


# --- what happened --------------------------------------------------------------------------------------------------


def _line(one: Activity) -> dict[str, Any]:
    if one.kind == "statement":
        month = words().month(date.fromisoformat(f"{one.number}-01"))
        word = (
            _("Statement") if one.version == 1 else _("Statement, version %(version)s", version=one.version)
        )
        return {"on": one.on, "word": word, "number": month, "url": _to("statements", one), "money": None}
    if one.kind == "dispute":
        text = _(dispute_word(one.word))
        return {
            "on": one.on,
            "word": _("Dispute"),
            "number": one.number,
            "text": text,
            "url": _to("disputes", one),
            "money": None,
        }
    word = _(KIND_LABELS.get(one.word, N_("Document")))
    found = {"on": one.on, "word": word, "number": one.number, "text": one.text, "money": one.money}
    return found | {"url": _to("documents", one)}


def _to(place: str, one: Activity) -> str:
    return url_for(f"{place}.show", public_id=one.public_id)
