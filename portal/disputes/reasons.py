"""The 27 reasons of a dispute, as data: words, group, evidence asked for, department, days, likely lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.errors import N_

#: Group → English heading. The reasons are never shown as one flat list.
GROUPS: dict[str, str] = {
    "price": N_("Price"),
    "quality": N_("Quantity and quality"),
    "delivery": N_("Delivery of goods"),
    "document": N_("Document and tax"),
    "payment": N_("Payment"),
    "terms": N_("Terms and other"),
}

#: Department → English word; the first to look at a dispute.
DEPARTMENTS: dict[str, str] = {
    "sales": N_("Sales"),
    "warehouse": N_("Warehouse"),
    "logistics": N_("Logistics"),
    "quality": N_("Quality"),
    "finance": N_("Finance"),
    "tax": N_("Tax"),
    "delivery": N_("Service delivery"),
    "cash_desk": N_("Cash desk"),
    "supervisor": N_("Supervisor"),
}

MIN_OTHER_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact a reason asks the customer for.

    Attributes:
        key: Name in the dispute's facts and of the form field.
        label: English message id.
        kind: ``text``, ``date``, ``money`` or ``document`` (a document number).
        is_required: Whether the dispute cannot be sent without it.
        short: The word beside the given fact, where the label is a question.
    """

    key: str
    label: str
    kind: str = "text"
    is_required: bool = True
    short: str = ""

    @property
    def word(self) -> str:
        """The word beside the given fact, as English message id."""
        return self.short or self.label


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code and all that hangs on it.

    Attributes:
        code: Two or three capital letters.
        name: English message id.
        name_zh: The domain's fixed Chinese name.
        group: Key of GROUPS.
        department: Key of DEPARTMENTS: who looks at it first.
        sla_days: Business days until a result is promised.
        outcome: Code of the usual resolution.
        headline: English message id of the page title, with ``%(document)s``.
        x12: Nearest adjustment reason codes of ANSI X12 element 426.
        facts: Facts asked for, in order.
        file_is_required: Whether a photo or document must be attached.
        file_hint: What to attach, as English message id; empty where no particular paper helps.
    """

    code: str
    name: str
    name_zh: str
    group: str
    department: str
    sla_days: int
    outcome: str
    headline: str
    x12: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    file_is_required: bool = False
    file_hint: str = ""


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """A heading and the reasons under it, for the form."""

    key: str
    word: str
    reasons: tuple[Reason, ...] = field(default=())


_CATALOGUE = (
    Reason(
        "PRC", N_("Price differs from order or contract"), "单价不符", "price", "sales", 5, "credit_note",
        N_("%(document)s: price differs"), ("01",),
        (
            Fact("order_no", N_("Your order or our quote, number"), short=N_("Order or quote")),
            Fact("unit_price", N_("Price agreed"), is_required=False),
        ),
        file_hint=N_("The order or the quote"),
    ),
    Reason(
        "QTY", N_("Quantity contested"), "数量不符", "quality", "warehouse", 10, "credit_note",
        N_("%(document)s: quantity contested"), ("06",),
        (
            Fact("receipt_note", N_("Your receipt note, number"), short=N_("Receipt note")),
            Fact("quantity", N_("Quantity received"), is_required=False),
        ),
        file_hint=N_("The receipt note"),
    ),
    Reason(
        "NRC", N_("Goods or service not received"), "未收货", "delivery", "logistics", 10, "credit_note",
        N_("%(document)s: not received"), ("59",),
    ),
    Reason(
        "SHT", N_("Short shipment"), "短装", "delivery", "logistics", 10, "credit_note",
        N_("%(document)s: short shipment"), ("59",),
        (Fact("delivery_note", N_("Signed delivery note, number")),),
        file_hint=N_("The signed delivery note"),
    ),
    Reason(
        "DMG", N_("Damaged"), "破损", "quality", "logistics", 15, "credit_note",
        N_("%(document)s: damaged goods"), ("04",), file_is_required=True, file_hint=N_("A photo of the damage"),
    ),
    Reason(
        "QUA", N_("Quality"), "质量问题", "quality", "quality", 15, "credit_note",
        N_("%(document)s: quality"), ("05",), file_is_required=True, file_hint=N_("Your inspection report"),
    ),
    Reason(
        "WRG", N_("Wrong product"), "错货", "quality", "warehouse", 10, "credit_note",
        N_("%(document)s: wrong product"), ("07",), (Fact("order_line", N_("Line of your order")),),
    ),
    Reason(
        "RET", N_("Return not credited"), "退货未入账", "quality", "warehouse", 10, "credit_note",
        N_("%(document)s: return not credited"), ("11", "12"),
        (Fact("return_note", N_("Return note, number")),),
        file_hint=N_("The return note"),
    ),
    Reason(
        "DUP", N_("Billed twice"), "重复开票", "document", "finance", 5, "credit_note",
        N_("%(document)s was billed twice"), ("19",),
        (
            Fact(
                "other_document", N_("Which other invoice covers the same goods?"), "document",
                short=N_("Other invoice"),
            ),
        ),
    ),
    Reason(
        "NOT", N_("Not our bill, or order cancelled"), "非我司账单/已取消", "document", "sales", 5, "rebill",
        N_("%(document)s is not the customer’s bill"), ("18", "26"),
        (Fact("order_status", N_("What happened to the order?"), short=N_("Order status")),),
    ),
    Reason(
        "REF", N_("Order number or data missing"), "缺订单号/资料", "document", "finance", 5, "explanation",
        N_("%(document)s: order number or data missing"), ("17",),
        (Fact("correct_number", N_("Correct number")),),
    ),
    Reason(
        "INV", N_("Tax invoice missing or wrong"), "发票未收到/有误", "document", "finance", 5, "explanation",
        N_("%(document)s: tax invoice missing or wrong"), ("44",),
        (Fact("invoice_title", N_("Title on the tax invoice")), Fact("tax_no", N_("Your tax number"))),
    ),
    Reason(
        "TAX", N_("Tax rate or amount"), "税率税额", "document", "tax", 5, "rebill",
        N_("%(document)s: tax"), ("55",),
        (Fact("rate_basis", N_("Rate you expect, and why"), short=N_("Expected rate")),),
    ),
    Reason(
        "DSC", N_("Discount not given or not earned"), "折扣争议", "price", "sales", 5, "credit_note",
        N_("%(document)s: discount"), ("24", "43"), (Fact("terms", N_("Agreed discount terms")),),
    ),
    Reason(
        "RBT", N_("Rebate or promotion"), "返利/促销", "price", "sales", 15, "credit_note",
        N_("%(document)s: rebate or promotion"), ("56", "57"),
        (Fact("agreement", N_("Agreement, number or date")),),
        file_hint=N_("The agreement"),
    ),
    Reason(
        "FRT", N_("Freight or other charge"), "运费及附加费", "price", "logistics", 10, "credit_note",
        N_("%(document)s: freight or other charge"), ("30", "46"),
        (Fact("quote", N_("Quote or agreement, number")),),
    ),
    Reason(
        "TRM", N_("Terms or due date"), "账期/到期日", "terms", "finance", 5, "date_change",
        N_("%(document)s: terms or due date"), ("09",),
        (
            Fact("contract", N_("Contract, number or date")),
            Fact("due_on", N_("Due date you expect"), "date", is_required=False),
        ),
    ),
    Reason(
        "FX", N_("Exchange rate or currency"), "汇率币种", "terms", "finance", 5, "explanation",
        N_("%(document)s: exchange rate or currency"), ("33",),
        (Fact("rate_source", N_("Rate you expect, and its source"), short=N_("Expected rate")),),
    ),
    Reason(
        "SVC", N_("Service incomplete"), "服务未完成", "delivery", "delivery", 15, "credit_note",
        N_("%(document)s: service incomplete"), ("38",),
        (Fact("acceptance_record", N_("Acceptance record, number or date"), short=N_("Acceptance record")),),
        file_hint=N_("The acceptance record"),
    ),
    Reason(
        "LAT", N_("Late fee or interest"), "滞纳金", "terms", "finance", 5, "credit_note",
        N_("%(document)s: late fee or interest"), ("50", "51"),
    ),
    Reason(
        "PAY", N_("Already paid, not shown"), "已付款未入账", "payment", "cash_desk", 3, "reallocate",
        N_("%(document)s is already paid"), (),
        (
            Fact("paid_on", N_("Date of your payment"), "date"),
            Fact("paid_amount", N_("Amount paid"), "money"),
            Fact("bank_reference", N_("Bank reference"), is_required=False),
        ),
        file_hint=N_("The bank slip"),
    ),
    Reason(
        "ALC", N_("Payment applied wrongly"), "核销错误", "payment", "cash_desk", 3, "reallocate",
        N_("%(document)s: payment applied wrongly"), (),
        (Fact("wanted_split", N_("How should it be applied?"), short=N_("Wanted split")),),
    ),
    Reason(
        "CRN", N_("Credit note missing"), "贷项未入账", "payment", "finance", 3, "credit_note",
        N_("%(document)s: credit note missing"), (),
        (Fact("credit_no", N_("Credit note, number"), "document"),),
    ),
    Reason(
        "FEE", N_("Bank charge difference"), "银行手续费", "payment", "cash_desk", 3, "write_off",
        N_("%(document)s: bank charge"), (), (Fact("bank_reference", N_("Bank reference")),),
        file_hint=N_("The bank slip"),
    ),
    Reason(
        "TIM", N_("Timing or cut-off"), "时间性差异", "payment", "finance", 3, "explanation",
        N_("%(document)s: timing"), (), (Fact("booked_on", N_("Date in your books"), "date"),),
    ),
    Reason(
        "RND", N_("Rounding"), "尾差", "payment", "finance", 3, "write_off", N_("%(document)s: rounding"),
    ),
    Reason(
        "OTH", N_("Other"), "其他", "terms", "supervisor", 5, "explanation",
        N_("%(document)s: other objection"),
    ),
)  # fmt: skip

REASONS: dict[str, Reason] = {reason.code: reason for reason in _CATALOGUE}

#: Kind of line → the five reasons most often meant there; ``statement``: something is missing from it.
LIKELY: dict[str, tuple[str, str, str, str, str]] = {
    "invoice": ("DUP", "PRC", "QTY", "PAY", "NRC"),
    "debit_note": ("NOT", "PRC", "FRT", "DUP", "PAY"),
    "credit_note": ("RET", "PRC", "QTY", "RBT", "TAX"),
    "receipt": ("ALC", "PAY", "FEE", "TIM", "RND"),
    "refund": ("ALC", "FEE", "TIM", "RND", "NOT"),
    "adjustment": ("NOT", "RND", "FX", "TAX", "TIM"),
    "write_off": ("ALC", "PAY", "CRN", "RND", "TIM"),
    "opening_balance": ("PAY", "CRN", "ALC", "TIM", "RND"),
    "statement": ("PAY", "CRN", "INV", "RET", "TIM"),
}


def likely_reasons(kind: str) -> tuple[Reason, ...]:
    """Return the five reasons shown first for a kind of line, most likely first."""
    return tuple(REASONS[code] for code in LIKELY.get(kind, LIKELY["invoice"]))


def other_reasons(kind: str) -> tuple[ReasonGroup, ...]:
    """Return all other reasons in their six groups, each exactly once; empty groups are left out."""
    shown = {reason.code for reason in likely_reasons(kind)}
    groups = (
        ReasonGroup(key, word, tuple(r for r in _CATALOGUE if r.group == key and r.code not in shown))
        for key, word in GROUPS.items()
    )
    return tuple(group for group in groups if group.reasons)
