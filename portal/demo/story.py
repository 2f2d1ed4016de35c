"""What people do in the demo: bookkeepers answer and sign, raise disputes, colleagues settle them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.adjustments import AdjustmentDraft, draft_adjustment, submit_adjustment
from portal.approvals import approve, find_approval, reject
from portal.confirmations import SignatureDraft, confirm_lines, default_outcome, sign_balance, signing_text
from portal.demo.company import Confirmer, confirmer_actor
from portal.disputes import (
    REASONS,
    DisputeDraft,
    Proposal,
    accept_proposal,
    ask_customer,
    assign_dispute,
    counter_proposal,
    escalate_dispute,
    hold_dispute,
    note_dispute,
    open_dispute,
    propose_resolution,
    refuse_proposal,
    reply_to_dispute,
    submit_settlement,
    withdraw_dispute,
)
from portal.lists import ListQuery
from portal.money import Money
from portal.statements import StatementPage, find_statement, list_statements

#: reason → (the customer's words, our words, an internal note); Chinese customers write Chinese.
_WORDS = {
    "PRC": ("订单单价低于发票单价，请核对合同价。", "合同价已核对，差额由我方开红字冲减。", "销售确认调价未通知客户。"),
    "QTY": ("实收数量少于发票数量，附签收单号。", "仓库已核对出库记录，确认少发，差额冲减。", "装箱单漏扫一托。"),
    "DUP": ("同一批货开了两张发票，请作废其中一张。", "确认重复开票，冲减后一张。", "订单重开时触发了第二次开票。"),
    "NRC": ("这批货我们没有收到。", "正在向承运商索取签收单。", "等物流回复，承运商承诺周五前给回单。"),
    "PAY": ("此票已付款，请查收。", "正在核对银行流水。", "流水里没有找到该笔，可能付到旧账户。"),
    "FRT": ("报价已含运费，不应另收。", "核对报价单后答复。", "报价单写明含运费，应全额冲减。"),
}  # fmt: skip
_WORDS_EN = {
    "PRC": (
        "The invoice shows a higher price than our order.",
        "We checked the contract price; the difference is credited.",
        "Sales confirms: the October price was not announced.",
    ),
    "QTY": (
        "We received fewer pieces than invoiced; the receipt note is named below.",
        "The warehouse confirms that one pallet was missing. We credit it.",
        "Packing list was not scanned.",
    ),
    "DUP": (
        "This delivery was invoiced twice. Please cancel one of the two.",
        "You are right: one delivery, invoiced twice. We credit the second invoice.",
        "Reopening the order fired billing again.",
    ),
    "NRC": (
        "These goods never arrived.",
        "We have asked the carrier for the proof of delivery.",
        "The carrier promised the slip by Friday.",
    ),
    "PAY": (
        "We have paid this invoice already.",
        "We are looking for the payment in our bank lines.",
        "Not found yet; it may have gone to the old account.",
    ),
    "FRT": (
        "Freight was included in the quote.",
        "We are checking the quote.",
        "The quote says freight included: credit in full.",
    ),
}


@dataclass(frozen=True)
class Cast:
    """Who acts in the story."""

    clerk: Actor
    approver: Actor
    department: Actor
    confirmers: Sequence[Confirmer]


def answer_month(
    session: Session,
    month: date,
    cast: Cast,
    random: Random,
    *,
    share: float,
    always: int,
    now: datetime,
    latest: datetime | None = None,
) -> None:
    """Let a share of the confirmers (the first ``always`` ones surely) confirm and sign a month's statements."""
    for place, confirmer in enumerate(cast.confirmers):
        if place >= always and random.random() > share:
            continue
        actor = confirmer_actor(session, confirmer)
        signed_at = now + timedelta(days=random.randrange(1, 9), minutes=random.randrange(480))
        signed_at = min(signed_at, latest or signed_at)
        for page in _pages(session, month, actor):
            if page.is_answerable:
                _confirm_and_sign(session, page, actor, now=signed_at)


def _pages(session: Session, month: date, actor: Actor) -> list[StatementPage]:
    rows = list_statements(session, query=ListQuery(per_page=0), actor=actor, month=month).rows
    return [find_statement(session, public_id=row.public_id, actor=actor) for row in rows]


def _confirm_and_sign(session: Session, page: StatementPage, actor: Actor, *, now: datetime) -> None:
    seen = [page.opening.no, *(line.no for line in page.lines)]
    if page.progress.left:
        confirm_lines(
            session, public_id=page.public_id, line_nos=None, seen_lines=seen, content_hash=page.content_hash,
            actor=actor, now=now,
        )  # fmt: skip
        page = find_statement(session, public_id=page.public_id, actor=actor)
    outcome = default_outcome(page)
    text = signing_text(page, outcome=outcome, language=actor.language)
    signature = SignatureDraft(
        outcome=outcome, stated=None, reason="", signer_name=actor.name, job_title=actor.job_title,
        signed_text=text.full, language=actor.language, content_hash=page.content_hash, answers_hash=page.answers_hash,
    )  # fmt: skip
    sign_balance(session, public_id=page.public_id, signature=signature, actor=actor, now=now)


