"""What people read of a dispute: states, titles, stages, the conversation, whose turn; for both fronts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.disputes.rules import ANSWER_DAYS, OPEN_STATES, REOPEN_DAYS, TURNS
from portal.disputes.view import DisputeRow, DisputeView, TimelineEntry
from portal.errors import N_
from portal.i18n import Translator
from portal.money import format_amount

#: State → English word, the same for both sides.
STATE_LABELS: dict[str, str] = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "acknowledged": N_("Acknowledged"),
    "investigating": N_("Being checked"),
    "waiting_customer": N_("Question to the customer"),
    "waiting_internal": N_("Being checked with a colleague"),
    "proposed": N_("Proposal made"),
    "accepted": N_("Proposal accepted"),
    "countered": N_("Other amount named"),
    "refused": N_("Proposal refused"),
    "escalated": N_("With the supervisor"),
    "pending_approval": N_("Waiting for approval"),
    "posted": N_("Posted"),
    "resolved": N_("Resolved"),
    "closed": N_("Case closed"),
    "withdrawn": N_("Withdrawn"),
    "reopened": N_("Taken up again"),
}
_YOUR_TURN = {
    "proposed": N_("Proposal: your answer"),
    "waiting_customer": N_("Question: your answer"),
}

#: Verb → what the event line says after the name; ``%(amount)s`` and ``%(text)s`` are filled where they are known.
EVENT_WORDS: dict[str, str] = {
    "submit": N_("raised the dispute over %(amount)s"),
    "acknowledge": N_("received it. The line no longer causes reminders."),
    "assign": N_("handed it to %(text)s"),
    "ask": N_("asked a question"),
    "hold": N_("waits for a colleague"),
    "resume": N_("works on it again"),
    "propose": N_("proposed %(amount)s"),
    "accept": N_("accepted %(amount)s"),
    "counter": N_("named another amount: %(amount)s"),
    "refuse": N_("refused the proposal"),
    "escalate": N_("handed it to the supervisor"),
    "settle": N_("asked a second person to approve"),
    "return": N_("returned it before posting"),
    "post": N_("approved: %(text)s over %(amount)s is on the account"),
    "resolve": N_("resolved it"),
    "close": N_("closed it"),
    "reopen": N_("took it up again"),
    "withdraw": N_("withdrew the dispute"),
}
_ICONS = {
    "submit": "flag", "acknowledge": "check", "assign": "user", "propose": "message", "counter": "arrows-exchange",
    "accept": "check", "refuse": "x", "escalate": "trending-up", "settle": "user-check", "return": "arrow-back-up",
    "post": "checks", "resolve": "circle-check", "close": "lock", "reopen": "refresh", "withdraw": "arrow-back-up",
    "hold": "hourglass", "resume": "player-play", "ask": "message-question",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file as the conversation shows it."""

    name: str
    size: str
    url: str
    icon: str = "file-text"


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One entry for the macro ``conversation``."""

    kind: str
    who: str
    side: str
    at: datetime
    text: str
    icon: str
    files: tuple[FileLine, ...] = ()
    new: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One step for the macro ``stages``; state is done, now or later."""

    word: str
    state: str


@dataclass(frozen=True, slots=True)
class TurnPart:
    """One part of the bar of waiting days."""

    days: int
    word: str


@dataclass(frozen=True, slots=True)
class TurnWords:
    """Arguments of the macro ``whose_turn``: the other side, the reader's side, the sentence, and who is to act."""

    them: TurnPart
    you: TurnPart
    sentence: str
    is_yours: bool


def state_chip(row: DisputeRow, *, for_customer: bool) -> tuple[str, str]:
    """Return kind and message id of the chip of a state."""
    if row.state in {"resolved", "closed"}:
        return "confirmed", STATE_LABELS[row.state]
    if row.state == "withdrawn":
        return "unanswered", STATE_LABELS[row.state]
    word = _YOUR_TURN.get(row.state, STATE_LABELS[row.state]) if for_customer else STATE_LABELS[row.state]
    if row.state in {"pending_approval", "accepted", "posted"}:
        return "act", word
    return "disputed", word


def title_of(row: DisputeRow, tr: Translator) -> str:
    """Return the page title: ``INV-26-08871 was billed twice``."""
    if row.subject:
        return tr.gettext(row.reason.headline, document=row.subject)
    month = tr.month(row.month) if row.month else row.number
    return f"{tr.gettext(row.reason.name)}: {month}"


def conversation_of(
    entries: Sequence[TimelineEntry],
    tr: Translator,
    *,
    seller: str,
    customer: str,
    file_url: Callable[[str], str],
) -> list[TalkLine]:
    """Return the timeline for the macro ``conversation``; words in speech boxes, everything else as single lines."""
    lines: list[TalkLine] = []
    for entry in entries:
        files = tuple(
            FileLine(file.name, file.size, file_url(file.public_id), _file_icon(file.media_type))
            for file in entry.files
        )
        side = {"customer": customer, "staff": seller}.get(entry.side, "")
        who = entry.who if entry.side != "system" else seller
        if entry.text and entry.kind in {"message", "note", "offer"}:
            kind = "internal" if entry.is_internal else "theirs" if entry.side == "customer" else "ours"
            icon = "lock" if entry.is_internal else _ICONS.get(entry.verb, "message")
            lines.append(TalkLine(kind, who, side, entry.at, entry.text, icon, files))
            if not (entry.is_moved and entry.verb in _SAID_TOO):
                continue
            files = ()
        words = _event_words(entry, tr)
        if words:
            icon = _ICONS.get(entry.verb, "paperclip")
            lines.append(TalkLine("event", who, "", entry.at, words, icon, files))
    return lines


