"""Forms that were taken, so that a second click or a repeated request has one effect and one answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.access.models import SentForm
from portal.access.rules import Actor
from portal.errors import N_, Conflict

#: A page left open longer than a sign-in lasts cannot be sent anyway.
KEPT = timedelta(days=2)


class OtherContent(Conflict):
    """A form that was already taken came again with other content."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            N_("This form was already sent with other content. Open the page again and send it anew.")
        )


def find_sent_form(session: Session, *, number: str, content_hash: str, actor: Actor) -> str | None:
    """Return where the answer to an earlier sending led, or None when the form has not been taken.

    Raises:
        OtherContent: It was taken with other content, or from someone else.
    """
    sent = session.get(SentForm, number)
    if sent is None:
        return None
    if sent.content_hash != content_hash or sent.person_id != actor.person_id:
        raise OtherContent
    return sent.location


def keep_sent_form(
    session: Session, *, number: str, content_hash: str, location: str, actor: Actor, now: datetime
) -> None:
    """Note that a form was taken, in the transaction of what it did; the person's old notes go.

    The primary key lets one of two concurrent sendings win.
    """
    old = (SentForm.person_id == actor.person_id, SentForm.sent_at < now - KEPT)
    session.execute(delete(SentForm).where(*old))
    session.add(
        SentForm(
            number=number,
            person_id=actor.person_id,
            content_hash=content_hash,
            location=location,
            sent_at=now,
        )
    )
    session.flush()
