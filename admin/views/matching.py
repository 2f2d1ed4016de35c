"""The workbench of matching: receipts left, the chosen one right with evidence, allocation and the entry it posts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.customers import list_customers
from portal.errors import N_, NotFound
from portal.http.access import requires
from portal.http.forms import sent
from portal.http.lists import ListLinks, list_query
from portal.http.unit import Unit, unit
from portal.http.words import _, language, ngettext, words
from portal.lists import ListQuery
from portal.matching import (
    MATCH_SORTS,
    METHOD_WORDS,
    QUEUE_TABS,
    REST_WORDS,
    MatchRow,
    MatchView,
    Progress,
    Shown,
    active_rules,
    count_wishes,
    find_match,
    last_own,
    list_matches,
    list_sure,
    money_out,
    progress_of,
)
from portal.money import Money

bp = Blueprint("admin_matching", __name__, url_prefix="/admin/matching")

PER_PAGE = 25
#: mark of a row → (chip, icon, message id); those with a count of documents say it.
MARKS: dict[str, tuple[str, str, str]] = {
    "likely": ("confirmed", "circle-check", N_("Likely · %(documents)s")),
    "doubtful": ("unanswered", "circle-dashed", N_("Perhaps · %(documents)s")),
    "ambiguous": ("disputed", "arrows-split-2", N_("Two sets fit")),
    "other_payer": ("act", "users", N_("Other payer")),
    "fee": ("act", "coin", N_("Less a bank fee")),
    "discount": ("act", "percentage", N_("Short, like a discount")),
    "part": ("act", "adjustments", N_("Part payment")),
    "advance": ("unanswered", "circle-dashed", N_("No invoice, like an advance")),
    "unknown": ("unanswered", "circle-dashed", N_("No candidate")),
    "refused": ("unanswered", "x", N_("Candidate refused")),
    "pending": ("act", "users", N_("Second person")),
    "parked": ("note", "hourglass", N_("Parked")),
    "left": ("unanswered", "ban", N_("Left alone")),
    "posted": ("confirmed", "circle-check", N_("Posted")),
    "unidentified": ("disputed", "help", N_("Unidentified cash")),
    "undone": ("unanswered", "arrow-back-up", N_("Undone")),
}
HOW_WORDS = {
    "auto": N_("by itself"),
    "hand": N_("by hand"),
    "bulk": N_("many at once"),
    "approval": N_("with a second person"),
}


@bp.get("", strict_slashes=False)
@requires(Permission.MATCHES_READ)
def index() -> ResponseReturnValue:
    g = unit()
    return workbench(g)


def workbench(g: Unit, *, refused: str = "", typed: dict[str, str] | None = None, at: str = "") -> str:
    """Return the page; ``refused`` says why nothing was posted, ``typed`` keeps what was typed."""
    query = _query()
    listing = list_matches(g.session, query=query, actor=g.actor)
    wanted = at or request.args.get("at", "")
    chosen = next((row.public_id for row in listing.rows if row.public_id == wanted), wanted)
    if not chosen and listing.rows:
        chosen = listing.rows[0].public_id
    view = _found(g, chosen)
    ids = [row.public_id for row in listing.rows]
    following = ids[ids.index(chosen) + 1 :] if chosen in ids else ids
    progress = progress_of(g.session, actor=g.actor)
    return render_template(
        "admin/matching/index.html",
        listing=listing,
        links=ListLinks(listing),
        sure=len(list_sure(g.session, actor=g.actor)),
        progress=progress,
        progress_words=progress_words(progress),
        rules_version=active_rules(g.session).version,
        wish_count=count_wishes(g.session, actor=g.actor),
        last=last_own(g.session, actor=g.actor),
        out=money_out(g.session, actor=g.actor),
        row_url=lambda row: page_url(at=row.public_id),
        next_id=next(iter(following), ""),
        **(receipt_context(g, view, refused=refused, typed=typed) if view else {"view": None}),
        **shared(),
    )


def _query() -> ListQuery:
    query = list_query(MATCH_SORTS)
    tab = query.tab if query.tab in QUEUE_TABS else QUEUE_TABS[0]
    return ListQuery(query.q, query.sort, query.descending, query.page, PER_PAGE, tab)


def _found(g: Unit, public_id: str) -> MatchView | None:
    if not public_id:
        return None
    try:
        return find_match(g.session, public_id=public_id, shown=shown_of(), actor=g.actor)
    except NotFound:
        return None


def shown_of() -> Shown:
    """Return what the address asks to be shown instead of the proposal."""
    number = sent().get("set", "")
    return Shown(
        customer_public_id=sent().get("customer", ""),
        set_no=int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0,
        method=sent().get("method", ""),
    )


def page_url(**changes: object) -> str:
    """Return the address of the workbench with list filters kept and the rest as given."""
    kept = {key: request.args[key] for key in ("tab", "q", "sort", "page") if key in request.args}
    return f"{url_for('admin_matching.index')}?{urlencode(kept | {k: v for k, v in changes.items() if v})}"


def shared() -> dict[str, Any]:
    """Return the words every page of matching needs."""
    return {"chip_of": chip_of, "how_words": HOW_WORDS, "customer_in": customer_in}


def chip_of(row: MatchRow) -> tuple[str, str, str]:
    """Return (chip, word, icon) of a row."""
    kind, icon, message = MARKS[row.mark]
    documents = ngettext("%(num)s document", "%(num)s documents", row.parts)
    return kind, _(message, documents=documents), icon


def customer_in(row: MatchRow) -> str:
    """Return the customer's name in the reader's language."""
    names = (row.customer_name_en, row.customer_name)
    return next(filter(None, names if language() == "en" else names[::-1]), row.customer_no)


def progress_words(progress: Progress) -> str:
    """Return the sentence under the heading."""
    if progress.since_on is None:
        return _("No bank line yet. Take in a bank file first.")
    params = {"lines": progress.lines, "day": progress.since_on, "auto": progress.automatic}
    if not progress.waiting:
        return _(
            "Since %(day)s: all %(lines)s lines are accounted for, %(auto)s posted by themselves.", **params
        )
    return _(
        "Since %(day)s: %(lines)s lines, %(auto)s posted by themselves; %(waiting)s wait for you.",
        waiting=progress.waiting,
        **params,
    )


def receipt_context(
    g: Unit, view: MatchView, *, refused: str = "", typed: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return what the pane of one receipt needs."""
    typed = typed or {}
    may_work = g.actor.may(Permission.MATCHES_WORK)
    is_open = view.row.state in {"proposed", "refused", "parked"}
    return {
        "view": view,
        "reasons": [_(message, **params) for message, params in view.reasons],
        "reasons_title": _reasons_title(view),
        "refused": refused,
        "typed": typed,
        "picked": set(typed.get("pick", "").split()) if typed else None,
        "rest": typed.get("rest", view.rest),
        "rests": _rests(view),
        "may_act": may_work and is_open,
        "may_identify": may_work and view.row.mark == "unidentified",
        "may_undo": view.row.state == "posted"
        and view.row.mark != "pending"
        and (may_work or g.actor.may(Permission.MATCHES_UNDO)),
        "methods": [(key, METHOD_WORDS[key]) for key in ("fifo", "pro_rata", "largest")],
        "method": shown_of().method,
        "found_customers": _customers(g),
        "shown_customer": sent().get("customer", ""),
        "left": view.difference,
        "aside_money": lambda minor: Money(abs(minor), view.currency),
        "entry_sums": _entry_sums(view),
        "entry_lines": _entry_lines(view),
        "digits": len(Money(0, view.currency).decimal_text.partition(".")[2]),
        "here": lambda **changes: page_url(at=view.row.public_id, **changes),
    }


