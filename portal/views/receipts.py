"""Pages of receipts: who agreed to what, when, and what not."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.attachments import FileView, files_of
from portal.confirmations import (
    CHANNEL_LABELS,
    OUTCOME_LABELS,
    ConfirmationView,
    confirmation_json,
    find_confirmation,
)
from portal.http.access import requires
from portal.http.authenticity import method_words, roles_words
from portal.http.unit import Unit, unit
from portal.http.words import _, words
from portal.views.statement_page import closing_label

bp = Blueprint("receipts", __name__, url_prefix="/receipts")

MARKS = {"agreed": "confirmed", "agreed-except": "confirmed", "disagreed": "disputed"}


@bp.get("/<public_id:public_id>")
@requires(Permission.STATEMENTS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    receipt = find_confirmation(g.session, public_id=public_id, actor=g.actor)
    return render_template(
        "portal/receipts/show.html",
        receipt=receipt,
        mark=MARKS[receipt.outcome] if receipt.is_electronic else "note",
        files=_paper(g, receipt),
        outcome_word=_(OUTCOME_LABELS[receipt.outcome]),
        strip=_strip(receipt),
        who=_who(receipt),
        bound=_bound(receipt),
        open_lines=_open_lines(receipt),
    )


def _paper(g: Unit, receipt: ConfirmationView) -> tuple[FileView, ...]:
    """Return the scan or note behind an answer that staff recorded."""
    if not receipt.paper:
        return ()
    found = files_of(g.session, subject_kind="paper-confirmation", subject_ids=[receipt.paper], actor=g.actor)
    return found.get(receipt.paper, ())


def _strip(receipt: ConfirmationView) -> list[dict[str, Any]]:
    """Return agreed + disputed = closing; or our balance against theirs."""
    closing = {"label": closing_label(receipt.closing, words()), "money": receipt.closing}
    if receipt.stated is not None:
        difference = receipt.closing - receipt.stated
        return [
            closing,
            {"label": _("Your balance"), "money": receipt.stated, "op": "\u2212"},
            {"label": _("Difference"), "money": difference, "op": "=", "total": True},
        ]
    chip = ("confirmed", _("Signed")) if receipt.is_electronic else ("note", _("Recorded by us"))
    return [
        {"label": _("Agreed"), "money": receipt.agreed, "chip": chip},
        {"label": _("Disputed"), "money": receipt.disputed, "op": "+"},
        closing | {"op": "=", "total": True},
    ]


def _who(receipt: ConfirmationView) -> list[tuple[str, str]]:
    if not receipt.is_electronic:
        return _who_on_paper(receipt)
    return [
        (_("Signed by"), receipt.person_name),
        (_("Job title"), receipt.job_title),
        (_("E-mail"), receipt.person_email),
        (_("For the company"), receipt.customer_name),
        (_("Role"), roles_words(receipt.role)),
        (_("Authority"), receipt.authority or "—"),
        (_("Signed in with"), method_words(receipt.method)),
        (_("Time at the seller"), receipt.local_time),
        (_("Internet address"), receipt.address),
        (_("Device"), receipt.device),
    ]


def _who_on_paper(receipt: ConfirmationView) -> list[tuple[str, str]]:
    given = words().day(receipt.given_on) if receipt.given_on else "—"
    return [
        (_("Answer given by"), receipt.person_name),
        (_("Job title"), receipt.job_title),
        (_("For the company"), receipt.customer_name),
        (_("How it came"), _(CHANNEL_LABELS[receipt.channel])),
        (_("Day"), given),
        (_("Recorded by"), receipt.recorded_by),
        (_("Approved by"), receipt.approved_by),
        (_("Time at the seller"), receipt.local_time),
    ]


def _bound(receipt: ConfirmationView) -> list[tuple[str, str]]:
    return [
        (_("Seller"), receipt.entity_name),
        (_("Month"), words().month(receipt.period_from)),
        (_("Version"), str(receipt.version)),
        (_("Fingerprint of the statement"), receipt.statement_hash),
        (_("Fingerprint of this receipt"), receipt.content_hash),
    ]


def _open_lines(receipt: ConfirmationView) -> list[dict[str, Any]]:
    return [
        {
            "label": line.document_no or _("Opening balance"),
            "second": line.dispute_number,
            "money": line.disputed,
        }
        for line in receipt.open_lines
    ]


@bp.get("/<public_id:public_id>/receipt.json")
@requires(Permission.STATEMENTS_READ)
def download(public_id: str) -> ResponseReturnValue:
    g = unit()
    receipt = find_confirmation(g.session, public_id=public_id, actor=g.actor)
    body = json.dumps(confirmation_json(receipt), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    name = f"receipt-{receipt.period_from:%Y-%m}-v{receipt.version}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype="application/json", headers=headers)