@dataclass(frozen=True)
class Case:
    """One dispute on its way: who raised it, who works on it, and when the next thing happens."""

    session: Session
    public_id: str
    reason: str
    amount: Money
    customer: Actor
    cast: Cast
    now: datetime

    def later(self, **gap: float) -> Case:
        """Return the same case some time later."""
        return replace(self, now=self.now + timedelta(**gap))

    @property
    def words(self) -> tuple[str, str, str]:
        """What customer, we and the house say."""
        return (_WORDS if self.customer.language == "zh" else _WORDS_EN)[self.reason]


def _work(case: Case) -> Case:
    assign_dispute(
        case.session,
        public_id=case.public_id,
        owner=case.cast.clerk.public_id,
        actor=case.cast.clerk,
        now=case.now,
    )
    note_dispute(
        case.session,
        public_id=case.public_id,
        text=case.words[2],
        actor=case.cast.department,
        now=case.later(hours=3).now,
    )
    return case.later(hours=6)  # fmt: skip


def _answer(case: Case) -> Case:
    reply_to_dispute(
        case.session, public_id=case.public_id, text=case.words[1], actor=case.cast.clerk, now=case.now
    )
    return case.later(hours=2)


def _propose(case: Case) -> Case:
    proposal = Proposal(
        approved=case.amount, resolution=REASONS[case.reason].outcome if case.reason != "PAY" else "explanation",
        text=case.words[1], root_cause="entry_error",
    )  # fmt: skip
    if proposal.resolution == "explanation":
        proposal = replace(proposal, approved=Money(0, case.amount.currency))
    propose_resolution(
        case.session, public_id=case.public_id, proposal=proposal, actor=case.cast.clerk, now=case.now
    )
    return case.later(days=1)


def _accept(case: Case) -> Case:
    accept_proposal(case.session, public_id=case.public_id, actor=case.customer, now=case.now)
    return case.later(hours=4)


def _submit(case: Case) -> str:
    return submit_settlement(case.session, public_id=case.public_id, actor=case.cast.clerk, now=case.now)


def _settle(case: Case) -> None:
    approval = _submit(_agree(case))
    asked = find_approval(case.session, public_id=approval, actor=case.cast.approver)
    approve(
        case.session,
        public_id=approval,
        seen_hash=asked.content_hash,
        actor=case.cast.approver,
        now=case.later(days=2).now,
    )


def _ask(case: Case) -> None:
    case = _work(case)
    text = "请补充签收单或银行回单。" if case.customer.language == "zh" else "Please send us the slip."
    ask_customer(case.session, public_id=case.public_id, text=text, actor=case.cast.clerk, now=case.now)


def _hold(case: Case) -> None:
    case = _work(case)
    text = "等承运商回单" if case.cast.clerk.language == "zh" else "Waiting for the carrier"
    hold_dispute(case.session, public_id=case.public_id, reason=text, actor=case.cast.clerk, now=case.now)