#: Verbs whose words do not say what they did: an event line follows.
_SAID_TOO = frozenset({"propose", "counter", "refuse", "withdraw", "reopen", "escalate", "hold"})


def _event_words(entry: TimelineEntry, tr: Translator) -> str:
    message = EVENT_WORDS.get(entry.verb)
    if message is None:
        return tr.gettext("sent a file") if entry.files else ""
    if entry.verb == "accept" and entry.money is not None and not entry.money:
        return tr.gettext("accepted the explanation")
    if "%(amount)s" in message and entry.money is None:
        return ""
    return tr.gettext(message, amount=entry.money, text=entry.text)


def _file_icon(media_type: str) -> str:
    if media_type.startswith("image/"):
        return "photo"
    return "file-spreadsheet" if "sheet" in media_type or "csv" in media_type else "file-text"


def stages_of(view: DisputeView, tr: Translator, *, for_customer: bool) -> list[Stage]:
    """Return the five steps of a dispute, or two when it was withdrawn."""
    row = view.row
    sent = Stage(tr.gettext("Submitted %(day)s", day=tr.day_short(row.opened_on)), "done")
    if row.state == "withdrawn":
        return [sent, Stage(tr.gettext("Withdrawn"), "now")]
    offer = tr.gettext("Proposal")
    if row.state == "proposed":
        offer = (
            tr.gettext("Proposal, your answer")
            if for_customer
            else tr.gettext("Proposal, the customer’s answer")
        )
    is_credit = view.outcome is None or bool(view.outcome.posts)
    names = [
        tr.gettext("We check it"),
        offer,
        tr.gettext("Approval by a second person"),
        tr.gettext("Credit on your account") if is_credit and for_customer else tr.gettext("Result"),
    ]
    at = _stage_of(row.state)
    states = ["done" if number < at else "now" if number == at else "later" for number in range(4)]
    return [sent, *(Stage(name, state) for name, state in zip(names, states, strict=True))]


def _stage_of(state: str) -> int:
    if state == "proposed":
        return 1
    if state in {"accepted", "pending_approval"}:
        return 2
    return 4 if state in {"posted", "resolved", "closed"} else 0


def turn_words(view: DisputeView, tr: Translator, *, seller: str, for_customer: bool) -> TurnWords:
    """Return whose turn it is, since when, and what was promised."""
    waiting, row = view.waiting, view.row
    if for_customer:
        them = TurnPart(
            waiting.ours,
            tr.ngettext("%(name)s %(num)s day", "%(name)s %(num)s days", waiting.ours, name=seller),
        )
        you = TurnPart(waiting.theirs, tr.ngettext("You %(num)s day", "You %(num)s days", waiting.theirs))
    else:
        them = TurnPart(
            waiting.theirs, tr.ngettext("Customer %(num)s day", "Customer %(num)s days", waiting.theirs)
        )
        you = TurnPart(waiting.ours, tr.ngettext("Us %(num)s day", "Us %(num)s days", waiting.ours))
    if row.state not in OPEN_STATES:
        sentence = tr.gettext(
            "Ended on %(day)s. It can be taken up again within %(days)s days.",
            day=view.resolved_on or row.opened_on, days=REOPEN_DAYS,
        )  # fmt: skip
    elif TURNS[row.state] == "theirs":
        sentence = _their_turn(view, tr, for_customer=for_customer)
    else:
        sentence = tr.ngettext(
            "Our turn since %(since)s. We promised a result in %(num)s business day for this reason: by %(due)s.",
            "Our turn since %(since)s. We promised a result in %(num)s business days for this reason: by %(due)s.",
            row.reason.sla_days, since=waiting.since_on, due=row.due_on,
        )  # fmt: skip
    is_yours = (TURNS[row.state] == "theirs") is for_customer if row.state in OPEN_STATES else False
    return TurnWords(them, you, sentence, is_yours)


def _their_turn(view: DisputeView, tr: Translator, *, for_customer: bool) -> str:
    if not for_customer:
        return tr.ngettext(
            "The customer’s turn since %(since)s, %(num)s business day to answer. Our clock stands still.",
            "The customer’s turn since %(since)s, %(num)s business days to answer. Our clock stands still.",
            ANSWER_DAYS, since=view.waiting.since_on,
        )  # fmt: skip
    return tr.ngettext(
        "Your turn since %(since)s. We promised a result in %(num)s business day for this reason; our clock stands "
        "still while we wait for you.",
        "Your turn since %(since)s. We promised a result in %(num)s business days for this reason; our clock stands "
        "still while we wait for you.",
        view.row.reason.sla_days, since=view.waiting.since_on,
    )  # fmt: skip


def credit_words(view: DisputeView, tr: Translator) -> str:
    """Return the label of the customer's primary button: what they accept, with the amount where money moves."""
    offer = view.offer
    if offer is None or not offer.approved:
        return tr.gettext("Accept the explanation")
    amount = format_amount(offer.approved)
    if offer.resolution.posts:
        return tr.gettext("Accept the credit of %(amount)s", amount=amount)
    return tr.gettext("Accept the result over %(amount)s", amount=amount)
