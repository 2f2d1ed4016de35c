"""Carry out the plan of a chunk: for good within one transaction, or only as a thought in a dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.customers import CustomerDraft, create_customers, edit_customer
from portal.imports.rules import Proposal
from portal.imports.settle import ChunkPlan, Planned
from portal.imports.standing import Books, Standing
from portal.receivables import (
    AllocationDraft,
    Application,
    DocumentDraft,
    LineDraft,
    apply_credits,
    post_documents,
)
from portal.receivables.describe import DescriptionChange, describe_documents

#: Opens disputes on documents that a file newly calls disputed; a higher feature hands it in.
OpenDisputes = Callable[[Session, Sequence[int]], object]


def post_plan(
    session: Session,
    plan: ChunkPlan,
    *,
    books: Books,
    batch_id: int,
    open_disputes: OpenDisputes | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Write what a chunk does: customers, documents, their receipts, allocations, words, disputes.

    Args:
        session: The transaction in which the books were read for this plan.
        plan: What to do.
        books: What the plan was made against.
        batch_id: The run the documents come with.
        open_disputes: Called with the documents that are newly disputed and still open.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        Refusal: The books changed since they were read (only where writers do not wait for each other).
    """
    drafts = [_customer_draft(customer.number, books) for customer in plan.customers]
    for customer, id_ in zip(
        plan.customers, create_customers(session, drafts, actor=actor, now=now), strict=True
    ):
        customer.id = id_
    for documents in (plan.documents, plan.receipts):
        drafts_of = [_draft(planned, books) for planned in documents]
        ids = post_documents(session, drafts_of, actor=actor, now=now, batch_id=batch_id)
        for planned, id_ in zip(documents, ids, strict=True):
            planned.standing.id = id_
    if plan.allocations:
        apply_credits(
            session,
            [
                AllocationDraft(credit.id, debit.id, amount, day)
                for credit, debit, amount, day in plan.allocations
            ],
            actor=actor,
            now=now,
        )
    describe_documents(session, _changes(plan), actor=actor, now=now)
    for customer in plan.renamed:
        edit_customer(
            session, public_id=customer.public_id, row_version=customer.row_version, changes={"name": customer.name},
            actor=actor, now=now,
        )  # fmt: skip
    if plan.disputed and open_disputes is not None:
        open_disputes(session, [standing.id for standing in plan.disputed])


def pretend_plan(plan: ChunkPlan, books: Books) -> None:
    """Remember what a chunk would do, so that later rows of a dry run can depend on it; nothing is written."""
    touched: dict[tuple[int, str, str], Standing] = {}
    for standing in _touched(plan):
        touched[standing.key] = standing
    books.pretend(touched.values())
    for customer in plan.renamed:
        books.pretend_renamed(customer)
    books.spool.keep_pairs(
        (credit.id, debit.id, amount)
        for planned in (*plan.documents, *plan.receipts)
        for other, amount in planned.applications
        for credit, debit in [_sides(planned.standing, other)]
    )
    books.spool.keep_pairs((credit.id, debit.id, amount) for credit, debit, amount, _ in plan.allocations)


def totals_of(plan: ChunkPlan) -> Counter[tuple[str, str]]:
    """Return (currency, kind) → sum of what a chunk posts, in minor units as written on the documents."""
    found: Counter[tuple[str, str]] = Counter()
    for planned in (*plan.documents, *plan.receipts):
        found[planned.standing.currency, planned.standing.kind] += planned.standing.amount_minor
    return found


def _touched(plan: ChunkPlan) -> Iterator[Standing]:
    for planned in (*plan.documents, *plan.receipts):
        yield planned.standing
        yield from (other for other, _ in planned.applications)
    for credit, debit, _, _ in plan.allocations:
        yield credit
        yield debit
    yield from (standing for standing, _ in plan.texts)
    yield from plan.marked


def _sides(one: Standing, other: Standing) -> tuple[Standing, Standing]:
    return (one, other) if one.side < 0 else (other, one)


def _changes(plan: ChunkPlan) -> list[DescriptionChange]:
    texts = {standing.id: words for standing, words in plan.texts}
    marked = {standing.id for standing in plan.marked}
    return [
        DescriptionChange(id_, texts.get(id_, {}), id_ in marked) for id_ in sorted(texts.keys() | marked)
    ]


def _customer_draft(number: str, books: Books) -> CustomerDraft:
    customer = books.customers[number]
    is_chinese = customer.currency == "CNY" or any("\u4e00" <= char <= "\u9fff" for char in customer.name)
    return CustomerDraft(
        number=number, name=customer.name, currency=customer.currency, first_on=customer.first_on,
        language="zh" if is_chinese else "en", country=customer.country,
    )  # fmt: skip


def _draft(planned: Planned, books: Books) -> DocumentDraft:
    standing = planned.standing
    standing.customer_id = books.customers[standing.customer_no].id
    draft = DocumentDraft(
        entity_id=standing.entity_id, customer_id=standing.customer_id, kind=standing.kind,
        document_no=standing.document_no, currency=standing.currency, amount_minor=standing.amount_minor,
        document_on=standing.document_on, due_on=standing.due_on, tax_minor=standing.tax_minor,
        was_disputed=standing.was_disputed,
        applies_to=tuple(Application(other.id, amount) for other, amount in planned.applications),
    )  # fmt: skip
    return draft if planned.proposal is None else _with_facts(draft, planned.proposal)


def _with_facts(draft: DocumentDraft, proposal: Proposal) -> DocumentDraft:
    head = proposal.head
    return replace(
        draft, tax_invoice_no=head.tax_invoice_no, order_no=head.order_no, reference=head.reference,
        description=head.description, method=head.method, exchange_rate=head.exchange_rate or None,
        department=head.department, project=head.project,
        lines=tuple(
            LineDraft(
                row.item, row.amount_minor, quantity=row.quantity, unit_price=row.unit_price, tax_rate=row.tax_rate
            )
            for row in proposal.lines
        ),
    )  # fmt: skip
