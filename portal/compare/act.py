"""What a customer does with the result: confirm what agrees, dispute differences, ask for copies; all in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.compare.findings import findings_by_no
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.compare.receive import lock_comparison
from portal.compare.scope import agreed_lines, statement_of
from portal.compare.view import FindingView
from portal.confirmations import Answered, ask_about_line, confirm_lines
from portal.disputes import DisputeDraft, find_dispute, open_dispute
from portal.disputes.models import Dispute
from portal.errors import N_, Conflict, Refusal
from portal.i18n import Translator
from portal.money import Money
from portal.statements import StatementPage


@dataclass(frozen=True, slots=True)
class WantedDispute:
    """One dispute to raise from a finding.

    Attributes:
        no: Number of the finding.
        reason: Key of ``REASONS``.
        facts: What the reason asks for, as typed.
    """

    no: int
    reason: str
    amount: Money
    facts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a bulk act.

    Attributes:
        number: Document or row it is about.
        dispute: Public id of the new dispute; empty when refused.
        dispute_no: Its number.
        refusal: Why not; None when it was done.
    """

    number: str
    dispute: str = ""
    dispute_no: str = ""
    refusal: Refusal | None = None


def confirm_agreed(
    session: Session,
    *,
    public_id: str,
    line_nos: Sequence[int],
    content_hash: str,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Confirm the lines of the statement that the comparison found agreed.

    Args:
        session: A writing session.
        public_id: The comparison.
        line_nos: The lines the page counted; one that is not agreed (any more) is left alone.
        content_hash: Of the statement version on the page.
        actor: Needs ``statements:answer``.
        now: When.

    Raises:
        NotAllowed: The actor may not answer.
        NotFound: Unknown or out of scope.
        Conflict: Nothing is left to confirm, or the statement is signed or replaced.
    """
    actor.require(Permission.STATEMENTS_ANSWER)
    row = lock_comparison(session, public_id=public_id, actor=actor)
    page = statement_of(session, row, actor=actor)
    if page is None:
        raise Conflict(N_("No statement of this period is issued yet, so there is nothing to confirm."))
    agreed = {line.no for line in agreed_lines(session, row, page)}
    wanted = [no for no in line_nos if no in agreed]
    if not wanted:
        raise Conflict(N_("Nothing is left to confirm: these lines are answered already."))
    return confirm_lines(
        session, public_id=page.public_id, line_nos=wanted, content_hash=content_hash, actor=actor, now=now
    )


def dispute_findings(
    session: Session,
    *,
    public_id: str,
    wanted: Sequence[WantedDispute],
    words: Translator,
    actor: Actor,
    now: datetime,
) -> list[Outcome]:
    """Raise a dispute for each chosen finding; one that is refused does not hold up the others.

    Args:
        session: A writing session.
        public_id: The comparison.
        wanted: At most one a finding.
        words: The reader's language.
        actor: Needs ``disputes:open``.
        now: When.

    Returns:
        What became of each, in order.

    Raises:
        NotAllowed: The actor may not dispute.
        NotFound: Unknown or out of scope.
    """
    actor.require(Permission.DISPUTES_OPEN)
    row = lock_comparison(session, public_id=public_id, actor=actor)
    page = statement_of(session, row, actor=actor)
    found = {
        one.no: one
        for one in findings_by_no(session, row, numbers=[one.no for one in wanted], words=words, actor=actor)
    }
    return [
        _dispute(session, row, found[one.no], one, page, actor=actor, now=now)
        for one in wanted
        if one.no in found
    ]


def _dispute(
    session: Session,
    row: LedgerComparison,
    finding: FindingView,
    wanted: WantedDispute,
    page: StatementPage | None,
    *,
    actor: Actor,
    now: datetime,
) -> Outcome:
    number = finding.our_number or finding.their_number or finding.their_label
    if finding.dispute_public_id:
        return Outcome(number, refusal=Conflict(N_("This is disputed already.")))
    if not finding.document_public_id and page is None:
        return Outcome(
            number, refusal=Conflict(N_("No statement is issued yet that this could be missing from."))
        )
    draft = DisputeDraft(
        reason=wanted.reason, amount=wanted.amount, document=finding.document_public_id,
        statement="" if finding.document_public_id or page is None else page.public_id, text=wanted.text,
        facts=wanted.facts,
    )  # fmt: skip
    try:
        with session.begin_nested():
            dispute = open_dispute(session, draft=draft, actor=actor, now=now)
    except Refusal as refusal:
        return Outcome(number, refusal=refusal)
    _mark(session, row, finding.no, dispute)
    view = find_dispute(session, public_id=dispute, actor=actor, now=now)
    return Outcome(number, dispute, view.row.number)


def _mark(session: Session, row: LedgerComparison, no: int, dispute: str) -> None:
    dispute_id = session.scalars(select(Dispute.id).where(Dispute.public_id == dispute)).one()
    session.get_one(ComparisonRow, (row.id, no)).dispute_id = dispute_id
    session.flush()


def ask_for_copies(
    session: Session,
    *,
    public_id: str,
    numbers: Sequence[int],
    words: Translator,
    actor: Actor,
    now: datetime,
) -> list[Outcome]:
    """Ask for copies of documents the customer does not have: a question on each line of the statement.

    Args:
        session: A writing session.
        public_id: The comparison.
        numbers: Of findings.
        words: The language the question is written in.
        actor: Needs ``statements:answer``.
        now: When.

    Returns:
        What became of each, in order.

    Raises:
        NotAllowed: The actor may not answer.
        NotFound: Unknown or out of scope.
    """
    actor.require(Permission.STATEMENTS_ANSWER)
    row = lock_comparison(session, public_id=public_id, actor=actor)
    page = statement_of(session, row, actor=actor)
    return [
        _ask(session, row, finding, page, words, actor=actor, now=now)
        for finding in findings_by_no(session, row, numbers=numbers, words=words, actor=actor)
        if finding.may_ask
    ]


def _ask(
    session: Session,
    row: LedgerComparison,
    finding: FindingView,
    page: StatementPage | None,
    words: Translator,
    *,
    actor: Actor,
    now: datetime,
) -> Outcome:
    if page is None or finding.line_no is None:
        message = N_("This document is not on the statement of this period. Open it to see and download it.")
        return Outcome(finding.our_number, refusal=Conflict(message))
    text = words.gettext("%(number)s is not in our ledger. Please send us a copy.", number=finding.our_number)
    try:
        with session.begin_nested():
            ask_about_line(
                session, public_id=page.public_id, line_no=finding.line_no, text=text, content_hash=page.content_hash,
                actor=actor, now=now,
            )  # fmt: skip
    except Refusal as refusal:
        return Outcome(finding.our_number, refusal=refusal)
    session.get_one(ComparisonRow, (row.id, finding.no)).asked_at = now
    session.flush()
    return Outcome(finding.our_number)
