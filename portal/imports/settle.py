"""What a document is newly applied to, and the receipt of its settled date; checked first, then taken down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from portal.errors import N_
from portal.imports.rules import CREDIT_KINDS, DEBIT_KINDS, DocumentRow, Problem, Proposal, Target
from portal.imports.standing import Books, KnownCustomer, Standing

RECEIPT_SUFFIX = "/R"
_NO_RECEIPT = N_("The receipt %(number)s is there already, with another date or customer.")


@dataclass(slots=True)
class Planned:
    """A document to post: its standing, the file's facts where it stands in the file, what it is applied to."""

    standing: Standing
    proposal: Proposal | None = None
    applications: list[tuple[Standing, int]] = field(default_factory=list)


@dataclass(slots=True)
class ChunkPlan:
    """Everything one chunk does, in the order it is done."""

    customers: list[KnownCustomer] = field(default_factory=list)
    renamed: list[KnownCustomer] = field(default_factory=list)
    documents: list[Planned] = field(default_factory=list)
    receipts: list[Planned] = field(default_factory=list)
    allocations: list[tuple[Standing, Standing, int, date]] = field(default_factory=list)
    texts: list[tuple[Standing, dict[str, str]]] = field(default_factory=list)
    marked: list[Standing] = field(default_factory=list)
    disputed: list[Standing] = field(default_factory=list)
    outcomes: list[tuple[int, str]] = field(default_factory=list)
    changed_later: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


class Refused(Exception):
    """Ends the planning of one document; nothing of it is kept.

    Attributes:
        problems: Why; the first one's code decides between conflict and rejected.
    """

    def __init__(self, problems: list[Problem]) -> None:
        """Take one problem or more."""
        self.problems = problems
        super().__init__(problems[0].code)


class Settler:
    """Applies documents to each other in the plan of one chunk: first what may fail, then what is sure."""

    def __init__(self, books: Books, plan: ChunkPlan, *, today: date, batch_id: int | None) -> None:
        """Work on the books and the plan of a chunk; ``today`` stands in for a day in a closed period."""
        self.books = books
        self.plan = plan
        self.today = today
        self.batch_id = batch_id

    def applications(self, head: DocumentRow, standing: Standing) -> list[tuple[Standing, int]]:
        """Return what ``applies_to`` newly asks for, checked against what is open; nothing is changed yet."""
        kinds = CREDIT_KINDS if standing.side > 0 else DEBIT_KINDS
        left = standing.open_minor
        found: list[tuple[Standing, int]] = []
        for target in head.applies_to:
            other = self.books.look_up(standing, target.document_no, kinds)
            if other is None:
                message = N_("There is no document %(number)s of this customer and currency to apply it to.")
                params = {"number": target.document_no}
                raise Refused([Problem(head.no, "applies_to", "unknown_document", message, params)])
            amount = self._wanted(head, standing, other, target, left)
            if amount:
                self._allocation_day(head, standing, other)
                found.append((other, amount))
                left -= amount
        return found

    def _wanted(
        self, head: DocumentRow, standing: Standing, other: Standing, target: Target, left: int
    ) -> int:
        credit, debit = (standing, other) if standing.side < 0 else (other, standing)
        before = credit.applied.get(debit.id, 0) if debit.id else 0
        if target.amount_minor is None:
            return 0 if before else min(left, other.open_minor)
        if target.amount_minor < before:
            message = N_("More was applied to %(number)s before than this row says.")
            params = {"number": other.document_no}
            raise Refused([Problem(head.no, "applies_to", "conflict", message, params)])
        wanted = target.amount_minor - before
        if wanted > min(left, other.open_minor):
            message = N_("More is applied to %(number)s than is open.")
            raise Refused(
                [Problem(head.no, "applies_to", "over_applied", message, {"number": other.document_no})]
            )
        return wanted

    def _allocation_day(self, head: DocumentRow, one: Standing, other: Standing) -> date:
        day = max(one.posting_on, other.posting_on)
        if self.books.is_closed(one.entity_id, day):
            if one.id == 0 or self.books.is_closed(one.entity_id, max(self.today, day)):
                message = N_("The period of %(day)s is closed. Choose a date in an open period.")
                raise Refused(
                    [Problem(head.no, "applies_to", "period_closed", message, {"day": day.isoformat()})]
                )
            return max(self.today, day)
        return day

    def allocate(self, credit: Standing, debit: Standing, amount: int) -> None:
        """Plan to apply a credit that is in the books to a debit, on the first open day both are there."""
        day = max(credit.posting_on, debit.posting_on)
        if self.books.is_closed(credit.entity_id, day):
            day = max(self.today, day)
        credit.open_minor -= amount
        debit.open_minor -= amount
        self.plan.allocations.append((credit, debit, amount, day))

    def receipt_for(self, head: DocumentRow, standing: Standing) -> Standing | None:
        """Return the receipt that settles a document, known or yet to be posted; None = nothing to do."""
        if head.settled_on is None or standing.side < 0:
            return None
        number = standing.document_no + RECEIPT_SUFFIX
        receipt = self.books.find(standing.entity_id, "receipt", number)
        if receipt is not None:
            theirs = (receipt.customer_no, receipt.currency, receipt.document_on)
            if theirs != (standing.customer_no, standing.currency, head.settled_on):
                problem = Problem(head.no, "settled_date", "conflict", _NO_RECEIPT, {"number": number})
                raise Refused([problem])
            if standing.open_minor and receipt.open_minor:
                self._allocation_day(head, receipt, standing)
            return receipt
        if not standing.open_minor:
            return None
        if len(number) > 80:
            message = N_("This text is longer than %(most)s characters.")
            raise Refused([Problem(head.no, "document_no", "bad_text", message, {"most": 78})])
        return Standing(
            0, standing.entity_id, "receipt", number, standing.customer_id, standing.customer_no, standing.currency,
            head.settled_on, None, head.settled_on, standing.open_minor, None, -1, standing.open_minor, False,
            self.batch_id,
        )  # fmt: skip

    def settle(self, standing: Standing, receipt: Standing | None) -> bool:
        """Plan the receipt of a settled date, or apply the one that is there; says whether anything is done."""
        if receipt is None:
            return False
        amount = min(standing.open_minor, receipt.open_minor)
        if self.books.find(*receipt.key) is None:
            self.books.add(receipt)
            self.plan.receipts.append(Planned(receipt, None, [(standing, amount)]))
            standing.open_minor -= amount
            receipt.open_minor -= amount
            return True
        if not amount or (standing.id and standing.id in receipt.applied):
            return False
        self.allocate(receipt, standing, amount)
        return True
