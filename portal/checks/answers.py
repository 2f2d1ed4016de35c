"""Checks of answers, signatures and approvals: who said what to which version, and never one person twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import ROLE_PERMISSIONS, Permission
from portal.access.models import Grant, Person
from portal.adjustments.models import Adjustment
from portal.approvals.kinds import content_hash, kinds_by_permission
from portal.approvals.models import Approval
from portal.checks.probe import Finding, Probe, found
from portal.confirmations import EVIDENCE, evidence_hash
from portal.confirmations.models import Confirmation
from portal.customers.models import Customer
from portal.receivables import EVIDENCED_KINDS
from portal.receivables.models import Document
from portal.statements.models import LineAnswer, Statement, StatementLine


def probes() -> Iterator[Probe]:
    """Yield the checks of I7, Inv7 and Inv9."""
    yield _answer_of_a_line()
    yield _signature_of_a_version()
    yield _two_people()
    yield from _approver_at_that_time()
    yield _posted_after_approval()
    yield _by_hand_without_approval()


def _answer_of_a_line() -> Probe:
    """I7: an answer belongs to a line of its version, and disputes no more than the line."""
    amount, part = StatementLine.amount_minor, LineAnswer.disputed_minor
    return Probe(
        "I7",
        select(func.count(LineAnswer.id)),
        select(LineAnswer.id, LineAnswer.line_no, Customer.number, Statement.period_from)
        .join(Statement, Statement.id == LineAnswer.statement_id)
        .join(Customer, Customer.id == Statement.customer_id)
        .outerjoin(
            StatementLine,
            and_(
                StatementLine.statement_id == LineAnswer.statement_id, StatementLine.no == LineAnswer.line_no
            ),
        )
        .where(
            or_(
                StatementLine.no.is_(None),
                LineAnswer.content_hash != Statement.content_hash,
                and_(part != 0, LineAnswer.answer != "disputed"),
                and_(part > 0, or_(amount < part)),
                and_(part < 0, or_(amount > part)),
            )
        )
        .order_by(LineAnswer.id),
        lambda row: (
            f"answer {row.id} to line {row.line_no} of {row.number} {row.period_from:%Y-%m}: "
            "of another version, of no line, or beyond the line"
        ),
    )


def _signature_of_a_version() -> Probe:
    """Inv7: a signature names an issued version, its customer, currency, closing balance and hash."""
    return Probe(
        "Inv7",
        select(func.count(Confirmation.id)),
        select(Confirmation.public_id, Customer.number)
        .join(Statement, Statement.id == Confirmation.statement_id)
        .join(Customer, Customer.id == Confirmation.customer_id)
        .where(
            or_(
                Confirmation.statement_hash != Statement.content_hash,
                Confirmation.customer_id != Statement.customer_id,
                Confirmation.currency != Statement.currency,
                Confirmation.closing_minor != Statement.closing_minor,
                Confirmation.agreed_minor + Confirmation.disputed_minor != Confirmation.closing_minor,
                Statement.issued_at.is_(None),
            )
        )
        .order_by(Confirmation.id),
        lambda row: f"signature {row.public_id} of {row.number}: does not fit the version it names",
    )


def signatures(session: Session) -> Finding:
    """Inv7 and I7: every signature hashes to its hash, and its answers to lines 0..n sum to what was signed."""
    rows = session.execute(
        select(Confirmation, Statement.public_id)
        .join(Statement, Statement.id == Confirmation.statement_id)
        .order_by(Confirmation.id)
        .execution_options(yield_per=200)
    )
    checked, problems = 0, []
    for row, statement in rows:
        checked += 1
        evidence = {name: getattr(row, name) for name in EVIDENCE}
        if evidence_hash(evidence, statement=statement) != row.content_hash:
            problems.append(f"signature {row.public_id}: its evidence has changed")
    return found("Inv7", checked, problems)


def signed_answers(session: Session) -> Finding:
    """I7: the answers kept with a signature cover lines 0..n and sum to agreed and disputed."""
    rows = session.execute(
        select(Confirmation.id, Confirmation.public_id, Confirmation.statement_id, Confirmation.answers,
               Confirmation.agreed_minor, Confirmation.disputed_minor).order_by(Confirmation.id)
    ).all()  # fmt: skip
    problems = [
        f"signature {row.public_id}: its answers do not sum to it" for row in rows if not _sums(session, row)
    ]
    return found("I7", len(rows), problems)


def _sums(session: Session, row: Row[*tuple[Any, ...]]) -> bool:
    query = select(StatementLine.no, StatementLine.amount_minor).where(
        StatementLine.statement_id == row.statement_id
    )
    amounts = dict(session.execute(query).all())
    if {answer[0] for answer in row.answers} != set(amounts):
        return False
    disputed = sum(part for _, answer, part in row.answers if answer == "disputed")
    return bool(disputed == row.disputed_minor and sum(amounts.values()) - disputed == row.agreed_minor)


def _two_people() -> Probe:
    """Inv9: the one who decides is not the one who asked."""
    return Probe(
        "Inv9",
        select(func.count(Approval.id)),
        select(Approval.title, Approval.public_id)
        .where(
            or_(
                Approval.decided_by_id == Approval.requested_by_id,
                and_(Approval.state.in_(("approved", "rejected")), Approval.decided_by_id.is_(None)),
                Approval.decided_at < Approval.requested_at,
            )
        )
        .order_by(Approval.id),
        lambda row: (
            f"approval {row.public_id} ({row.title}): maker and checker are one person, or there is none"
        ),
    )


def _could_decide() -> ColumnElement[bool]:
    """The role of a grant decides requests of this kind, by the kind's own permission."""
    known = kinds_by_permission()
    pairs = [(Approval.kind.in_(kinds), _roles_with(permission)) for permission, kinds in known.items()]
    of_no_feature = Approval.kind.not_in([kind for kinds in known.values() for kind in kinds])
    return or_(
        and_(of_no_feature, Grant.role.in_(_roles_with(Permission.APPROVALS_DECIDE))),
        *(and_(is_of_kind, Grant.role.in_(roles)) for is_of_kind, roles in pairs),
    )


