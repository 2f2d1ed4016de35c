"""Sign the balance: agree, agree except for the disputed lines, or disagree; the one act that binds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, make_link
from portal.audit import record
from portal.clock import business_day
from portal.confirmations.codes import needs_code
from portal.confirmations.consent import accept_terms
from portal.confirmations.evidence import evidence_hash, evidence_of
from portal.confirmations.models import Confirmation
from portal.confirmations.rules import (
    OUTCOMES,
    VERBS,
    Signable,
    SigningText,
    compose_text,
    normal_text,
    signed_money,
)
from portal.errors import N_, Conflict, Invalid, NotAllowed
from portal.i18n import Translator, translator
from portal.money import Money, capital_amount
from portal.outbox import MessageDraft, put_message
from portal.statements import (
    SIGNED,
    LineAnswerDraft,
    NewerVersion,
    StatementPage,
    carry_signature,
    find_statement,
    lock_statement,
    new_act,
    next_state,
    require_current,
    seller_time,
    short_hash,
)
from portal.statements.models import Statement


@dataclass(frozen=True, slots=True)
class SignatureDraft:
    """What a person signs.

    Attributes:
        outcome: ``agreed``, ``agreed-except`` or ``disagreed``.
        stated: The customer's own figure, where they do not agree.
        reason: What differs, where they do not agree.
        signed_text: The exact text that stood on the page (``SigningText.full``).
        language: Its language, ``zh`` or ``en``.
        content_hash: Of the statement version on the page.
        answers_hash: Of the answers on the page (``StatementPage.answers_hash``).
        authority: By which the person signs for the company, in their own words; may be empty.
        terms_hash: Of the terms accepted with this signature, where they were not accepted before.
    """

    outcome: str
    stated: Money | None
    reason: str
    signer_name: str
    job_title: str
    signed_text: str
    language: str
    content_hash: str
    answers_hash: str
    authority: str = ""
    terms_hash: str = ""


def default_outcome(page: StatementPage) -> str:
    """Return the outcome that the answers to the lines lead to; never ``disagreed`` on its own."""
    return "agreed-except" if any(line.answer == "disputed" for line in page.all_lines) else "agreed"


def signing_text(
    page: StatementPage, *, outcome: str, language: str, stated: Money | None = None
) -> SigningText:
    """Return the exact text to be signed, with the figure in 大写 where it is Chinese.

    Raises:
        Invalid: No such outcome.
    """
    if outcome not in OUTCOMES:
        raise Invalid(N_("Choose one of the three answers."), field="outcome")
    words = translator(language)
    facts = _signable(page, words)
    money = signed_money(facts, outcome=outcome, stated=stated)
    capitals = (
        (capital_amount(abs(money)), capital_amount(facts.disputed)) if words.language == "zh" else ("", "")
    )
    return compose_text(facts, outcome=outcome, stated=stated, words=words, capitals=capitals)


def _signable(page: StatementPage, words: Translator) -> Signable:
    return Signable(
        seller=page.entity_name(words.language),
        customer=page.customer_name(words.language),
        as_of=page.as_of,
        day_in_words=_day_in_words(page.as_of, words),
        closing=page.figures.closing,
        agreed=page.progress.confirmed,
        disputed=page.progress.disputed,
        disputed_count=sum(line.answer == "disputed" for line in page.all_lines),
    )


def _day_in_words(day: date, words: Translator) -> str:
    if words.language == "zh":
        return f"{day.year} 年 {words.day_in_words(day)}"
    return f"{words.day_in_words(day)} {day.year}"


def sign_balance(
    session: Session, *, public_id: str, signature: SignatureDraft, actor: Actor, now: datetime
) -> str:
    """Sign a statement's balance, once.

    Args:
        session: A writing session; the statement's row is locked.
        public_id: Of the statement.
        signature: What was on the page and what was chosen there.
        actor: A person with ``statements:sign``; name, role, method, address and device become evidence.
        now: When.

    Returns:
        Public id of the confirmation; the signer gets a mail with a link to it.

    Raises:
        NotAllowed: The actor may not sign, or is no person.
        NotFound: Unknown, or out of scope.
        NewerVersion: A newer version was issued.
        Conflict: Someone signed already, or answers or text are not those on the page.
        Invalid: Lines left, disputes with "agreed", none with "agreed-except", a missing figure, reason or name, terms
            not accepted, or a mailed code that is still to be given.
    """
    actor.require(Permission.STATEMENTS_SIGN)
    if actor.person_id is None:
        raise NotAllowed
    statement = lock_statement(session, public_id=public_id, actor=actor)
    _require_unsigned(session, statement)
    try:
        require_current(session, statement, signature.content_hash)
    except NewerVersion as newer:
        message = N_("A newer statement was issued at %(time)s. Nothing was signed.")
        raise NewerVersion(message, **newer.params) from None
    page = find_statement(session, public_id=public_id, actor=actor)
    _require_signable(page, signature)
    if needs_code(session, customer_id=page.customer.id, actor=actor, now=now):
        raise Invalid(N_("Enter the code from your mail first. Nothing was signed."), field="code")
    accept_terms(
        session, customer_id=page.customer.id, language=signature.language, seen_hash=signature.terms_hash,
        actor=actor, now=now,
    )  # fmt: skip
    known = evidence_of(session, customer_id=page.customer.id, actor=actor)
    row = _confirmation(page, signature, known=known, actor=actor, now=now)
    session.add(row)
    statement.state = next_state(statement.state, VERBS[signature.outcome]) or statement.state
    session.flush()
    _carry(session, row, actor=actor, now=now)
    _note(session, row, page, actor=actor, now=now)
    _send_receipt(session, row, page, actor=actor, now=now)
    return row.public_id


def _require_unsigned(session: Session, statement: Statement) -> None:
    if statement.state not in SIGNED:
        return
    query = select(Confirmation.person_name, Confirmation.signed_at).where(
        Confirmation.statement_id == statement.id
    )
    name, at = session.execute(query).one()
    raise Conflict(
        N_("%(name)s signed this statement at %(time)s. Nothing was signed again."), name=name,
        time=seller_time(session, statement, at),
    )  # fmt: skip


def _require_signable(page: StatementPage, signature: SignatureDraft) -> None:
    if page.answers_hash != signature.answers_hash:
        raise Conflict(
            N_("The answers to the lines have changed since you opened this page. Nothing was signed.")
        )
    if page.progress.left:
        raise Invalid(N_("%(count)s lines are unanswered. Nothing was signed."), count=page.progress.left)
    has_disputes = default_outcome(page) == "agreed-except"
    if signature.outcome == "agreed" and has_disputes:
        raise Invalid(
            N_("Some lines are disputed. Agree except for these, or withdraw the disputes."), field="outcome"
        )
    if signature.outcome == "agreed-except" and not has_disputes:
        raise Invalid(N_("No line is disputed. Dispute a line first, or agree to all."), field="outcome")
    if signature.outcome == "disagreed":
        if signature.stated is None or signature.stated.currency != page.currency:
            raise Invalid(N_("Enter the balance in your books."), field="stated")
        if not signature.reason.strip():
            raise Invalid(N_("Say what differs."), field="reason")
    if not signature.signer_name.strip():
        raise Invalid(N_("Enter your name."), field="signer_name")
    stated = signature.stated if signature.outcome == "disagreed" else None
    text = signing_text(page, outcome=signature.outcome, language=signature.language, stated=stated)
    if normal_text(text.full) != normal_text(signature.signed_text):
        raise Conflict(
            N_("The text to be signed has changed since you opened this page. Nothing was signed.")
        )


def _confirmation(
    page: StatementPage, signature: SignatureDraft, *, known: dict[str, Any], actor: Actor, now: datetime
) -> Confirmation:
    assert actor.person_id is not None
    is_disagreed = signature.outcome == "disagreed"
    evidence: dict[str, Any] = {
        "statement_id": page.id,
        "customer_id": page.customer.id,
        "statement_hash": page.content_hash,
        "outcome": signature.outcome,
        "currency": page.currency,
        "closing_minor": page.figures.closing.minor,
        "agreed_minor": page.progress.confirmed.minor,
        "disputed_minor": page.progress.disputed.minor,
        "stated_minor": signature.stated.minor if is_disagreed and signature.stated else None,
        "reason": signature.reason.strip() if is_disagreed else "",
        "answers": [[line.no, line.answer, line.disputed_minor] for line in page.all_lines],
        "signed_text": normal_text(signature.signed_text),
        "language": signature.language,
        "person_id": actor.person_id,
        "person_name": signature.signer_name.strip()[:120],
        "person_email": actor.email,
        "job_title": signature.job_title.strip()[:120],
        "channel": "portal",
        "role": " ".join(sorted(actor.roles))[:40],
        "authority": signature.authority.strip()[:160],
        "evidence": known,
        "method": actor.method[:20],
        "address": actor.address[:64],
        "device": actor.device[:255],
        "local_time": now.astimezone(ZoneInfo(page.entity.time_zone)).isoformat(timespec="seconds"),
    }
    digest = evidence_hash(evidence, statement=page.public_id)
    return Confirmation(**evidence, signed_at=now, content_hash=digest)


def _carry(session: Session, row: Confirmation, *, actor: Actor, now: datetime) -> None:
    """Let an already issued next month know that its opening balance is agreed."""
    if row.outcome == "disagreed":
        return
    answer = "confirmed" if row.outcome == "agreed" else "disputed"
    disputed = row.disputed_minor if answer == "disputed" else 0
    draft = LineAnswerDraft(0, answer, disputed)
    carry_signature(session, statement_id=row.statement_id, answer=draft, act=new_act(), actor=actor, now=now)


def _note(session: Session, row: Confirmation, page: StatementPage, *, actor: Actor, now: datetime) -> None:
    details = {
        "confirmation": row.public_id, "outcome": row.outcome, "statement_hash": row.statement_hash,
        "content_hash": row.content_hash, "closing": page.figures.closing, "agreed": page.progress.confirmed,
        "disputed": page.progress.disputed, "version": page.version,
    }  # fmt: skip
    record(
        session, "balances.signed", subject_kind="statement", subject_id=page.public_id, customer_id=row.customer_id,
        details=details, actor=actor, now=now,
    )  # fmt: skip


def _send_receipt(
    session: Session, row: Confirmation, page: StatementPage, *, actor: Actor, now: datetime
) -> None:
    if not actor.email:
        return
    month = f"{page.period_from:%Y-%m}"
    label = {"kind": "receipt", "month": month}
    link = make_link(
        session, path=f"/receipts/{row.public_id}", label=label, customer_id=row.customer_id, recipient=actor.email,
        now=now,
    )  # fmt: skip
    payload = {
        "seller": page.entity.short_name_in(row.language), "seller_phone": page.entity.phone,
        "seller_email": page.entity.email, "customer": page.customer_name(row.language),
        "link": link, "why": "signer", "month": month, "signer": row.person_name,
        "signed_on": business_day(now, page.entity.time_zone).isoformat(), "hash_short": short_hash(row.content_hash),
    }  # fmt: skip
    message = MessageDraft(
        key=f"balance-signed:{row.public_id}:{actor.email}", event="balance-signed", recipient=actor.email,
        recipient_name=actor.name, language=row.language, payload=payload, customer_id=row.customer_id,
    )  # fmt: skip
    put_message(session, message, now=now)
