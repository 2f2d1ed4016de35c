"""What the page of one approval says: title, entry, before and after, checks; all as ready values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from admin.views.approval_facts import KIND_WORDS as ASKED_WORDS
from admin.views.approval_facts import asked_title
from portal.adjustments import POST_KIND, Check, entry_totals
from portal.approvals import ApprovalView
from portal.disputes import SETTLE_KIND, DisputeView
from portal.errors import N_
from portal.i18n import Translator
from portal.money import Money, format_amount, parse_minor
from portal.statements import KIND_LABELS

POSTING_KINDS = frozenset({POST_KIND, SETTLE_KIND})
KIND_WORDS: dict[str, str] = {
    POST_KIND: N_("Adjustment"),
    SETTLE_KIND: N_("Result of a dispute"),
    "statements.issue": N_("Issue of statements"),
    **ASKED_WORDS,
}
STATE_CHIPS: dict[str, tuple[str, str]] = {
    "pending": ("act", N_("Waiting for approval")),
    "approved": ("confirmed", N_("Approved")),
    "rejected": ("disputed", N_("Sent back")),
    "voided": ("unanswered", N_("Taken back")),
}
_AGEING_WORDS = {
    "not_due": N_("Ageing, not due"),
    "d1_30": N_("Ageing, 1–30 days late"),
    "d31_60": N_("Ageing, 31–60 days late"),
    "d61_90": N_("Ageing, 61–90 days late"),
    "d91_120": N_("Ageing, 91–120 days late"),
    "d120_plus": N_("Ageing, over 120 days late"),
    "unapplied": N_("Payments and credits not yet applied"),
}


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line for the macro ``entry_table``."""

    account: str
    note: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line for the macro ``before_after``: three amounts, or a note and what follows."""

    word: str
    before: Money | None = None
    change: Money | None = None
    after: Money | str | None = None
    note: str = ""


def title_words(approval: ApprovalView, tr: Translator) -> str:
    """Return the heading: what is asked, of which document or month."""
    content = approval.content
    if title := asked_title(approval, tr):
        return title
    if approval.kind in POSTING_KINDS:
        kind = tr.gettext(KIND_LABELS[content["kind"]])
        document = approval.effect.get("document_no")
        return tr.gettext("%(kind)s for %(document)s", kind=kind, document=document) if document else kind
    return f"{tr.gettext(KIND_WORDS.get(approval.kind, approval.kind))} {approval.title}"


def entry_rows(approval: ApprovalView, tr: Translator) -> list[EntryRow]:
    """Return the entry to be posted, accounts named in the reader's language."""
    currency = approval.effect["currency"]
    rows = []
    for line in approval.effect["entry"]:
        name = line["name_en"] if tr.language == "en" else line["name"]
        debit, credit = (
            Money(line[side], currency) if line[side] else None for side in ("debit_minor", "credit_minor")
        )
        rows.append(EntryRow(f"{line['code']} {name}", line["customer_no"], debit, credit))
    return rows


def balanced_words(approval: ApprovalView, tr: Translator) -> str:
    """Return the foot of the entry."""
    debit, credit = entry_totals(approval)
    if debit != credit:
        return tr.gettext("%(currency)s, not balanced", currency=debit.currency)
    return tr.gettext("%(currency)s, balanced", currency=debit.currency)


def change_rows(approval: ApprovalView, tr: Translator, *, dispute: DisputeView | None) -> list[ChangeRow]:
    """Return what posting changes, figure by figure; ageing columns that stay as they are, are left out."""
    effect = approval.effect
    before, after, currency = effect["before"], effect["after"], effect["currency"]
    words = {
        "document": tr.gettext("%(document)s, open", document=effect["document_no"]),
        "balance": tr.gettext("Customer balance"),
        "disputed": tr.gettext("Of it disputed"),
    } | {f"ageing.{column}": tr.gettext(word) for column, word in _AGEING_WORDS.items()}
    rows = [
        ChangeRow(
            word, Money(before[key], currency), Money(after[key] - before[key], currency), Money(after[key], currency)
        )
        for key, word in words.items()
        if key in before and (not key.startswith("ageing.") or before[key] != after[key])
    ]  # fmt: skip
    if dispute is not None and dispute.row.month is not None:
        rows.append(
            ChangeRow(
                tr.gettext("Statement %(month)s", month=tr.month(dispute.row.month)),
                note=tr.gettext("version %(number)s is not touched", number=dispute.statement_version),
                after=tr.gettext("unchanged"),
            )
        )
    month = tr.month(posting_day(approval))
    moved = Money(after["balance"] - before["balance"], currency)
    rows.append(
        ChangeRow(tr.gettext("Statement %(month)s", month=month), after=moved, note=tr.gettext("a new line"))
    )
    return rows


def posting_day(approval: ApprovalView) -> date:
    """Return the day of the entry."""
    return date.fromisoformat(approval.effect["posting_on"])


def customer_words(approval: ApprovalView, tr: Translator) -> str:
    """Return the customer's name in the reader's language."""
    names = (approval.customer_name_en, approval.customer_name)
    return next(filter(None, names if tr.language == "en" else names[::-1]), approval.customer_no)


def check_rows(checks: tuple[Check, ...], tr: Translator) -> list[dict[str, Any]]:
    """Return items for the macro ``checks``."""
    return [{"word": tr.gettext(check.word, **check.params), "ok": check.is_ok} for check in checks]


def approve_words(approval: ApprovalView, tr: Translator) -> str:
    """Return the label of the primary button; where money moves, with the amount."""
    if approval.money is not None:
        return tr.gettext("Approve and post %(amount)s", amount=format_amount(abs(approval.money)))
    if approval.kind == "statements.issue":
        return tr.ngettext(
            "Approve and issue %(num)s statement",
            "Approve and issue %(num)s statements",
            int(approval.content.get("statements", 0)),
        )
    return tr.gettext("Approve")


def sum_rows(approval: ApprovalView) -> list[dict[str, Any]]:
    """Return the statements to be issued and their closing balances, one row a currency."""
    return [
        row | {"closing": Money(parse_minor(row["closing"], row["currency"], signed=True), row["currency"])}
        for row in approval.content.get("sums", [])
    ]


def short_hash(approval: ApprovalView) -> str:
    """Return the first eight letters of the content's hash, in fours."""
    return f"{approval.content_hash[:4]} {approval.content_hash[4:8]}"
