"""The order of the stages: sure ones first, each consuming what it takes; then again with what was learned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from portal.matching.engine import bare
from portal.matching.engine.amounts import in_part
from portal.matching.engine.answers import answer
from portal.matching.engine.book import Book
from portal.matching.engine.confidence import Calibration
from portal.matching.engine.facts import Proposal, Receipt, Tolerances
from portal.matching.engine.named import named, named_in_part, read_inside, whole_numbers
from portal.matching.engine.naming import Names, named_anywhere
from portal.matching.engine.payers import Payers
from portal.matching.engine.rates import Rates
from portal.matching.engine.state import Found, Line, State
from portal.matching.engine.text import is_not_from_sales, names_in, normal, runs_of, windows_of

#: Levels of evidence of a payer, strongest first; weaker ones wait until the stronger had their turn.
_STRONG = frozenset("AFNPT")
#: How many receipts have their numbers looked up at a time: a matter of memory only.
BATCH = 200_000


class Matching:
    """One run over a batch of receipts; ``lines`` hold what was found."""

    def __init__(
        self, receipts: Iterable[Receipt], book: Book, *, tolerances: Tolerances, rates: Rates
    ) -> None:
        ordered = sorted(receipts, key=lambda receipt: (receipt.value_on, receipt.id))
        self.lines = [_line(at, receipt) for at, receipt in enumerate(ordered)]
        self._rest: list[Line] = self.lines
        self.state = State(book, self.lines, tolerances=tolerances, rates=rates)
        self.payers = Payers(book)
        self.names: dict[int, Names] = {}
        self.read: dict[int, list[Names]] = {}

    def run(self) -> None:
        """Match: references, learning, payers with amounts, learning again, parts, anywhere."""
        self._find_payers()
        for start in range(0, len(self.lines), BATCH):
            self._find_names(self.lines[start : start + BATCH])
        self._named()
        self._learn()
        for strong in (True, False):
            self._bare(strong=strong)
        self._learn()
        self._bare(strong=True)
        self._parts()
        self._anywhere()
        self._leave()

    def proposals(self, calibration: Calibration) -> Iterator[Proposal]:
        """Return the proposals of a run, oldest receipt first."""
        for line in self.lines:
            if (proposal := answer(self.state, line, calibration)) is not None:
                yield proposal

    # ------------------------------------------------------------ what is known
    def _waiting(self) -> list[Line]:
        self._rest = [line for line in self._rest if line.found is None]
        return self._rest

    def _find_names(self, lines: Sequence[Line]) -> None:
        """Look up the numbers of some receipts and take what is named exactly; they stand in the order of dates."""
        for line in lines:
            read_numbers(line)
        hits = self.state.book.find_references({key for line in lines for key, _, _ in line.windows})
        for line in lines:
            if line.windows and (names := named_anywhere(self.state, line, hits)):
                self.names[line.at] = names
        whole_numbers(self.state, lines, self.names)
        for line in lines:
            if line.found is not None:
                del self.names[line.at]

    def _find_payers(self) -> None:
        texts = dict.fromkeys(line.receipt.payer_name for line in self.lines if line.receipt.payer_name)
        meant = dict.fromkeys(name for line in self.lines for name in line.meant)
        self.payers.read([*texts, *meant])
        for line in self.lines:
            line.who, line.level = self.payers.of(line)
        self.payers.forget()

    def _learn(self) -> None:
        """Remember who paid for whom; receipts of yet unknown payers get their customer from it."""
        for line in self.lines:
            if line.found and line.found.rule in {"reference", "list"} and not line.found.is_ambiguous:
                self.payers.learn(line, line.found.customer)
        for line in self._waiting():
            if line.level in {"A", "F", "T"}:
                continue
            learned = self.payers.learned(line)
            if learned:
                first = sorted(learned, key=lambda at: (-learned[at], at))
                known = tuple(dict.fromkeys([*(at for at in first if at in line.who), *first]))[:4]
                line.who, line.level = known, "L"

    # ------------------------------------------------------------ stages
    def _by_customer(self, lines: Iterable[Line]) -> list[Line]:
        """Order receipts by their customer, then by date: receipts of different customers do not touch each other."""
        return sorted(lines, key=lambda line: (self._customer(line), line.at))

    def _customer(self, line: Line) -> int:
        names = self.names.get(line.at)
        return names.customer if names else line.who[0] if line.who else -1

    def _named(self) -> None:
        for line in self._by_customer(self._waiting()):
            if line.runs and not line.is_noise:
                read = self.read[line.at] = read_inside(self.state, line, self.names)
                if found := named(self.state, line, read):
                    self.state.take(line, found)
                    del self.read[line.at]
        self._named_in_part(known=True)

    def _named_in_part(self, *, known: bool) -> None:
        """Take part payments and overpayments of named items; of payers that are not the customer only at last."""
        for at, read in sorted(self.read.items()):
            line = self.lines[at]
            found = named_in_part(self.state, line, read) if line.found is None else None
            if found and (not known or (found.customer in line.who and found.chance < 2)):
                self.state.take(line, found)

    def _bare(self, *, strong: bool) -> None:
        for stage in (bare.one_amount, bare.rest_of_part, bare.sums, bare.less_credit, bare.twin_or_nearly):
            lines = [line for line in self._free() if (line.level in _STRONG) == strong]
            self._stage(stage, self._by_customer(lines))

    def _stage(self, stage: Callable[[State, Line], Found | None], lines: Sequence[Line]) -> None:
        self._take_all((line for line in lines if line.who), lambda line: stage(self.state, line))

    def _free(self) -> list[Line]:
        """Return receipts that wait and do not name something already paid."""
        return [line for line in self._waiting() if not self._names_paid(line) and not line.is_noise]

    def _names_paid(self, line: Line) -> bool:
        names = self.names.get(line.at)
        return bool(names and names.sure and not any(self.state.left[item] for item in names.sure))

    def _flags(self, line: Line) -> str:
        read = self.read.get(line.at, ())
        return "q" if any(names.unknown for names in read) else ""

    def _parts(self) -> None:
        for lines, item in bare.in_parts(self.state, self._free()):
            if self.state.is_open(item) and all(line.found is None for line in lines):
                for line in lines:
                    if found := in_part(self.state, line, [item], rule="parts"):
                        found.flags = self._flags(line)
                        self.state.take(line, found)
        self._stage(bare.round_share, self._free())
        self._stage(bare.rest_of_part, self._free())

    def _anywhere(self) -> None:
        lines = self._free()
        by_amount = self.state.book.find_amounts(
            {(line.receipt.currency, line.receipt.amount_minor) for line in lines}
        )
        self._take_all(lines, lambda line: bare.anywhere(self.state, line, by_amount))
        lines = [line for line in lines if line.found is None and line.runs]
        tails = {digits for line in lines for _, _, digits in line.runs if 4 <= len(digits) <= 6}
        by_tail = self.state.book.find_tails(tails)
        self._take_all(lines, lambda line: bare.by_tail(self.state, line, by_tail))
        self._named_in_part(known=False)

    def _take_all(self, lines: Iterable[Line], find: Callable[[Line], Found | None]) -> None:
        for line in lines:
            if line.found is None and (found := find(line)):
                found.flags += self._flags(line)
                self.state.take(line, found)

    def _leave(self) -> None:
        """Say who paid where nothing else is known."""
        for line in self._free():
            if len(line.who) == 1:
                line.found = Found(line.who[0], (), (), "payer", line.receipt.amount_minor, "unapplied")


def match(
    receipts: Iterable[Receipt],
    book: Book,
    *,
    tolerances: Tolerances | None = None,
    rates: Rates | None = None,
    calibration: Calibration | None = None,
) -> dict[str, Proposal]:
    """Return the proposal for each receipt that is not left alone, by receipt id.

    The order of the input does not matter and a repeated call gives the same. No item is applied beyond what is open
    of it, by however many receipts.
    """
    matching = Matching(receipts, book, tolerances=tolerances or Tolerances(), rates=rates or Rates())
    matching.run()
    known = calibration or Calibration.default()
    return {proposal.receipt_id: proposal for proposal in matching.proposals(known)}


def _line(at: int, receipt: Receipt) -> Line:
    line = Line(at, receipt, receipt.value_on.toordinal())
    if receipt.narrative:
        line.text = normal(receipt.narrative)
        line.meant = names_in(line.text)
        line.is_noise = is_not_from_sales(line.text)
    return line


def read_numbers(line: Line) -> None:
    """Read the narrative of a receipt: its text in one spelling and the numbers in it."""
    line.runs = runs_of(line.text)
    if line.runs:
        line.windows = windows_of(line.text, line.runs)
