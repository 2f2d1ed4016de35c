"""What a file's documents would do to the books: new, known, changed, refused; decided before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from portal.errors import N_
from portal.imports.rules import DocumentRow, Problem, Proposal, assemble
from portal.imports.settle import RECEIPT_SUFFIX, ChunkPlan, Planned, Refused, Settler
from portal.imports.spool import LAST, Group
from portal.imports.standing import Books, KnownCustomer, Standing
from portal.money import minor_to_text
from portal.receivables.describe import TEXTS


def numbers_of(groups: Iterable[Group]) -> set[str]:
    """Return every document number that planning these documents may look up."""
    found: set[str] = set()
    for group in groups:
        for row in group.rows:
            found.add(row.document_no)
            found |= {target.document_no for target in row.applies_to}
            if row.settled_on:
                found.add(row.document_no + RECEIPT_SUFFIX)
    return found


class Planner:
    """Plans one chunk against the books; its ``plan`` is what is to be done."""

    def __init__(self, books: Books, *, today: date, batch_id: int | None, is_resumed: bool = False) -> None:
        """Begin an empty plan.

        Args:
            books: Loaded for the numbers and customers of this chunk.
            today: Business day, for allocations whose own day lies in a closed period.
            batch_id: The run.
            is_resumed: Whether this run was interrupted; what it posted before counts as imported.
        """
        self.books = books
        self.batch_id = batch_id
        self.is_resumed = is_resumed
        self.plan = ChunkPlan()
        self.settler = Settler(books, self.plan, today=today, batch_id=batch_id)

    def take(self, group: Group) -> None:
        """Plan one document of the file; a refusal costs this document and no other."""
        if group.phase == LAST:
            self._take_last(group)
            return
        try:
            outcome = self._decide(self._proposal(group), group)
        except Refused as refused:
            outcome = self._refuse(group, refused)
        self.plan.outcomes += [(row.no, outcome) for row in group.rows]

    def _proposal(self, group: Group) -> Proposal:
        if group.refused:
            raise Refused([self.books.spool.first_problem(group.refused[0])])
        found = assemble(group.rows)
        if isinstance(found, Problem):
            raise Refused([found])
        return found

    def _refuse(self, group: Group, refused: Refused) -> str:
        """Note why, for every row of the document; returns the outcome."""
        first = refused.problems[0]
        named = {problem.row_no for problem in refused.problems}
        message = N_("Row %(row)s of the same document is refused, so this one is, too.")
        self.plan.problems += [problem for problem in refused.problems if problem.row_no not in group.refused]
        self.plan.problems += [
            Problem(row.no, first.column, first.code, message, {"row": first.row_no})
            for row in group.rows
            if row.no not in named
        ]
        return "conflict" if first.code == "conflict" else "rejected"

    def _decide(self, proposal: Proposal, group: Group) -> str:
        head = proposal.head
        entity_id = self.books.entities[head.entity]
        known = self.books.find(entity_id, head.kind, head.document_no)
        self._require_open_days(head, entity_id, known)
        if known is None:
            self._plan_new(proposal, entity_id, group)
            outcome = "imported"
        elif self._plan_known(proposal, known, group):
            outcome = "updated"
        elif self.is_resumed and known.batch_id == self.batch_id and group.turn == 1:
            outcome = "imported"
        else:
            outcome = "duplicate"
        if self._renames(proposal) and outcome == "duplicate":
            outcome = "updated"
        return outcome

    def _require_open_days(self, head: DocumentRow, entity_id: int, known: Standing | None) -> None:
        days = [("document_date", head.document_on)] if known is None else []
        receipt = self.books.find(entity_id, "receipt", head.document_no + RECEIPT_SUFFIX)
        if head.settled_on and receipt is None and (known is None or known.open_minor):
            posted_on = known.posting_on if known else head.document_on
            days += [("settled_date", head.settled_on), ("settled_date", max(head.settled_on, posted_on))]
        for column, day in days:
            if self.books.is_closed(entity_id, day):
                raise Refused([closed(head.no, column, day)])

    # --- new documents ------------------------------------------------------------------------------------------

    def _plan_new(self, proposal: Proposal, entity_id: int, group: Group) -> None:
        head = proposal.head
        customer = self.books.customers.get(head.customer_no)
        standing = Standing(
            0, entity_id, head.kind, self.books.number_of(entity_id, head.kind, head.document_no),
            customer.id if customer else 0, head.customer_no,
            head.currency, head.document_on, head.due_on, head.document_on, head.amount_minor, head.tax_minor,
            head.side, abs(head.amount_minor), head.is_disputed and not group.is_target, self.batch_id,
            texts={name: getattr(head, name) for name in TEXTS},
        )  # fmt: skip
        planned = Planned(standing, proposal)
        planned.applications = self.settler.applications(head, standing)
        receipt = self.settler.receipt_for(head, standing)
        for target, amount in planned.applications:
            target.open_minor -= amount
            standing.open_minor -= amount
        if customer is None:
            self._create_customer(head)
        self.books.add(standing)
        self.plan.documents.append(planned)
        if group.is_target and (head.settled_on or head.is_disputed):
            self.plan.waiting.append(group.head)
            return
        self.settler.settle(standing, receipt)
        if head.is_disputed and standing.open_minor and standing.side > 0:
            self.plan.disputed.append(standing)

    def _create_customer(self, head: DocumentRow) -> None:
        number = head.customer_no
        name = self.books.names.get(number, (head.customer_name, 0))[0] or number
        customer = KnownCustomer(
            0, number, name, head.currency, country=head.country, first_on=head.document_on
        )
        self.books.customers[number] = customer
        self.plan.customers.append(customer)

    # --- known documents ----------------------------------------------------------------------------------------

    def _plan_known(self, proposal: Proposal, known: Standing, group: Group) -> bool:
        head = proposal.head
        differing = _differing(head, known)
        if differing:
            raise Refused(differing)
        applications = self.settler.applications(head, known)
        receipt = self.settler.receipt_for(head, known)
        for target, amount in applications:
            credit, debit = (known, target) if known.side < 0 else (target, known)
            self.settler.allocate(credit, debit, amount)
        texts = self._new_texts(head, known)
        if group.is_target and known.side > 0 and (head.settled_on or head.is_disputed):
            self.plan.waiting.append(group.head)
            return bool(applications or texts)
        is_settled = self.settler.settle(known, receipt)
        is_disputed = self._dispute(head, known)
        return bool(applications or texts or is_settled or is_disputed)

    def _new_texts(self, head: DocumentRow, known: Standing) -> dict[str, str]:
        texts = {
            name: value for name in TEXTS if (value := getattr(head, name)) and value != known.texts[name]
        }
        if texts:
            known.texts = known.texts | texts
            self.plan.texts.append((known, texts))
        return texts

    def _dispute(self, head: DocumentRow, known: Standing) -> bool:
        if not head.is_disputed or known.was_disputed:
            return False
        known.was_disputed = True
        self.plan.marked.append(known)
        if known.open_minor and known.side > 0:
            self.plan.disputed.append(known)
        return True

    def _renames(self, proposal: Proposal) -> bool:
        """Take the newest name the file has for a customer; the row it stands in is the one that changes it."""
        customer = self.books.customers.get(proposal.head.customer_no)
        name, no = self.books.names.get(proposal.head.customer_no, ("", 0))
        if customer is None or customer.id <= 0 or no not in proposal.rows or customer.name == name:
            return False
        customer.name = name
        self.plan.renamed.append(customer)
        return True

    # --- what waited for everything else ------------------------------------------------------------------------

    def _take_last(self, group: Group) -> None:
        try:
            proposal = self._proposal(group)
            head = proposal.head
            known = self.books.find(self.books.entities[head.entity], head.kind, head.document_no)
            assert known is not None, "it was posted or found before"
            is_settled = self.settler.settle(known, self.settler.receipt_for(head, known))
            is_disputed = self._dispute(head, known)
        except Refused as refused:
            outcome = self._refuse(group, refused)
            self.plan.outcomes += [(row.no, outcome) for row in group.rows]
            return
        if is_settled or is_disputed:
            self.plan.changed_later += proposal.rows


def closed(row_no: int, column: str, day: date) -> Problem:
    """Return the problem of a day in a closed period."""
    message = N_("The period of %(day)s is closed. Choose a date in an open period.")
    return Problem(row_no, column, "period_closed", message, {"day": day.isoformat()})


def _differing(head: DocumentRow, known: Standing) -> list[Problem]:
    """Compare the content; an emptied cell changes nothing."""

    def amount(minor: int | None) -> str | None:
        return None if minor is None else minor_to_text(minor, known.currency)

    facts = [
        ("customer_no", head.customer_no, known.customer_no),
        ("currency", head.currency, known.currency),
        ("document_date", head.document_on, known.document_on),
        ("due_date", head.due_on, known.due_on),
    ]
    if head.currency == known.currency:
        facts += [
            ("amount", amount(head.amount_minor), amount(known.amount_minor)),
            ("tax_amount", amount(head.tax_minor), amount(known.tax_minor)),
        ]
    message = N_("This is %(theirs)s here and %(ours)s in the books; nothing was changed.")
    return [
        Problem(head.no, column, "conflict", message, {"theirs": str(theirs), "ours": str(ours or "—")})
        for column, theirs, ours in facts
        if theirs is not None and theirs != ours
    ]
