"""Talk: words both sides see, and notes that never leave the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.attachments import FileDraft
from portal.disputes.rules import ROOT_CAUSES
from portal.disputes.timeline import Words, locked_dispute, move_dispute, require_words
from portal.errors import Invalid, NotAllowed


def reply_to_dispute(
    session: Session,
    *,
    public_id: str,
    text: str,
    files: Sequence[FileDraft] = (),
    actor: Actor,
    now: datetime,
) -> None:
    """Say something to the other side; our first words begin the work, the customer's end our waiting for them.

    Raises:
        NotAllowed: The actor may only read.
        NotFound: Unknown, or another customer's.
        Conflict: The dispute has ended.
        Invalid: No words and no file.
        FileRefused: A file is not of a kind we take.
    """
    actor.require(Permission.DISPUTES_REPLY)
    verb = "answer" if actor.side == "customer" else "reply"
    dispute = locked_dispute(session, public_id=public_id, verb=verb, actor=actor)
    words = text.strip() if files else require_words(text)
    move_dispute(
        session, dispute, verb=verb, words=Words(words, "message", files=files), actor=actor, now=now
    )


def note_dispute(
    session: Session,
    *,
    public_id: str,
    text: str,
    files: Sequence[FileDraft] = (),
    actor: Actor,
    now: datetime,
) -> None:
    """Write an internal note; customers never get it, in no page, file or mail.

    Raises:
        NotAllowed: A customer, or staff who may only read.
        NotFound: Unknown.
        Conflict: The dispute is closed.
        Invalid: No words and no file.
        FileRefused: A file is not of a kind we take.
    """
    actor.require(Permission.DISPUTES_NOTE)
    if actor.side == "customer":
        raise NotAllowed
    dispute = locked_dispute(session, public_id=public_id, verb="note", actor=actor)
    words = text.strip() if files else require_words(text)
    note = Words(words, "note", files=files, is_internal=True)
    move_dispute(session, dispute, verb="note", words=note, actor=actor, now=now)


def propose_finding(
    session: Session,
    *,
    public_id: str,
    text: str,
    root_cause: str = "",
    files: Sequence[FileDraft] = (),
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a department found and where it comes from; finance decides, customers never get it.

    Args:
        session: A writing session.
        public_id: Of the dispute.
        text: The verdict and what it rests on.
        root_cause: Key of ``ROOT_CAUSES``; kept as the dispute's where none is known yet.
        files: What proves it.
        actor: Needs ``disputes:note``; sees the dispute.
        now: When.

    Raises:
        NotAllowed: A customer, or staff who may only read.
        NotFound: Unknown, or another department's.
        Conflict: The dispute is closed.
        Invalid: No words, or no such root cause.
        FileRefused: A file is not of a kind we take.
    """
    if root_cause and root_cause not in ROOT_CAUSES:
        raise Invalid(field="root_cause")
    note_dispute(session, public_id=public_id, text=require_words(text), files=files, actor=actor, now=now)
    if root_cause:
        dispute = locked_dispute(session, public_id=public_id, verb="note", actor=actor)
        dispute.root_cause = dispute.root_cause or root_cause
        session.flush()
