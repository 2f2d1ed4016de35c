"""A company to look at: months of books for Acme, issued and signed through the verbs people use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.confirmations import SignatureDraft, confirm_lines, default_outcome, sign_balance, signing_text
from portal.customers.models import Customer
from portal.disputes import REASONS, DisputeDraft, open_dispute
from portal.ledger import default_entity, edit_entity
from portal.money import Money
from portal.receivables import Application, DocumentDraft, post_documents
from portal.statements import find_statement, issue_statements, prepare_statements
from portal.statements.models import Statement
from tests.cast import PING, actor_of

SYSTEM = system_actor()
GOODS = (
    ("轴承座 BK-20 ×12", 3_207_500), ("联轴器 CP-40 ×8", 3_016_500), ("滚珠丝杠 BS-32 ×8", 1_183_280),
    ("滚珠丝杠 BS-32 ×24", 3_864_000), ("联轴器 CP-40 ×24", 944_900), ("伺服支架 SM-08 ×12", 1_295_300),
    ("直线导轨 LG-25 ×40", 5_286_800),
)  # fmt: skip
SELLER = {
    "name": "澄川精工（苏州）有限公司", "name_en": "Chengchuan Precision (Suzhou) Co., Ltd.", "short_name": "澄川精工",
    "short_name_en": "Chengchuan Precision", "phone": "0512-6688 0142", "email": "ar@chengchuan.example",
}  # fmt: skip
_FACTS = {"text": "收货单 57 件", "date": "2026-02-10", "money": "100.00", "document": "INV-OTHER"}


@dataclass(frozen=True)
class Company:
    """What was made: public ids of Acme's statements, oldest month first."""

    statements: tuple[str, ...]

    @property
    def newest(self) -> str:
        """The statement that waits for an answer."""
        return self.statements[-1]


def make_company(
    session: Session, *, month: date, months: int = 3, lines: int = 50, signed: bool = True
) -> Company:
    """Post and issue ``months`` months up to ``month`` for Acme; all but the last are signed when ``signed``.

    The last month has ``lines`` lines, every tenth of them a receipt.
    """
    edit_entity(session, changes=SELLER, actor=SYSTEM, now=_at(month))
    ping = actor_of(session, PING)
    made = []
    for step in range(months - 1, -1, -1):
        begin = _month(month, -step)
        _post_month(session, begin, count=lines if step == 0 else 12)
        made.append(_issue(session, begin))
        if signed and step:
            confirm_and_sign(session, made[-1], actor=ping, now=_at(_month(begin, 1)) + timedelta(days=3))
    return Company(tuple(made))


def confirm_and_sign(session: Session, public_id: str, *, actor: Actor, now: datetime) -> str:
    """Confirm every line that is not disputed and sign; return the receipt."""
    page = find_statement(session, public_id=public_id, actor=actor)
    confirm_lines(
        session, public_id=public_id, line_nos=None, seen_lines=[line.no for line in page.all_lines],
        content_hash=page.content_hash, actor=actor, now=now,
    )  # fmt: skip
    page = find_statement(session, public_id=public_id, actor=actor)
    outcome = default_outcome(page)
    text = signing_text(page, outcome=outcome, language="zh")
    signature = SignatureDraft(
        outcome=outcome, stated=None, reason="", signer_name=actor.name, job_title="应付会计",
        signed_text=text.full, language="zh", content_hash=page.content_hash, answers_hash=page.answers_hash,
    )  # fmt: skip
    return sign_balance(session, public_id=public_id, signature=signature, actor=actor, now=now)


def dispute_line(
    session: Session, public_id: str, line_no: int, *, amount: str | None = None, reason: str = "QTY"
) -> str:
    """Dispute a line as Ping, in part or whole; return the dispute."""
    ping = actor_of(session, PING)
    page = find_statement(session, public_id=public_id, actor=ping)
    line = next(line for line in page.all_lines if line.no == line_no)
    money = Money(int(amount), page.currency) if amount else abs(line.amount)
    draft = DisputeDraft(
        reason=reason, amount=money, statement=public_id, line_no=line_no, text="数量与收货单不符",
        facts={fact.key: _FACTS[fact.kind] for fact in REASONS[reason].facts},
    )  # fmt: skip
    return open_dispute(session, draft=draft, actor=ping, now=page.issued_at or page.prepared_at)


def _at(month: date) -> datetime:
    return datetime(month.year, month.month, 1, 2, 0, tzinfo=UTC)


def _month(month: date, step: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 + step, 12)
    return date(year, index + 1, 1)


def _post_month(session: Session, month: date, *, count: int) -> None:
    entity = default_entity(session)
    customer_id = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
    waiting: list[tuple[int, int]] = []
    for number in range(1, count + 1):
        day = month + timedelta(days=(number * 27) // (count + 1))
        text, minor = GOODS[number % len(GOODS)]
        is_receipt = number % 10 == 0 and len(waiting) > 3
        applied = waiting[:3] if is_receipt else []
        amount = sum(open_minor for _, open_minor in applied) if is_receipt else minor + number * 100
        draft = DocumentDraft(
            entity_id=entity.id, customer_id=customer_id, kind="receipt" if is_receipt else "invoice",
            document_no=f"{'RC' if is_receipt else 'INV'}-{month:%y%m}-{number:04d}", currency="CNY",
            amount_minor=amount, document_on=day, due_on=None if is_receipt else day + timedelta(days=30),
            order_no="" if is_receipt else f"PO-{5500 + number}", description="银行收款" if is_receipt else text,
            applies_to=tuple(Application(document_id=id_, amount_minor=open_) for id_, open_ in applied),
        )  # fmt: skip
        (document_id,) = post_documents(session, [draft], actor=SYSTEM, now=_at(month))
        waiting = waiting[3:] if is_receipt else [*waiting, (document_id, amount)]


def _issue(session: Session, month: date) -> str:
    now = _at(_month(month, 1))
    run = prepare_statements(session, month=month, actor=SYSTEM, now=now)
    issue_statements(session, run=run, released_by="os:test under policy v0", actor=SYSTEM, now=now)
    query = (
        select(Statement.public_id)
        .join(Customer, Customer.id == Statement.customer_id)
        .where(Customer.number == "ACME", Statement.period_from == month, Statement.currency == "CNY")
        .order_by(Statement.version.desc())
    )
    found: Sequence[str] = session.scalars(query).all()
    return found[0]
