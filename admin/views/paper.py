"""Staff record an answer that came on paper, by telephone or by mail: with the paper, approved by someone else."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, StringField, TextAreaField

from portal.access import Permission
from portal.confirmations import CHANNEL_LABELS, CHANNELS, OUTCOME_LABELS, OUTCOMES, PaperDraft, record_paper
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_money, uploads
from portal.http.unit import Unit, unit
from portal.http.words import _, language
from portal.money import Money, currency_digits
from portal.statements import StatementPage, find_statement

bp = Blueprint("admin_paper", __name__, url_prefix="/admin/statements/<public_id:public_id>/paper")


class PaperForm(Form):
    """What the customer said outside the portal."""

    outcome = RadioField(
        N_("Answer"), [needed()], choices=options((key, OUTCOME_LABELS[key]) for key in OUTCOMES)
    )
    stated = StringField(N_("Balance in the customer’s books"), [at_most(40)])
    reason = TextAreaField(N_("What differs"), [at_most(2000)])
    channel = RadioField(
        N_("How it came"), [needed()], choices=options((key, CHANNEL_LABELS[key]) for key in CHANNELS[1:])
    )
    given_on = DateField(N_("Day of the paper, call or mail"), [needed()])
    given_by = StringField(N_("Who at the customer"), [needed(), at_most(120)])
    given_title = StringField(N_("Job title or power to sign"), [needed(), at_most(120)])
    note = TextAreaField(N_("Words for the approver"), [at_most(2000)])


@bp.route("", methods=["GET", "POST"])
@requires(Permission.STATEMENTS_RECORD)
def record(public_id: str) -> ResponseReturnValue:
    g, form = unit(), PaperForm()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    if form.validate_on_submit():
        try:
            _record(g, page, form)
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            flash(_("Recorded. It counts when a colleague has looked at the paper and approved."), "done")
            return redirect(url_for("admin_statements.show", public_id=public_id), 303)
    shown = render_template(
        "admin/statements/paper.html", page=page, form=form, customer=page.customer_name(language()),
        digits=currency_digits(page.currency),
    )  # fmt: skip
    return shown, form.status


def _record(g: Unit, page: StatementPage, form: PaperForm) -> None:
    draft = PaperDraft(
        outcome=form.outcome.data, stated=_stated(page, form), reason=form.reason.data or "", channel=form.channel.data,
        given_on=form.given_on.data, given_by=form.given_by.data, given_title=form.given_title.data,
        content_hash=page.content_hash, note=form.note.data or "",
    )  # fmt: skip
    record_paper(
        g.session, public_id=page.public_id, draft=draft, files=uploads("files"), actor=g.actor, now=g.now
    )


def _stated(page: StatementPage, form: PaperForm) -> Money | None:
    if form.outcome.data != "disagreed" or not (form.stated.data or "").strip():
        return None
    return read_money(form.stated.data, page.currency, field="stated", signed=True)
