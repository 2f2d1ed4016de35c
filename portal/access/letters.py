"""Letters about one's own sign-in: every one goes through the outbox; a link that opens something lies there sealed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.outbox import MessageDraft, put_message
from portal.sealing import sealer_of

#: By language, what a letter says of the seller: ``seller``, ``seller_phone``, ``seller_email``. Pages hand it over,
#: because the legal entity stands above access.
SellerWords = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    Attributes:
        event: Names the folder of templates.
        recipient: E-mail address.
        why: Says why the reader gets it; see templates/mail/why.txt.
        link: Internal path with a secret token, or empty. It is sealed in the outbox and opened only when the letter
            leaves, so that nobody who reads mails there can use it.
        secret: A short code, sealed in the same way and shown in the letter only.
        facts: Further values of the templates.
    """

    event: str
    recipient: str
    name: str
    language: str
    why: str
    link: str = ""
    secret: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    customer_id: int | None = None


def send_letter(session: Session, letter: Letter, *, seller: SellerWords, now: datetime) -> None:
    """Queue a letter; it leaves with the change it tells about."""
    words = seller.get(letter.language) or {"seller": "", "seller_phone": "", "seller_email": ""}
    draft = MessageDraft(
        key=f"{letter.event}:{secrets.token_hex(12)}", event=letter.event, recipient=letter.recipient,
        recipient_name=letter.name, language=letter.language, customer_id=letter.customer_id,
        payload={"customer": "", **words, **letter.facts, "link": "", "why": letter.why, **_sealed(session, letter)},
    )  # fmt: skip
    put_message(session, draft, now=now)


def _sealed(session: Session, letter: Letter) -> dict[str, str]:
    sealed = {"sealed_link": letter.link, "sealed_secret": letter.secret}
    return {name: sealer_of(session).seal_text(text) for name, text in sealed.items() if text}