def _counter(case: Case) -> None:
    case = _propose(_work(case))
    half = Money(max(1, case.amount.minor * 3 // 4), case.amount.currency)
    text = "可接受一部分，请再考虑。" if case.customer.language == "zh" else "We would accept this part."
    counter_proposal(
        case.session, public_id=case.public_id, amount=half, text=text, actor=case.customer, now=case.now
    )


def _refuse(case: Case) -> Case:
    case = _propose(_work(case))
    text = "与事实不符，请主管复核。" if case.customer.language == "zh" else "This is not what happened."
    refuse_proposal(case.session, public_id=case.public_id, text=text, actor=case.customer, now=case.now)
    return case.later(hours=5)


def _escalate(case: Case) -> None:
    case = _refuse(case)
    text = "客户不接受，请主管处理" if case.cast.clerk.language == "zh" else "Customer refuses"
    escalate_dispute(case.session, public_id=case.public_id, reason=text, actor=case.cast.clerk, now=case.now)


def _withdraw(case: Case) -> None:
    case = _answer(_work(case))
    text = "已找到签收记录。" if case.customer.language == "zh" else "We found it, thank you."
    withdraw_dispute(case.session, public_id=case.public_id, text=text, actor=case.customer, now=case.now)


def _reject(case: Case) -> None:
    approval = _submit(_agree(case))
    reject(
        case.session,
        public_id=approval,
        note="请附仓库签收记录",
        actor=case.cast.approver,
        now=case.later(days=1).now,
    )


def _offer(case: Case) -> None:
    _propose(_work(case))


def _leave(case: Case) -> None:
    """Nobody has looked at it yet."""


def _talk(case: Case) -> None:
    _answer(_work(case))


def _agree(case: Case) -> Case:
    return _accept(_propose(_work(case)))


def _await_approval(case: Case) -> None:
    _submit(_agree(case))


#: Where disputes of the newest month stand: every state that can be seen is there.
PLOTS: tuple[Callable[[Case], object], ...] = (
    _offer, _work, _leave, _ask, _hold, _counter, _refuse, _escalate, _await_approval, _settle, _withdraw, _reject,
    _agree, _await_approval, _talk, _work,
)  # fmt: skip
_REASONS = (
    "DUP",
    "QTY",
    "PRC",
    "NRC",
    "FRT",
    "QTY",
    "PRC",
    "FRT",
    "QTY",
    "PRC",
    "NRC",
    "DUP",
    "FRT",
    "PRC",
    "PAY",
    "QTY",
)


def raise_disputes(session: Session, month: date, cast: Cast, *, plots: Sequence[int], now: datetime) -> None:
    """Raise one dispute per plot on a month's statements and take it as far as the plot goes."""
    found = 0
    for place, confirmer in enumerate(cast.confirmers):
        if found == len(plots):
            return
        actor = confirmer_actor(session, confirmer)
        pages = [page for page in _pages(session, month, actor) if page.is_answerable]
        wanted = 2 if place == 0 else 1
        for page in pages[:1]:
            lines = [
                line
                for line in page.lines
                if line.kind == "invoice" and line.amount_minor > 0 and not line.has_answer
            ]
            for line in lines[-wanted:]:
                if found < len(plots):
                    plot = plots[found]
                    case = _raise(
                        session, page, line.no, _REASONS[plot], actor, cast, now=now + timedelta(hours=found)
                    )
                    PLOTS[plot](case.later(hours=5))
                    found += 1


def _raise(
    session: Session,
    page: StatementPage,
    line_no: int,
    reason: str,
    actor: Actor,
    cast: Cast,
    *,
    now: datetime,
) -> Case:
    line = next(line for line in page.lines if line.no == line_no)
    whole = abs(line.amount)
    amount = whole if reason in {"DUP", "NRC", "PAY"} else Money(max(1, whole.minor // 15), whole.currency)
    words = (_WORDS if actor.language == "zh" else _WORDS_EN)[reason]
    facts = {
        "order_no": line.order_no, "receipt_note": f"GR-{line_no:02d}-7731", "quote": "Q-2026-118",
        "other_document": next((one.document_no for one in page.lines if one.no != line_no and one.kind == "invoice"), "INV-1"),
        "paid_on": str(page.period_until - timedelta(days=9)), "paid_amount": amount.decimal_text,
    }  # fmt: skip
    draft = DisputeDraft(
        reason=reason, amount=amount, statement=page.public_id, line_no=line_no, content_hash=page.content_hash,
        text=words[0], facts=facts,
    )  # fmt: skip
    public_id = open_dispute(session, draft=draft, actor=actor, now=now)
    return Case(session, public_id, reason, amount, actor, cast, now)


def confirm_some(session: Session, month: date, cast: Cast, *, left: int, now: datetime) -> None:
    """Let the first two confirmers answer all but a few lines of the newest statement, and not sign yet."""
    for confirmer in cast.confirmers[:2]:
        actor = confirmer_actor(session, confirmer)
        for page in _pages(session, month, actor)[:1]:
            numbers = [
                line.no for line in (page.opening, *page.lines) if line.needs_answer and not line.has_answer
            ]
            if len(numbers) > left:
                confirm_lines(
                    session, public_id=page.public_id, line_nos=numbers[:-left], content_hash=page.content_hash,
                    actor=actor, now=now,
                )  # fmt: skip


def ask_for_postings(
    session: Session, documents: Sequence[tuple[str, Money]], cast: Cast, *, now: datetime
) -> None:
    """Leave adjustments in draft, waiting and sent back, as on any working day."""
    kinds = ("credit_note", "write_off", "credit_note", "write_off", "credit_note")
    reasons = ("运输破损折让", "尾差核销", "返利兑现", "长期小额欠款核销", "单价差异")
    for place, ((document, open_amount), kind, reason) in enumerate(
        zip(documents, kinds, reasons, strict=False)
    ):
        part = Money(max(1, open_amount.minor // (40 if kind == "write_off" else 12)), open_amount.currency)
        draft = AdjustmentDraft(
            kind=kind, amount=part, posting_on=now.date(), reason=reason, document=document
        )
        public_id = draft_adjustment(session, draft=draft, actor=cast.clerk, now=now)
        if place == 0:
            continue
        approval = submit_adjustment(session, public_id=public_id, note=reason, actor=cast.clerk, now=now)
        if place == 1:
            reject(session, public_id=approval, note="金额请按发票余额计算", actor=cast.approver, now=now)