def _roles_with(permission: Permission) -> list[str]:
    return [role for role, may in ROLE_PERMISSIONS.items() if permission in may]


def _approver_at_that_time() -> Iterator[Probe]:
    """Inv9: each who said yes, above a limit two, held a role that decides such requests at that moment."""
    for who, at, is_said in (
        (Approval.decided_by_id, Approval.decided_at, Approval.state == "approved"),
        (Approval.first_by_id, Approval.first_at, Approval.first_by_id.is_not(None)),
    ):
        held = select(Grant.id).where(
            Grant.person_id == who, _could_decide(), Grant.granted_at <= at,
            or_(Grant.ended_at.is_(None), Grant.ended_at > at), or_(Grant.ends_at.is_(None), Grant.ends_at > at),
        )  # fmt: skip
        yield Probe(
            "Inv9",
            select(func.count(Approval.id)).where(is_said),
            select(Approval.title, Approval.public_id, Person.name)
            .outerjoin(Person, Person.id == who)
            .where(is_said, ~held.exists())
            .order_by(Approval.id),
            lambda row: f"approval {row.public_id} ({row.title}): {row.name} was no approver then",
        )


def _posted_after_approval() -> Probe:
    """Inv9: an adjustment is posted only with an approval, as the document that was approved."""
    yes = aliased(Approval)
    approved = (
        select(yes.id).where(
            yes.state == "approved", yes.decided_by_id != Adjustment.made_by_id, yes.subject_kind == "adjustment",
            yes.subject_id == Adjustment.public_id,
        )
    ).exists()  # fmt: skip
    return Probe(
        "Inv9",
        select(func.count(Adjustment.id)).where(Adjustment.state == "posted"),
        select(Adjustment.number)
        .outerjoin(Document, Document.id == Adjustment.posted_id)
        .where(
            Adjustment.state == "posted",
            or_(
                ~approved, Document.id.is_(None), Document.kind != Adjustment.kind,
                Document.amount_minor != Adjustment.amount_minor, Document.currency != Adjustment.currency,
            ),
        )
        .order_by(Adjustment.id),
        lambda row: f"adjustment {row.number}: posted without approval, or not as approved",
    )  # fmt: skip


def _by_hand_without_approval() -> Probe:
    """Inv9: what lowers a debt and was typed in by a person went through an adjustment."""
    is_adjusted = select(Adjustment.id).where(Adjustment.posted_id == Document.id).exists()
    return Probe(
        "Inv9",
        select(func.count(Document.id)).where(Document.kind.not_in(EVIDENCED_KINDS)),
        select(Document.kind, Document.document_no, Person.name)
        .join(Person, Person.id == Document.created_by_id)
        .where(
            Document.kind.not_in(EVIDENCED_KINDS), Document.batch_id.is_(None), Document.reverses_id.is_(None),
            ~is_adjusted,
        )
        .order_by(Document.id),
        lambda row: f"{row.kind} {row.document_no}: typed in by {row.name} without an approval",
    )  # fmt: skip


def approved_contents(session: Session) -> Finding:
    """Inv9: what was approved is what was asked: each request's content hashes to its hash."""
    rows = session.execute(
        select(Approval.public_id, Approval.content, Approval.content_hash).order_by(Approval.id)
    )
    checked, problems = 0, []
    for row in rows:
        checked += 1
        if content_hash(row.content) != row.content_hash:
            problems.append(f"approval {row.public_id}: its content has changed")
    return found("Inv9", checked, problems)
