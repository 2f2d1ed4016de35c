"""What an approval about a customer's people, master data or paper answer shows: words and values, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from admin.views.matching_facts import FACTS as MATCHING_FACTS
from admin.views.matching_facts import KIND_WORDS as MATCHING_WORDS
from portal.approvals import ApprovalView
from portal.bank import LAYOUT_KIND, ROLE_LABELS
from portal.confirmations import CHANNEL_LABELS, OUTCOME_LABELS, PAPER_KIND
from portal.customers import CHANGE_KIND, CHANGE_LABELS, ROLE_KIND
from portal.errors import N_
from portal.http.frame import ROLE_NAMES
from portal.i18n import Translator
from portal.imports import PROFILE_KIND, UNDO_KIND
from portal.money import Money, parse_minor
from portal.receivables import KIND_LABELS as DOCUMENT_KINDS

Facts = list[tuple[str, str]]

KIND_WORDS: dict[str, str] = {
    CHANGE_KIND: N_("Change of address or bank details"),
    ROLE_KIND: N_("Sign-in for a customer"),
    PAPER_KIND: N_("Answer on paper, recorded by us"),
    LAYOUT_KIND: N_("Columns of a bank's table"),
    UNDO_KIND: N_("Undo of a file"),
    PROFILE_KIND: N_("Layout of files"),
    **MATCHING_WORDS,
}
_FIELDS = {
    "contact": N_("Contact"),
    "email": N_("E-mail"),
    "account": N_("Account"),
    "bank_name": N_("Bank"),
    "bic": N_("BIC"),
    "holder": N_("Account holder"),
}


def _change(approval: ApprovalView, tr: Translator) -> Facts:
    content = approval.content
    before, after = content["before"], content["after"]
    facts = [(tr.gettext("What"), tr.gettext(CHANGE_LABELS[content["kind"]]))]
    known = ", ".join(one["account"] for one in before.get("accounts", ()))
    if known:
        facts.append((tr.gettext("Accounts known so far"), known))
    for key, word in _FIELDS.items():
        old, new = str(before.get(key, "")), str(after.get(key, ""))
        if old and new and old != new:
            facts.append((tr.gettext(word), f"{old} → {new}"))
        elif old or new:
            facts.append((tr.gettext(word), new or old))
    facts.append((tr.gettext("How we know"), content["reason"]))
    return facts


def _role(approval: ApprovalView, tr: Translator) -> Facts:
    content = approval.content
    roles = tr.gettext(", ").join(tr.gettext(ROLE_NAMES[role]) for role in content["role"].split())
    words = tr.gettext("Invitation") if content["kind"] == "invite" else tr.gettext("Change of roles")
    facts = [
        (tr.gettext("What"), words), (tr.gettext("Name"), content["name"]), (tr.gettext("E-mail"), content["email"]),
        (tr.gettext("Role"), roles),
    ]  # fmt: skip
    if content["is_for_group"]:
        facts.append((tr.gettext("Reach"), tr.gettext("also for member companies")))
    return facts


def _money(kept: Mapping[str, str]) -> Money:
    currency = kept["currency"]
    return Money(parse_minor(kept["amount"], currency, signed=True), currency)


def _paper(approval: ApprovalView, tr: Translator) -> Facts:
    content, effect = approval.content, approval.effect
    outcome, channel = OUTCOME_LABELS[content["outcome"]], CHANNEL_LABELS[content["channel"]]
    facts = [
        (tr.gettext("Answer"), tr.gettext(outcome)),
        (tr.gettext("Closing balance"), tr.headline(_money(effect["closing"]))),
    ]
    if content["stated_minor"] is not None:
        facts.append(
            (tr.gettext("Their balance"), tr.headline(Money(content["stated_minor"], content["currency"])))
        )
        facts.append((tr.gettext("What differs"), content["reason"]))
    return [
        *facts,
        (tr.gettext("How it came"), tr.gettext(channel)),
        (tr.gettext("Day"), tr.day(date.fromisoformat(content["given_on"]))),
        (tr.gettext("Who at the customer"), f"{content['given_by']}, {content['given_title']}"),
    ]


def _import_undo(approval: ApprovalView, tr: Translator) -> Facts:
    content = approval.content
    facts = [
        (tr.gettext("File"), content["file"]), (tr.gettext("Documents to reverse"), f"{content['documents']:,}"),
    ]  # fmt: skip
    facts += [
        (
            tr.gettext(DOCUMENT_KINDS[one["kind"]]),
            f"{one['currency']} {one['balance']} ({one['documents']:,})",
        )
        for one in content["by_kind"]
    ]
    return [*facts, (tr.gettext("Reason"), content["reason"])]


def _import_profile(approval: ApprovalView, tr: Translator) -> Facts:
    content, body = approval.content, approval.content["body"]
    facts = [(tr.gettext("Layout of the file"), f"{content['name']} v{content['version']}: {body['title']}")]
    facts += [(column, " / ".join(names)) for column, names in body["columns"].items()]
    facts += [(name, " / ".join(body[name])) for name in ("debit", "credit", "balance") if body.get(name)]
    return [*facts, *((name, f"= {value}") for name, value in body["constants"].items())]


def _layout(approval: ApprovalView, tr: Translator) -> Facts:
    roles = approval.content["body"]["roles"]
    return [
        (tr.gettext(word), tr.gettext(", ").join(roles[role]))
        for role, word in ROLE_LABELS.items()
        if role in roles
    ]


_WRITERS: dict[str, Callable[[ApprovalView, Translator], Facts]] = {
    CHANGE_KIND: _change,
    ROLE_KIND: _role,
    PAPER_KIND: _paper,
    LAYOUT_KIND: _layout,
    UNDO_KIND: _import_undo,
    PROFILE_KIND: _import_profile,
    **MATCHING_FACTS,
}


def asked_facts(approval: ApprovalView, tr: Translator) -> Facts:
    """Return what is asked as words and values; empty for kinds that show something else."""
    writer = _WRITERS.get(approval.kind)
    return writer(approval, tr) if writer else []


def asked_title(approval: ApprovalView, tr: Translator) -> str:
    """Return the heading of such a request; empty for other kinds."""
    if approval.kind == CHANGE_KIND:
        return tr.gettext(CHANGE_LABELS[approval.content["kind"]])
    if approval.kind == ROLE_KIND:
        return tr.gettext("Sign-in for %(name)s", name=approval.content["name"])
    if approval.kind == PAPER_KIND:
        return tr.gettext("Paper answer to %(statement)s", statement=approval.title)
    return ""


def files_subject(approval: ApprovalView) -> dict[str, Any] | None:
    """Return whose files the approver must look at."""
    if approval.kind != PAPER_KIND:
        return None
    return {"subject_kind": approval.subject_kind, "subject_ids": [approval.subject_id]}
