"""Links in mails: they lead to a page after sign-in and are never a credential."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import DeepLink, Person
from portal.access.sign_ins import hash_token
from portal.access.throttle import address_key, count_try
from portal.errors import Invalid
from portal.outbox import MessageDraft, put_message

LINK_LIFE = timedelta(days=14)
#: How long a dead link may still bring a new one.
RENEWABLE = timedelta(days=90)
_INTERNAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class LinkView:
    """Where a link leads, without names or figures.

    Attributes:
        path: Internal page.
        label: E.g. ``{"kind": "statement", "month": "2026-10"}``.
        customer_id: The company it is about.
        is_expired: Older than 14 days.
    """

    path: str
    label: dict[str, Any]
    customer_id: int | None
    is_expired: bool


def is_internal_path(path: str) -> bool:
    """Say whether a path stays on this site: one leading slash, no backslash, no control characters."""
    return len(path) <= 500 and _INTERNAL.fullmatch(path) is not None


def make_link(
    session: Session,
    *,
    path: str,
    label: dict[str, Any],
    customer_id: int | None,
    recipient: str,
    now: datetime,
) -> str:
    """Make a link for one recipient.

    Args:
        session: A writing session.
        path: The page it leads to after sign-in.
        label: What the sign-in page may say of it: kind and month, no name, no figure.
        customer_id: The company it is about.
        recipient: Who gets it.
        now: When; it lives 14 days.

    Returns:
        The link's path, ``/l/<token>``; only the token's hash is kept.

    Raises:
        Invalid: ``path`` leads elsewhere.
    """
    if not is_internal_path(path):
        raise Invalid
    token = secrets.token_urlsafe(32)
    session.add(
        DeepLink(
            token_hash=hash_token(token), path=path, label=label, customer_id=customer_id,
            recipient=recipient.strip().lower(), made_at=now, ends_at=now + LINK_LIFE,
        )
    )  # fmt: skip
    session.flush()
    return f"/l/{token}"


def open_link(session: Session, *, token: str, now: datetime) -> LinkView | None:
    """Return where a link leads, or None when there is no such link; nothing changes."""
    row = _row(session, token)
    return LinkView(row.path, row.label, row.customer_id, now >= row.ends_at) if row else None


def renew_link(
    session: Session, *, token: str, address: str, payload: Mapping[str, Mapping[str, str]], now: datetime
) -> None:
    """Mail a new link to the old one's recipient; for anything else do nothing, so that the answer is always the same.

    At most one mail an hour for a link, five tries in five minutes for an address.

    Args:
        session: A writing session.
        token: Of the old link.
        address: Where the request came from.
        payload: By language, what the mail says of the seller.
        now: When.
    """
    if count_try(session, f"link:{address_key(address)}", now=now):
        return
    row = _row(session, token)
    if row is None or now >= row.made_at + RENEWABLE:
        return
    name, language = session.execute(
        select(Person.name, Person.language).where(Person.email == row.recipient)
    ).one_or_none() or ("", "zh")
    key = f"new-link:{row.id}:{now:%Y-%m-%dT%H}"
    path = make_link(
        session, path=row.path, label=row.label, customer_id=row.customer_id, recipient=row.recipient, now=now
    )
    facts = {**payload.get(language, {}), **_label_words(row.label)}
    draft = MessageDraft(
        key=key,
        event="new-link",
        recipient=row.recipient,
        recipient_name=name,
        language=language,
        customer_id=row.customer_id,
        payload={**facts, "link": path, "why": "asked", "customer": ""},
    )
    put_message(session, draft, now=now)


def _label_words(label: Mapping[str, Any]) -> dict[str, str]:
    return {"kind": str(label.get("kind", "")), "month": str(label.get("month", ""))}


def _row(session: Session, token: str) -> DeepLink | None:
    return session.scalars(select(DeepLink).where(DeepLink.token_hash == hash_token(token))).one_or_none()
