"""What the statement page says beside its lines: sums, progress, deadline, state; all as ready values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.access import Actor, Permission
from portal.i18n import N_, Translator
from portal.money import Money, format_amount
from portal.receivables import Ageing
from portal.statements import LineView, StatementPage
from portal.views.statement_lines import ABSENT, ANSWER_CHIPS, ShownLine

BUCKET_LABELS = (
    ("not_due", N_("Not due")),
    ("d1_30", N_("1–30 days late")),
    ("d31_60", N_("31–60")),
    ("d61_90", N_("61–90")),
    ("d91_120", N_("91–120")),
    ("d120_plus", N_("over 120")),
)
#: State of a dispute → what it means for the customer.
_DISPUTE_WORDS = {
    "waiting_customer": N_("We wait for your reply"),
    "proposed": N_("We have proposed"),
    "accepted": N_("Agreed, being posted"),
    "pending_approval": N_("Agreed, being posted"),
    "posted": N_("Agreed, being posted"),
    "resolved": N_("Resolved"),
    "closed": N_("Resolved"),
    "withdrawn": N_("Withdrawn"),
}
_CHECKING = N_("We are checking")
_OPENING_CHIPS = {
    "confirmed": ("confirmed", N_("Agreed last month")),
    "disputed": ("disputed", N_("Disputed")),
    "unanswered": ("unanswered", N_("Not agreed yet")),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on top of the page, with the one place to go where there is one."""

    kind: str
    text: str
    word: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class DoneAct:
    """What the last act did and may still be undone."""

    act: str
    text: str


def closing_label(balance: Money, translator: Translator) -> str:
    """Return the label of a closing balance, naming who owes whom."""
    if balance.minor < 0:
        return translator.gettext("Closing balance (we owe you)")
    return translator.gettext("Closing balance (you owe us)")


def sum_parts(page: StatementPage, translator: Translator) -> list[dict[str, Any]]:
    """Return the sum strip: opening + invoiced − received − credited = closing, of which overdue."""
    figures = page.figures
    opening: dict[str, Any] = {"label": translator.gettext("Opening balance"), "money": figures.opening}
    if page.progress.opening_state in _OPENING_CHIPS:
        kind, word = _OPENING_CHIPS[page.progress.opening_state]
        opening["chip"] = (kind, translator.gettext(word))
    parts = [
        opening,
        {"label": translator.gettext("Invoiced"), "money": figures.invoiced, "op": "+"},
        {"label": translator.gettext("Received"), "money": figures.received, "op": "\u2212"},
        {"label": translator.gettext("Credited"), "money": figures.credited, "op": "\u2212"},
        {
            "label": closing_label(figures.closing, translator),
            "money": figures.closing,
            "op": "=",
            "total": True,
        },
    ]
    if figures.overdue.minor:
        late = {
            "label": translator.gettext("Of which overdue"),
            "money": figures.overdue,
            "apart": True,
            "overdue": True,
        }
        parts.append(late)
    elif figures.due_now.minor:
        parts.append(
            {"label": translator.gettext("Of which due now"), "money": figures.due_now, "apart": True}
        )
    return parts


def answer_parts(page: StatementPage, translator: Translator) -> list[dict[str, Any]]:
    """Return the split bar: confirmed + disputed + unanswered = closing."""
    progress = page.progress
    confirmed = translator.gettext("%(count)s + opening", count=progress.confirmed_count)
    if progress.opening_state != "confirmed":
        confirmed = str(progress.confirmed_count)
    return [
        {
            "kind": "confirmed",
            "word": translator.gettext("Confirmed"),
            "note": confirmed,
            "money": progress.confirmed,
        },
        {
            "kind": "disputed",
            "word": translator.gettext("Disputed"),
            "note": str(progress.disputed_count),
            "money": progress.disputed,
        },
        {
            "kind": "unanswered",
            "word": translator.gettext("Unanswered"),
            "note": str(progress.unanswered_count),
            "money": progress.unanswered,
        },
    ]


def bar_parts(page: StatementPage) -> list[dict[str, Any]]:
    """Return the parts of the bar alone, by the sizes of the amounts."""
    kinds = ("confirmed", "disputed", "unanswered")
    return [{"kind": kind, "money": money} for kind, money in zip(kinds, page.progress.bar, strict=True)]


