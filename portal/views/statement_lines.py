"""Lines of a statement as the page shows them: filtered, sorted, grouped, every cell as ready text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from portal.disputes import REASONS
from portal.i18n import N_, Translator
from portal.lists import ListQuery
from portal.money import Money, format_amount, format_minor, sum_money
from portal.statements import KIND_LABELS, LineView, StatementPage

SORTS: tuple[str, ...] = ("date", "number", "due", "amount")
TABS = ("unanswered", "disputed", "confirmed")
GROUPINGS = {"answer": N_("By answer"), "date": N_("By date")}
#: Confirmed lines shown before "Show the other N"; the rest is one click away.
FOLDED = 11
_FEW_MORE = 4
ABSENT = "\u2014"
#: Answer → kind and word of its chip.
ANSWER_CHIPS = {
    "confirmed": ("confirmed", N_("Confirmed")),
    "disputed": ("disputed", N_("Disputed")),
    "question": ("act", N_("Asked")),
    "none": ("unanswered", N_("Unanswered")),
}


class ShownLine(NamedTuple):
    """One row, in the order in which the template unpacks it; texts are ready, ``minor`` feeds the selection's sum."""

    no: int
    url: str
    number: str
    day: str
    text: str
    order: str
    due: str
    amount: str
    is_minus: bool
    minor: int
    balance: str
    kind: str
    word: str
    dispute_url: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Rows under one head with their subtotal; ``hidden`` counts those that are folded away."""

    key: str
    title: str
    rows: tuple[ShownLine, ...]
    subtotal: Money
    note: str = ""
    lead: str = ""
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class ShownLines:
    """All that the lines panel shows."""

    groups: tuple[ShownGroup, ...]
    by: str
    total_title: str
    total: Money
    is_filtered: bool


@dataclass(frozen=True, slots=True)
class Addresses:
    """How to link from a row; handed in, so that nothing here needs a request."""

    document: Callable[[str], str]
    dispute: Callable[[str], str]


def shown_lines(
    page: StatementPage,
    *,
    query: ListQuery,
    by: str,
    show_all: bool,
    translator: Translator,
    addresses: Addresses,
) -> ShownLines:
    """Return what the lines panel shows for a filter, an order and a grouping.

    Args:
        page: The statement.
        query: Search words, tab and order; a sort outside ``SORTS`` is the caller's to refuse.
        by: Key of ``GROUPINGS``.
        show_all: Whether long groups of confirmed lines are unfolded.
        translator: The reader's language.
        addresses: Makers of links.
    """
    found = [line for line in page.lines if _is_in(line, query, translator)]
    found.sort(key=_SORT_KEYS[query.sort or "date"], reverse=query.descending)
    is_filtered = bool(query.q or query.tab)
    cells = _Cells(translator, addresses)
    if by == "date":
        groups: tuple[ShownGroup, ...] = (_by_date(page, found, cells=cells),)
    else:
        groups = tuple(_by_answer(page, found, cells=cells, fold=not (show_all or is_filtered)))
    count = len(found)
    title = (
        translator.ngettext("Shown: %(num)s line", "Shown: %(num)s lines", count)
        if is_filtered
        else translator.ngettext(
            "Movement of the month, %(num)s line", "Movement of the month, %(num)s lines", count
        )
    )
    total = Money(sum(line.amount_minor for line in found), page.currency)
    return ShownLines(groups=groups, by=by, total_title=title, total=total, is_filtered=is_filtered)


_SORT_KEYS: dict[str, Callable[[LineView], tuple[object, ...]]] = {
    "date": lambda line: (line.document_on or date.min, line.no),
    "number": lambda line: (line.document_no, line.no),
    "due": lambda line: (line.due_on or date.max, line.no),
    "amount": lambda line: (line.amount_minor, line.no),
}


def group_of(line: LineView) -> str:
    """Return the group a line stands in; a question is no answer yet."""
    return line.answer if line.answer in {"confirmed", "disputed"} else "unanswered"


def _is_in(line: LineView, query: ListQuery, translator: Translator) -> bool:
    if query.tab and group_of(line) != query.tab:
        return False
    words = query.q.casefold().replace(",", "").split()
    if not words:
        return True
    amount = format_amount(line.amount).replace(",", "").replace("\u2212", "-")
    kind = translator.gettext(KIND_LABELS[line.kind])
    text = " ".join([line.document_no, line.text, line.order_no, amount, kind, line.dispute_number or ""])
    hay = text.casefold()
    return all(word in hay for word in words)


def _by_date(page: StatementPage, lines: Sequence[LineView], *, cells: _Cells) -> ShownGroup:
    running = dict(_running_balances(page))
    rows = tuple(cells.row(line, balance=running[line.no]) for line in lines)
    return ShownGroup("date", "", rows, Money(sum(line.amount_minor for line in lines), page.currency))


def _running_balances(page: StatementPage) -> list[tuple[int, Money]]:
    """Return the balance after each line, in the statement's own order."""
    balance = page.figures.opening.minor
    running = []
    for line in page.lines:
        balance += line.amount_minor
        running.append((line.no, Money(balance, page.currency)))
    return running


