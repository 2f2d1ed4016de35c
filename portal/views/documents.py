"""The page of one document: its facts, its lines, what was applied, and the statements it stands on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.disputes import REASONS, DisputedDocument, disputed_documents
from portal.http.access import requires
from portal.http.unit import Unit, unit
from portal.http.words import _, words
from portal.insights import StatementPlace, statements_of_document
from portal.matching import REST_WORDS, list_wishes, story_of
from portal.money import sum_money
from portal.receivables import DocumentView, find_document
from portal.statements import KIND_LABELS
from portal.views.allocations import WISH_CHIPS
from portal.views.statement_lines import ANSWER_CHIPS

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.get("/<public_id:public_id>")
@requires(Permission.ITEMS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    document = find_document(g.session, public_id=public_id, actor=g.actor)
    places = statements_of_document(g.session, document_id=document.id, actor=g.actor)
    dispute = disputed_documents(g.session, document_ids=[document.id]).get(document.id)
    raises = document.balance.minor > 0
    return render_template(
        "portal/documents/show.html",
        document=document,
        kinds=KIND_LABELS,
        dispute=dispute,
        dispute_word=_dispute_word(dispute),
        strip=_strip(document),
        applied=sum_money((row.amount for row in document.allocations), document.currency),
        applied_title=_("What paid it") if raises else _("What it was applied to"),
        known=_facts(document),
        statements=[_place(one) for one in places],
        **_receipt(g, document),
        **_links(g, document, places, dispute),
    )


def _receipt(g: Unit, document: DocumentView) -> dict[str, Any]:
    """Return how a receipt was applied and what was asked about it; nothing for other documents."""
    if document.kind != "receipt":
        return {"story": None, "wishes": (), "may_ask": False}
    wishes = list_wishes(g.session, document=document.public_id, actor=g.actor)
    is_waiting = any(one.state in {"asked", "pending"} for one in wishes)
    may_ask = (
        g.actor.may(Permission.ALLOCATIONS_PROPOSE) and not is_waiting and not document.reversed_by_public_id
    )
    story = story_of(g.session, document=document.public_id, actor=g.actor)
    return {
        "story": story, "rest_words": REST_WORDS, "wishes": wishes, "may_ask": may_ask, "wish_chips": WISH_CHIPS,
        "reasons": [_(message, **params) for message, params in story.reasons] if story else [],
    }  # fmt: skip


def _strip(document: DocumentView) -> list[dict[str, Any]]:
    applied, op = (document.applied, "\u2212") if document.applied.minor >= 0 else (-document.applied, "+")
    return [
        {"label": _("Amount"), "money": document.balance},
        {"label": _("Applied"), "money": applied, "op": op},
        {"label": _("Open now"), "money": document.open, "op": "=", "total": True},
    ]


def _facts(document: DocumentView) -> list[tuple[str, str]]:
    tr = words()
    known = [
        (_("Kind"), _(KIND_LABELS[document.kind])),
        (_("Date"), tr.day(document.document_on)),
        (_("Booked on"), tr.day(document.posting_on)),
        (_("Due"), tr.day(document.due_on) if document.due_on else ""),
        (_("Settled on"), tr.day(document.settled_on) if document.settled_on else ""),
        (_("Tax contained"), tr.headline(document.tax) if document.tax is not None else ""),
        (_("Tax invoice number"), document.tax_invoice_no),
        (_("Order"), document.order_no),
        (_("Reference"), document.reference),
        (_("Content"), document.description),
        (_("Method"), _("Bank transfer") if document.method == "bank" else document.method),
    ]
    return [(word, value) for word, value in known if value]


def _dispute_word(dispute: DisputedDocument | None) -> str:
    if dispute is None:
        return ""
    return _(
        "Disputed: %(reason)s, %(amount)s", reason=_(REASONS[dispute.reason].name), amount=dispute.disputed
    )


def _place(one: StatementPlace) -> dict[str, Any]:
    kind, word = ANSWER_CHIPS[one.answer]
    month = words().month(one.month_on)
    text = _(
        "%(month)s, version %(version)s, line %(line)s", month=month, version=one.version, line=one.line_no
    )
    return {"word": text, "url": _line_url(one), "kind": kind, "state": _(word)}


def _line_url(one: StatementPlace) -> str:
    return url_for("statements.show", public_id=one.public_id, _anchor=f"line-{one.line_no}")


def _links(
    g: Unit, document: DocumentView, places: tuple[StatementPlace, ...], dispute: DisputedDocument | None
) -> dict[str, str]:
    """Return where to go from here: the newest statement line, and the dispute or the form that raises one."""
    line_url = _line_url(places[0]) if places else ""
    if dispute is not None:
        return {"line_url": line_url, "dispute_url": url_for("disputes.show", public_id=dispute.public_id)}
    if not g.actor.may(Permission.DISPUTES_OPEN):
        return {"line_url": line_url, "dispute_url": ""}
    if places and places[0].is_answerable:
        new = url_for("disputes.new", statement=places[0].public_id, line=places[0].line_no)
    else:
        new = url_for("disputes.new", document=document.public_id)
    return {"line_url": line_url, "dispute_url": new}