def ageing_parts(ageing: Ageing, translator: Translator) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the six buckets, and the row of unapplied credits where there are any."""
    buckets = [
        {"label": translator.gettext(label), "money": getattr(ageing, key)} for key, label in BUCKET_LABELS
    ]
    if not ageing.unapplied.minor:
        return buckets, []
    return buckets, [{"label": translator.gettext("Not applied yet"), "money": ageing.unapplied}]


def deadline_words(page: StatementPage, *, today: date, translator: Translator) -> str:
    """Return until when an answer is asked for and how long that is; nothing once it is signed or replaced."""
    if page.answer_by_on is None or not page.is_answerable:
        return ""
    days = (page.answer_by_on - today).days
    by = translator.day_in_words(page.answer_by_on)
    if days > 0:
        left = translator.ngettext("%(num)s day left", "%(num)s days left", days)
        return translator.gettext("Please answer by %(day)s · %(left)s", day=by, left=left)
    if days == 0:
        return translator.gettext("Please answer today, %(day)s", day=by)
    since = translator.ngettext("%(num)s day ago", "%(num)s days ago", -days)
    return translator.gettext("Your answer was asked for by %(day)s, %(since)s", day=by, since=since)


def progress_words(page: StatementPage, translator: Translator) -> str:
    """Return how far the answers are; a statement without lines has only its balance to sign."""
    progress = page.progress
    if not progress.total:
        return translator.gettext("No lines, only the balance")
    return translator.gettext(
        "%(answered)s of %(total)s answered", answered=progress.answered, total=progress.total
    )


def rest_words(page: StatementPage, translator: Translator) -> str:
    """Return the words of the button that confirms all that is left, or nothing when nothing is."""
    left = page.progress.left
    if not left:
        return ""
    if not page.progress.answered:
        return translator.ngettext("Confirm %(num)s line", "Confirm all %(num)s lines", left)
    return translator.ngettext("Confirm the other %(num)s line", "Confirm the other %(num)s lines", left)


def seen_lines(page: StatementPage) -> str:
    """Return the numbers of the lines that are still to be answered, as the page shows them: what a click confirms."""
    return ",".join(str(line.no) for line in page.all_lines if line.needs_answer and not line.has_answer)


def may_answer(page: StatementPage, actor: Actor) -> bool:
    """Say whether this reader can answer lines now."""
    return (
        page.is_answerable
        and page.is_newest
        and actor.side == "customer"
        and actor.may(Permission.STATEMENTS_ANSWER)
    )


def why_not_words(page: StatementPage, *, actor: Actor, translator: Translator) -> str:
    """Return why this reader cannot answer, in words."""
    if actor.side != "customer":
        name = page.customer.name_in(translator.language)
        return translator.gettext("You see what %(customer)s sees. You cannot act here.", customer=name)
    if not page.is_answerable or not page.is_newest:
        return translator.gettext("This version can no longer be answered.")
    return translator.gettext("Your role may look, not answer. Someone who confirms statements can.")


def done_act(lines: Sequence[LineView], *, act: str, currency: str, translator: Translator) -> DoneAct | None:
    """Return what an act confirmed, as long as it still counts."""
    confirmed = [line for line in lines if act and line.act == act and line.answer == "confirmed"]
    if not confirmed:
        return None
    total = format_amount(Money(sum(line.amount_minor for line in confirmed), currency))
    words = translator.ngettext(
        "%(num)s line confirmed, %(total)s.",
        "%(num)s lines confirmed, %(total)s.",
        len(confirmed),
        total=total,
    )
    return DoneAct(act, words)


def state_notice(
    page: StatementPage, *, translator: Translator, address: Callable[[str], str]
) -> Notice | None:
    """Return what a reader must know first: a newer version, or that this is a draft."""
    if page.newer is not None:
        text = translator.gettext(
            "Version %(new)s replaces version %(old)s. Answers and signatures here stay as they are.",
            new=page.newer.version,
            old=page.version,
        )
        word = translator.gettext("Open version %(version)s", version=page.newer.version)
        return Notice("wait", text, word, address(page.newer.public_id))
    if not page.is_issued:
        return Notice("note", translator.gettext("A draft: the customer does not see it yet."))
    return None


def dispute_word(state: str) -> str:
    """Return the message id of what a dispute's state means for the customer."""
    return _DISPUTE_WORDS.get(state, _CHECKING)


def opening_row(
    page: StatementPage, *, translator: Translator, address: Callable[[str], str], always: bool = False
) -> ShownLine | None:
    """Return line 0 as a row of its own where the customer has something to say to it, else None.

    It is left out when last month's answer was carried over (the sum strip says so), unless ``always``: a running
    balance begins with it.
    """
    line = page.opening
    if not always and (not line.needs_answer or line.is_carried):
        return None
    previous = page.previous
    text = (
        translator.gettext(
            "Not agreed last month: see %(month)s", month=translator.month(previous.period_from)
        )
        if previous
        else translator.gettext("What was owed before the first line")
    )
    return ShownLine(
        no=0,
        url=address(previous.public_id) if previous else "",
        number="",
        day=ABSENT,
        text=text,
        order="",
        due=ABSENT,
        amount=format_amount(line.amount),
        is_minus=line.amount_minor < 0,
        minor=line.amount_minor,
        balance="",
        kind=line.answer,
        word=translator.gettext(ANSWER_CHIPS[line.answer][1]),
        dispute_url="",
    )


def _opening_text(page: StatementPage, translator: Translator) -> str:
    if page.previous is None:
        return translator.gettext("What was owed before the first line")
    month = translator.month(page.previous.period_from)
    if page.opening.answer == "confirmed":
        return translator.gettext("Agreed with %(month)s", month=month)
    return translator.gettext("Not agreed last month: see %(month)s", month=month)
