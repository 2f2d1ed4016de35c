"""What people read of one thing to do: title, the line beneath it, whose turn it is, the preview."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for

from portal.access import Permission
from portal.approvals import find_approval
from portal.clock import business_day
from portal.customers import contacts_of, find_customer
from portal.disputes import DEPARTMENTS, REASONS, STATE_LABELS, find_dispute, turn_words
from portal.errors import N_
from portal.http.frame import entity, zone
from portal.http.unit import Unit
from portal.http.words import _, language, ngettext, words
from portal.statements import find_statement
from portal.worklist import TimeLeft, WorkItem

ICONS = {"dispute": "flag", "approval": "checks", "statement": "file-text", "task": "message-question"}
TURNS = {
    "ours": N_("Us"),
    "theirs": N_("Customer"),
    "you": N_("You approve"),
    "approver": N_("Approver"),
}
TASK_NAMES = {
    "question": N_("Question"),
    "mail-failed": N_("Mail not delivered"),
    "late-feed": N_("Expected file is late"),
}
_TODO = {
    "submitted": N_("new, read and answer it"),
    "acknowledged": N_("new, read and answer it"),
    "investigating": N_("propose a result"),
    "waiting_internal": N_("waits for %(department)s"),
    "accepted": N_("accepted, submit the posting"),
    "countered": N_("other amount named"),
    "refused": N_("proposal refused"),
    "escalated": N_("with the supervisor"),
    "posted": N_("posted, resolve it"),
    "reopened": N_("taken up again"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """A button of the preview."""

    word: str
    url: str
    key: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """The chosen thing beside the list.

    Attributes:
        said: Who said what and when: (name, words); empty = nobody said anything.
        done_url: Address that marks a task as done.
    """

    title: str
    chip: tuple[str, str]
    turn: str
    facts: tuple[tuple[str, Any], ...]
    acts: tuple[Act, ...]
    said: tuple[str, str] | None = None
    files: tuple[tuple[str, str], ...] = field(default=())
    done_url: str = ""


def left_words(left: TimeLeft) -> tuple[str, str]:
    """Return the words for the time left and the state of its bar."""
    if left.group == "late":
        return ngettext("−%(num)s day", "−%(num)s days", -left.days), "late"
    if left.group == "today":
        return _("today"), "soon"
    return ngettext("%(num)s day", "%(num)s days", left.days), ""


def title_of(item: WorkItem) -> tuple[str, str]:
    """Return number and name of a thing."""
    if item.kind == "dispute":
        return item.label, _(REASONS[item.facts["reason"]].name)
    if item.kind == "statement":
        return words().month(item.facts["month"]), _("statement unanswered")
    if item.kind == "task":
        return item.label, _(TASK_NAMES.get(item.facts["kind"], N_("Task")))
    return item.label, ""


def note_of(item: WorkItem) -> str:
    """Return the line beneath the title: what is to be done, or what was said."""
    facts = item.facts
    if item.kind == "dispute":
        department = _(DEPARTMENTS.get(facts["department"], facts["department"]))
        todo = _(_TODO.get(item.state, STATE_LABELS[item.state]), department=department)
        return f"{facts['document']} · {todo}" if facts["document"] else todo
    if item.kind == "approval":
        return _("Your request") if facts["is_own"] else _("Prepared by %(name)s", name=facts["maker"])
    if item.kind == "statement":
        viewed = facts["viewed_at"]
        return (
            _("Opened on %(day)s, not signed", day=business_day(viewed, zone()))
            if viewed
            else _("Not opened yet")
        )
    if facts["kind"] == "question":
        return _("“%(text)s”", text=str(facts.get("text", ""))[:80])
    return str(facts.get("recipient", ""))


def url_of(item: WorkItem) -> str:
    """Return the page of a thing."""
    if item.kind != "task":
        return url_for(f"admin_{item.kind}s.show", public_id=item.public_id)
    if item.facts["subject_kind"] == "message":
        return url_for("admin_mail.show", public_id=item.facts["subject_id"])
    if item.facts["subject_kind"] == "feed":
        return url_for("admin_imports.index")
    return url_for("admin_statements.show", public_id=item.facts["subject_id"])


def preview_of(g: Unit, item: WorkItem) -> Preview:
    """Return the preview of a thing, read afresh."""
    if item.kind == "task":
        return _task(g, item)
    return {"dispute": _dispute, "approval": _approval, "statement": _statement}[item.kind](g, item)


def _customer(item: WorkItem) -> tuple[str, Any]:
    return _("Customer"), f"{item.customer_in(language())} · {item.customer_no}"


def _deadline(item: WorkItem) -> tuple[str, str]:
    return _("Time left"), f"{left_words(item.left)[0]} · {_('due %(day)s', day=item.due_on)}"


def _dispute(g: Unit, item: WorkItem) -> Preview:
    view = find_dispute(g.session, public_id=item.public_id, actor=g.actor, now=g.now)
    page = url_of(item)
    told = [entry for entry in reversed(view.customer_entries) if entry.text]
    said = next((entry for entry in told if entry.side == "customer"), told[0] if told else None)
    acts = [Act(_("Open it"), page, "o")]
    if "reply" in view.verbs and g.actor.may(Permission.DISPUTES_REPLY):
        acts.insert(0, Act(_("Reply"), f"{page}#talk", "r"))
    if view.row.state == "accepted" and g.actor.may(Permission.POSTINGS_REQUEST):
        acts.insert(0, Act(_("Submit for approval"), f"{page}#settle", "p", primary=True))
    elif "propose" in view.verbs and g.actor.may(Permission.DISPUTES_WORK):
        acts.insert(0, Act(_("Propose a result"), f"{page}#propose", "p", primary=True))
    seller = entity().short_name_in(language())
    turn = turn_words(view, words(), seller=seller, for_customer=False)
    known = [
        _customer(item),
        (_("Disputed"), _("%(part)s of %(whole)s", part=view.row.disputed, whole=words().amount(view.whole))),
        (_("Document"), view.row.subject or "—"),
        _deadline(item),
        (_("Waiting"), turn.sentence),
    ]
    return Preview(
        item.label, ("disputed", _(view.row.reason.name)), _("Our turn"), tuple(known), tuple(acts),
        (f"{said.who} · {words().moment(said.at, entity().time_zone)}", said.text) if said else None,
        tuple((file.name, _file_url(file.public_id)) for file in (said.files if said else ())),
    )  # fmt: skip


def _file_url(public_id: str) -> str:
    return url_for("attachments.show", public_id=public_id)


def _approval(g: Unit, item: WorkItem) -> Preview:
    view = find_approval(g.session, public_id=item.public_id, actor=g.actor)
    known = [
        *([_customer(item)] if item.customer_no else []),
        (_("Amount"), words().headline(view.money) if view.money else "—"),
        (_("Prepared by"), view.requested_by),
        (_("Asked on"), words().moment(view.requested_at, entity().time_zone)),
        _deadline(item),
    ]
    word = _("See what is approved") if view.may_decide else _("Open it")
    return Preview(
        view.title, ("act", _("To approve")), _(TURNS[item.turn]), tuple(known),
        (Act(word, url_of(item), "o", primary=view.may_decide),),
        (view.requested_by, view.request_note) if view.request_note else None,
    )  # fmt: skip


def _statement(g: Unit, item: WorkItem) -> Preview:
    page = find_statement(g.session, public_id=item.public_id, actor=g.actor)
    customer = find_customer(g.session, public_id=item.customer_public_id, actor=g.actor)
    contact = next((one for one in contacts_of(g.session, customer.id) if one.phone), None)
    month: date = item.facts["month"]
    at = page.first_viewed_at
    viewed = words().moment(at, entity().time_zone) if at else _("not yet")
    known = [
        _customer(item),
        (_("Closing balance"), words().headline(page.figures.closing)),
        (_("Answered"), _("%(done)s of %(all)s lines", done=page.progress.answered, all=page.progress.total)),
        (_("First opened"), viewed),
        _deadline(item),
        (_("Contact"), f"{contact.name} · {contact.phone}" if contact else "—"),
    ]  # fmt: skip
    acts = (Act(_("Open it"), url_of(item), "o", primary=True),)
    chip = ("overdue", _("Unanswered")) if item.left.group == "late" else ("unanswered", _("Unanswered"))
    return Preview(
        _("Statement, %(month)s", month=words().month(month)), chip, _(TURNS[item.turn]), tuple(known), acts
    )


def _task(g: Unit, item: WorkItem) -> Preview:
    facts = item.facts
    name = _(TASK_NAMES.get(facts["kind"], N_("Task")))
    known = [*([_customer(item)] if item.customer_no else []), _deadline(item)]
    if facts["kind"] == "question":
        known.insert(1, (_("Line"), f"{item.label} · {facts.get('month', '')}"))
        said = (str(facts.get("asked_by", "")), str(facts.get("text", "")))
    elif facts["kind"] == "late-feed":
        last = str(facts.get("last", ""))[:10]
        text = _("It came last on %(day)s.", day=last) if last else _("It has never come.")
        said = (str(facts.get("name", "")), text)
    else:
        said = (str(facts.get("recipient", "")), str(facts.get("error", "")))
    done_url = (
        url_for("admin_worklist.finish", public_id=item.public_id)
        if g.actor.may(Permission.DISPUTES_NOTE)
        else ""
    )
    return Preview(
        item.label or name, ("act", name), _("Our turn"), tuple(known), (Act(_("Open it"), url_of(item), "o"),), said,
        done_url=done_url,
    )  # fmt: skip
