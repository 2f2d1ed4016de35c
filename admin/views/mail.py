"""Reminders and mail: what waits, what left, what failed and why; run reminders by hand."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.errors import N_, Conflict
from portal.http.access import requires
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.mail_texts import render_mail
from portal.http.unit import unit
from portal.http.words import _
from portal.outbox import MESSAGE_SORTS, MessageView, find_message, list_messages, send_again
from portal.reminders import SKIPS, run_reminders

bp = Blueprint("admin_mail", __name__, url_prefix="/admin/mail")

_TOKEN = re.compile(r"/l/[\w-]+")

EVENT_WORDS = {
    "statement-issued": N_("Statement is ready"),
    "statement-reminder": N_("Reminder"),
    "dispute-opened": N_("Dispute received"),
    "dispute-proposed": N_("Proposal to a dispute"),
    "dispute-resolved": N_("Result of a dispute"),
    "comparison-ready": N_("Result of a comparison"),
    "balance-signed": N_("Receipt of a signature"),
    "new-link": N_("New link"),
}


@bp.get("")
@requires(Permission.MAIL_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_messages(g.session, query=list_query(MESSAGE_SORTS, default="-created_at"))
    if wanted_format():
        return export(listing, _columns(), "mail")
    return render_template(
        "admin/mail/index.html", listing=listing, links=ListLinks(listing), events=EVENT_WORDS,
        may_run=g.actor.may(Permission.REMINDERS_RUN), skipped=_skipped(),
    )  # fmt: skip


def _skipped() -> list[str]:
    """Return why the last run passed statements over, as its address carries it."""
    known = {key: request.args.get(f"skipped-{key}", "")[:9] for key in SKIPS}
    counted = {key: int(text) for key, text in known.items() if text.isascii() and text.isdigit()}
    return [f"{count:,} × {_(SKIPS[key])}" for key, count in counted.items()]


@bp.get("/<public_id:public_id>")
@requires(Permission.MAIL_READ)
def show(public_id: str) -> str:
    g = unit()
    message = find_message(g.session, public_id=public_id)
    mail = render_mail(message, base_url=g.settings.base_url)
    words = _TOKEN.sub("/l/…", mail.text)  # the link is the recipient's alone
    return render_template(
        "admin/mail/show.html", message=message, subject=mail.subject, words=words, events=EVENT_WORDS
    )


@bp.post("/<public_id:public_id>/again")
@requires(Permission.REMINDERS_RUN)
def again(public_id: str) -> ResponseReturnValue:
    g = unit()
    find_message(g.session, public_id=public_id)
    if not send_again(g.session, public_id=public_id, now=g.now):
        raise Conflict(N_("Only a mail that failed can be sent again."))
    flash(_("The mail waits in the outbox again."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/reminders")
@requires(Permission.REMINDERS_RUN)
def run() -> ResponseReturnValue:
    g = unit()
    done = run_reminders(g.session, actor=g.actor, now=g.now)
    skipped = {f"skipped-{key}": str(count) for key, count in done.skipped.items()}
    flash(_("%(count)s mails were put into the outbox.", count=done.queued), "done")
    return redirect(f"{url_for('.index')}?{urlencode(skipped)}", 303)


def _columns() -> list[Column[MessageView]]:
    return [
        Column("created", _("Queued"), lambda row: row.created_at, "moment"),
        Column("event", _("What"), lambda row: _(EVENT_WORDS.get(row.event, row.event))),
        Column("to", _("To"), lambda row: row.recipient),
        Column("name", _("Name"), lambda row: row.recipient_name),
        Column("state", _("State"), lambda row: row.state),
        Column("sent", _("Sent"), lambda row: row.sent_at, "moment"),
        Column("tries", _("Tries"), lambda row: row.attempts, "count"),
        Column("error", _("Last error"), lambda row: row.last_error),
    ]
