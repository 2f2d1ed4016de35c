"""Staff pages of approvals: what waits for a second person, what it changes, yes or no."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from admin.views import approval_page as said
from admin.views.approval_facts import asked_facts, files_subject
from portal.access import Permission
from portal.adjustments import check_request, entry_totals
from portal.approvals import (
    APPROVAL_SORTS,
    ApprovalView,
    approve,
    find_approval,
    list_approvals,
    reject,
    withdraw_request,
)
from portal.attachments import FileView, files_of
from portal.disputes import conversation_of, find_dispute_by_id, title_of
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most
from portal.http.frame import entity
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.proof import requires_recent_proof
from portal.http.unit import Unit, unit
from portal.http.words import _, language, words
from portal.lists import ListQuery

bp = Blueprint("admin_approvals", __name__, url_prefix="/admin/approvals")

#: So many waiting requests are looked through for the one before and after.
NEIGHBOURS = 200


class BackForm(Form):
    """Why it is sent back."""

    note = TextAreaField(N_("Reason"), [at_most(2000)])


@bp.get("/")
@requires(Permission.APPROVALS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_approvals(g.session, query=list_query(APPROVAL_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "approvals")
    return render_template(
        "admin/approvals/index.html",
        listing=listing,
        links=ListLinks(listing),
        title=lambda row: said.title_words(row, words()),
        kinds=said.KIND_WORDS,
        chips=said.STATE_CHIPS,
        name_of=lambda row: said.customer_words(row, words()),
    )


def _columns() -> list[Column[ApprovalView]]:
    return [
        Column("title", _("What"), lambda row: said.title_words(row, words())),
        Column("number", _("Number"), lambda row: row.title),
        Column("customer", _("Customer"), lambda row: said.customer_words(row, words())),
        Column("state", _("State"), lambda row: _(said.STATE_CHIPS[row.state][1])),
        Column("requested_by", _("Asked by"), lambda row: row.requested_by),
        Column("requested_at", _("Asked on"), lambda row: row.requested_at, "moment"),
        Column("first_by", _("First yes by"), lambda row: row.first_by),
        Column("decided_by", _("Decided by"), lambda row: row.decided_by),
        Column("decided_at", _("Decided"), lambda row: row.decided_at, "moment"),
        Column("currency", _("Currency"), lambda row: row.money.currency if row.money else ""),
        Column("amount", _("Amount"), lambda row: row.money, "money"),
    ]


@bp.get("/<string:public_id>")
@requires(Permission.APPROVALS_READ)
def show(public_id: str) -> ResponseReturnValue:
    return _show(public_id, BackForm(formdata=None))


def _show(public_id: str, form: Form, *, is_back: bool = False) -> ResponseReturnValue:
    g, tr = unit(), words()
    approval = find_approval(g.session, public_id=public_id, actor=g.actor)
    context: dict[str, Any] = {
        "page": approval,
        "form": form,
        "is_back": is_back or "back" in request.args,
        "title": said.title_words(approval, tr),
        "chip_of": said.STATE_CHIPS[approval.state],
        "kind_word": said.KIND_WORDS.get(approval.kind, ""),
        "customer": said.customer_words(approval, tr),
        "hash_short": said.short_hash(approval),
        "approve_word": said.approve_words(approval, tr),
        "is_posting": approval.kind in said.POSTING_KINDS,
        **_neighbours(g, approval),
    }
    if context["is_posting"]:
        context |= _posting(g, approval)
    else:
        context["sums"] = said.sum_rows(approval)
        context |= {"asked": asked_facts(approval, tr), "files": _files(g, approval)}
    return render_template("admin/approvals/show.html", **context), form.status


def _files(g: Unit, approval: ApprovalView) -> tuple[FileView, ...]:
    """Return the files the second person must look at."""
    subject = files_subject(approval)
    if subject is None:
        return ()
    return files_of(g.session, actor=g.actor, **subject).get(approval.subject_id, ())


def _posting(g: Unit, approval: ApprovalView) -> dict[str, Any]:
    """Return entry, changes and checks, and the dispute behind it where there is one."""
    tr = words()
    debit, credit = entry_totals(approval)
    found: dict[str, Any] = {
        "entry": said.entry_rows(approval, tr),
        "debit": debit,
        "credit": credit,
        "balanced": said.balanced_words(approval, tr),
        "checks": said.check_rows(check_request(g.session, approval=approval, actor=g.actor, now=g.now), tr)
        if approval.state == "pending"
        else [],
        "posting_on": said.posting_day(approval),
        "dispute": None,
    }
    if approval.content.get("dispute_id"):
        found |= _dispute(g, int(approval.content["dispute_id"]))
    found["changes"] = said.change_rows(approval, tr, dispute=found["dispute"])
    return found


def _dispute(g: Unit, dispute_id: int) -> dict[str, Any]:
    tr = words()
    view = find_dispute_by_id(g.session, dispute_id=dispute_id, actor=g.actor, now=g.now)
    names = (view.row.customer_name_en, view.row.customer_name)
    customer = next(filter(None, names if language() == "en" else names[::-1]), view.row.customer_no)
    as_customer = request.args.get("as") == "customer"
    talk = conversation_of(
        view.customer_entries if as_customer else view.entries,
        tr,
        seller=entity().short_name_in(language()),
        customer=customer,
        file_url=_file_url,
    )
    seen = [
        {"word": _("All"), "count": len(view.entries), "url": "?", "active": not as_customer},
        {
            "word": _("Customer sees"),
            "count": len(view.customer_entries),
            "url": "?as=customer#talk",
            "active": as_customer,
        },
    ]
    return {"dispute": view, "dispute_title": title_of(view.row, tr), "talk": talk, "seen": seen}


def _file_url(public_id: str) -> str:
    return url_for("attachments.show", public_id=public_id)


def _neighbours(g: Unit, approval: ApprovalView) -> dict[str, Any]:
    """Return the waiting requests before and after this one, as the list orders them."""
    waiting = list_approvals(g.session, query=ListQuery(per_page=NEIGHBOURS), actor=g.actor).rows
    ids = [row.public_id for row in waiting]
    if approval.public_id not in ids:
        return {"previous": None, "next": None, "place": 0, "waiting": len(ids)}
    at = ids.index(approval.public_id)
    return {
        "previous": ids[at - 1] if at else None,
        "next": ids[at + 1] if at + 1 < len(ids) else None,
        "place": at + 1,
        "waiting": len(ids),
    }


@bp.post("/<string:public_id>/approve")
@requires(Permission.APPROVALS_DECIDE, Permission.STATEMENTS_ISSUE)
@requires_recent_proof
def yes(public_id: str) -> ResponseReturnValue:
    g = unit()
    seen = request.form.get("seen_hash", "")
    try:
        approve(g.session, public_id=public_id, seen_hash=seen, actor=g.actor, now=g.now)
    except Invalid as refusal:
        form = BackForm(formdata=None)
        form.form_errors = [_(refusal.message, **refusal.params) + " " + _("Nothing was posted.")]
        return _show(public_id, form)
    state = find_approval(g.session, public_id=public_id, actor=g.actor).state
    first = _("Noted. It is above a limit: a second approver says the other yes, then it is posted.")
    flash(_("Approved.") if state == "approved" else first, "done" if state == "approved" else "wait")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<string:public_id>/reject")
@requires(Permission.APPROVALS_DECIDE, Permission.STATEMENTS_ISSUE)
def no(public_id: str) -> ResponseReturnValue:
    g, form = unit(), BackForm()
    try:
        reject(g.session, public_id=public_id, note=form.note.data, actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(public_id, form, is_back=True)
    flash(_("Sent back with your reason."), "done")
    return redirect(url_for(".index"), 303)


@bp.post("/<string:public_id>/withdraw")
@requires(Permission.POSTINGS_REQUEST, Permission.STATEMENTS_PREPARE)
def take_back(public_id: str) -> ResponseReturnValue:
    g = unit()
    withdraw_request(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Taken back. It can be changed and submitted again."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)
