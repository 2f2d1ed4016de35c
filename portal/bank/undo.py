"""Undo a whole file: its lines leave the books again, those that another file brought too stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.bank.models import BankFile, BankLine, BankSighting, BankStatement
from portal.errors import N_, Conflict, Invalid, NotFound


def undo_bank_file(session: Session, *, public_id: str, reason: str, actor: Actor, now: datetime) -> int:
    """Take a file out of the books again.

    Args:
        session: A writing session.
        public_id: The file.
        reason: Why; kept with the file.
        actor: Needs ``imports:run``.
        now: When.

    Returns:
        How many lines left the books. Taking the same file in again brings them back.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is no such file.
        Invalid: No reason is given.
        Conflict: It was not taken in, or a line of it is matched or proposed for a match.
    """
    actor.require(Permission.IMPORTS_RUN)
    file = session.scalars(
        select(BankFile).where(BankFile.public_id == public_id).with_for_update()
    ).one_or_none()
    if file is None:
        raise NotFound
    if not reason.strip():
        raise Invalid(N_("Say why."), field="reason")
    if file.state != "loaded":
        raise Conflict(N_("Only a file that was taken in can be undone."))
    matched = session.scalar(
        select(func.count()).where(BankLine.file_id == file.id, BankLine.state == "matched")
    )
    if matched:
        raise Conflict(
            N_("%(count)s lines of this file are matched. Undo their matches first."), count=matched
        )
    _hand_over(session, file.id)
    try:
        with session.begin_nested():
            gone = session.scalar(select(func.count()).where(BankLine.file_id == file.id)) or 0
            session.execute(delete(BankLine).where(BankLine.file_id == file.id))
    except IntegrityError:
        raise Conflict(
            N_("Lines of this file are proposed for a match. Reject the proposals first.")
        ) from None
    kept = select(BankLine.statement_id).where(BankLine.statement_id.is_not(None))
    session.execute(
        delete(BankStatement).where(BankStatement.file_id == file.id, BankStatement.id.not_in(kept))
    )
    file.state, file.undone_at, file.undo_reason = "undone", now, reason.strip()[:300]
    session.flush()
    audit.record(
        session, "bank.file-undone", subject_kind="bank-file", subject_id=public_id,
        details={"file": file.file_name, "lines": gone, "reason": file.undo_reason}, actor=actor, now=now,
    )  # fmt: skip
    return gone


def _hand_over(session: Session, file_id: int) -> None:
    """Give lines that a later file brought again to that file; forget what this file saw again."""
    session.execute(delete(BankSighting).where(BankSighting.file_id == file_id))
    own = select(BankLine.id).where(BankLine.file_id == file_id)
    heirs = session.execute(
        select(BankSighting.line_id, func.min(BankSighting.file_id))
        .where(BankSighting.line_id.in_(own))
        .group_by(BankSighting.line_id)
    ).all()
    for line_id, heir in heirs:
        line_no = session.scalar(
            select(BankSighting.line_no).where(BankSighting.line_id == line_id, BankSighting.file_id == heir)
        )
        session.execute(update(BankLine).where(BankLine.id == line_id).values(file_id=heir, line_no=line_no))
        session.execute(
            delete(BankSighting).where(BankSighting.line_id == line_id, BankSighting.file_id == heir)
        )