def _reasons_title(view: MatchView) -> str:
    count = sum(item.chosen is not None for item in view.items)
    if view.row.state == "posted":
        return _("Why it was matched")
    if count:
        return ngettext("Why this document", "Why these %(num)s documents", count)
    return _("What is known")


def _rests(view: MatchView) -> list[tuple[str, str]]:
    """Return the reasons a person can give for a difference; an exchange explains itself."""
    if view.currency != view.row.money.currency:
        return []
    return [(key, REST_WORDS[key]) for key in ("fee", "discount", "rounding", "advance", "part")]


def _customers(g: Unit) -> list[tuple[str, str, str]]:
    wanted = request.args.get("who", "").strip()
    if not wanted or not g.actor.may(Permission.CUSTOMERS_READ):
        return []
    found = list_customers(g.session, query=ListQuery(q=wanted, per_page=8), actor=g.actor)
    return [(one.public_id, one.number, one.name_in(language())) for one in found.rows]


def _entry_lines(view: MatchView) -> list[dict[str, Any]]:
    """Return the entry for its table, accounts in the reader's language."""
    return [
        {
            "account": f"{line['code']} {line['name_en'] if language() == 'en' else line['name']}",
            "note": line["customer_no"],
            "debit": Money(line["debit_minor"], view.currency) if line["debit_minor"] else None,
            "credit": Money(line["credit_minor"], view.currency) if line["credit_minor"] else None,
        }
        for line in view.entry
    ]


def _entry_sums(view: MatchView) -> tuple[Money, Money] | None:
    if not view.entry:
        return None
    return (
        Money(sum(line["debit_minor"] for line in view.entry), view.currency),
        Money(sum(line["credit_minor"] for line in view.entry), view.currency),
    )


@bp.get("/<public_id:public_id>")
@requires(Permission.MATCHES_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    return receipt_page(g, public_id)


def receipt_page(g: Unit, public_id: str, *, refused: str = "", typed: dict[str, str] | None = None) -> str:
    """Return the page of one receipt, for history and unidentified cash."""
    view = find_match(g.session, public_id=public_id, shown=shown_of(), actor=g.actor)
    context = receipt_context(g, view, refused=refused, typed=typed)
    context["here"] = lambda **changes: url_for(
        "admin_matching.show", public_id=public_id, **{key: value for key, value in changes.items() if value}
    )
    title = words().headline(view.row.money)
    return render_template("admin/matching/show.html", **context, **shared(), title=title, next_id="")
