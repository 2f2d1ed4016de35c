"""Disputes of the demo, each taken as far as its plot goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, find_approval, reject
from portal.demo.company import Cast
from portal.disputes import (
    REASONS,
    Proposal,
    accept_proposal,
    ask_customer,
    assign_dispute,
    counter_proposal,
    escalate_dispute,
    hold_dispute,
    note_dispute,
    propose_resolution,
    refuse_proposal,
    reply_to_dispute,
    submit_settlement,
    withdraw_dispute,
)
from portal.money import Money

#: reason → (the customer's words, our words, an internal note); Chinese customers write Chinese.
WORDS = {
    "PRC": ("订单单价低于发票单价，请核对合同价。", "合同价已核对，差额由我方开红字冲减。", "销售确认调价未通知客户。"),
    "QTY": ("实收数量少于发票数量，附签收单号。", "仓库已核对出库记录，确认少发，差额冲减。", "装箱单漏扫一托。"),
    "DUP": ("同一批货开了两张发票，请作废其中一张。", "确认重复开票，冲减后一张。", "订单重开时触发了第二次开票。"),
    "NRC": ("这批货我们没有收到。", "正在向承运商索取签收单。", "等物流回复，承运商承诺周五前给回单。"),
    "PAY": ("此票已付款，请查收。", "正在核对银行流水。", "流水里没有找到该笔，可能付到旧账户。"),
    "FRT": ("报价已含运费，不应另收。", "核对报价单后答复。", "报价单写明含运费，应全额冲减。"),
}  # fmt: skip
WORDS_EN = {
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
        return (WORDS if self.customer.language == "zh" else WORDS_EN)[self.reason]


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
        now=case.later(hours=1).now,
    )
    return case.later(hours=2)  # fmt: skip


def _answer(case: Case) -> Case:
    reply_to_dispute(
        case.session, public_id=case.public_id, text=case.words[1], actor=case.cast.clerk, now=case.now
    )
    return case.later(hours=1)


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
    return case.later(hours=1)


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
    return case.later(hours=1)


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
        now=case.later(days=2).now,
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
#: The reason of each plot.
PLOT_REASONS = (
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