def _by_answer(
    page: StatementPage, lines: Sequence[LineView], *, cells: _Cells, fold: bool
) -> list[ShownGroup]:
    parts: dict[str, list[LineView]] = {key: [] for key in TABS}
    for line in lines:
        parts[group_of(line)].append(line)
    split = [line for line in parts["disputed"] if line.agreed.minor]
    groups = []
    for key in TABS:
        members = parts[key]
        if not members and not (key == "confirmed" and split):
            continue
        hides = fold and key == "confirmed" and len(members) > FOLDED + _FEW_MORE
        rows = tuple(cells.row(line) for line in (members[:FOLDED] if hides else members))
        groups.append(
            ShownGroup(
                key=key,
                title=cells.title(key, len(members)),
                rows=rows,
                subtotal=_subtotal(key, members, split=split, currency=page.currency),
                note=cells.note(key, split, currency=page.currency),
                lead=cells.lead(key),
                hidden=len(members) - len(rows),
            )
        )
    return groups


def _subtotal(key: str, lines: Sequence[LineView], *, split: Sequence[LineView], currency: str) -> Money:
    """Return what a group adds to the movement: the disputed parts, or what is agreed of the rest."""
    if key == "disputed":
        return sum_money((line.disputed for line in lines), currency)
    total = Money(sum(line.amount_minor for line in lines), currency)
    return total + sum_money((line.agreed for line in split), currency) if key == "confirmed" else total


class _Cells:
    """Writes the cells of rows in one language."""

    def __init__(self, translator: Translator, addresses: Addresses) -> None:
        """Look up once what every row repeats."""
        self._tr = translator
        self._addresses = addresses
        self._kinds = {kind: translator.gettext(label) for kind, label in KIND_LABELS.items()}
        self._reasons = {code: translator.gettext(reason.name) for code, reason in REASONS.items()}
        self._days: dict[date | None, str] = {None: ABSENT}
        self._words = {answer: translator.gettext(word) for answer, (_, word) in ANSWER_CHIPS.items()}

    def title(self, key: str, count: int) -> str:
        tr = self._tr
        if key == "confirmed":
            return tr.ngettext("Confirmed · %(num)s line", "Confirmed · %(num)s lines", count)
        if key == "disputed":
            return tr.ngettext("Disputed · %(num)s line", "Disputed · %(num)s lines", count)
        return tr.ngettext("Unanswered · %(num)s line", "Unanswered · %(num)s lines", count)

    def lead(self, key: str) -> str:
        return self._tr.gettext("disputed") if key == "disputed" else ""

    def day(self, value: date | None) -> str:
        text = self._days.get(value)
        if text is None:
            assert value is not None
            text = self._days[value] = self._tr.day_short(value)
        return text

    def note(self, key: str, split: Sequence[LineView], *, currency: str) -> str:
        if key == "disputed":
            return self._tr.gettext("holds up neither the other lines nor your signature")
        if key != "confirmed" or not split:
            return ""
        agreed = format_amount(sum_money((line.agreed for line in split), currency))
        if len(split) == 1:
            number = split[0].document_no
            return self._tr.gettext(
                "and the undisputed %(amount)s of %(number)s", amount=agreed, number=number
            )
        return self._tr.gettext(
            "and the undisputed %(amount)s of %(count)s disputed lines", amount=agreed, count=len(split)
        )

    def state(self, line: LineView) -> str:
        if line.answer != "disputed":
            return self._words[line.answer]
        reason = self._reasons.get(line.dispute_reason or "", self._tr.gettext("Disputed"))
        if not line.agreed.minor:
            return self._tr.gettext("%(reason)s · all of it", reason=reason)
        return f"{reason} · {format_amount(line.disputed)}"

    def row(self, line: LineView, *, balance: Money | None = None) -> ShownLine:
        document = line.document_public_id
        dispute = line.dispute_public_id if line.answer == "disputed" else None
        return ShownLine(
            no=line.no,
            url=self._addresses.document(document) if document else "",
            number=line.document_no,
            day=self.day(line.document_on),
            text=line.text or self._kinds[line.kind],
            order=line.order_no,
            due=self.day(line.due_on),
            amount=format_minor(line.amount_minor, line.currency),
            is_minus=line.amount_minor < 0,
            minor=line.amount_minor,
            balance=format_amount(balance) if balance is not None else "",
            kind=line.answer,
            word=self.state(line),
            dispute_url=self._addresses.dispute(dispute) if dispute else "",
        )
