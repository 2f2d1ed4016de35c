"""Rules of the books: account roles with their default codes, entry kinds, when an entry balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.errors import Invalid, N_

#: role → (default code, Chinese name, English name); defaults of domain.md, editable through the mapping.
DEFAULT_ACCOUNTS: dict[str, tuple[str, str, str]] = {
    "bank": ("1002", "银行存款", "Bank"),
    "notes_receivable": ("1121", "应收票据", "Notes receivable"),
    "receivable": ("1122", "应收账款", "Accounts receivable"),
    "allowance": ("1231", "坏账准备", "Provision for bad debts"),
    "advance": ("2203", "预收账款", "Advance from customers"),
    "output_vat": ("2221.01.01", "应交增值税（销项税额）", "Output VAT"),
    "unidentified": ("2241", "其他应付款", "Other payables"),
    "opening": ("4104", "利润分配", "Retained earnings"),
    "income": ("6001", "主营业务收入", "Income"),
    "non_operating_income": ("6301", "营业外收入", "Non-operating income"),
    "financial_expense": ("6603", "财务费用", "Financial expenses"),
    "exchange_difference": ("6603.03", "财务费用（汇兑损益）", "Exchange differences"),
    "credit_loss": ("6702", "信用减值损失", "Credit impairment loss"),
    "non_operating_expense": ("6711", "营业外支出", "Non-operating expenses"),
    "prior_year": ("6901", "以前年度损益调整", "Prior-year adjustment"),
}
ROLES = tuple(DEFAULT_ACCOUNTS)

#: The accounts whose sum per customer is the customer's balance (I2).
CUSTOMER_ROLES = ("receivable", "advance")

ENTRY_KINDS = (
    "invoice", "debit_note", "credit_note", "receipt", "refund", "adjustment", "write_off", "opening_balance",
    "application", "reversal",
)  # fmt: skip


class Unbalanced(Invalid):
    """Debit and credit of an entry differ."""

    code = "unbalanced"
    default_message = N_("Debit and credit differ.")


class PeriodClosed(Invalid):
    """The posting date lies in a closed period."""

    code = "period_closed"
    default_message = N_("The period of %(day)s is closed. Choose a date in an open period.")


class UnmappedRole(Invalid):
    """No account is mapped to a role that an entry needs."""

    code = "unmapped_role"
    default_message = N_("No account is set for “%(role)s”. Set it under Books first.")


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One side of an entry to post: role instead of account code; debit positive, minor units of ``currency``."""

    role: str
    amount_minor: int
    currency: str
    customer_id: int | None = None
    department: str | None = None
    project: str | None = None
    book_minor: int | None = None
    book_currency: str | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to post; its lines sum to zero in every currency."""

    entity_id: int
    kind: str
    posting_on: date
    lines: Sequence[LineDraft]
    document_id: int | None = None
    allocation_id: int | None = None
    reverses_id: int | None = None
    text: str = ""
    is_valued: bool = field(default=True)


def require_balanced(lines: Sequence[LineDraft]) -> None:
    """Refuse lines that do not sum to zero in every document currency and in book currency (I1).

    Raises:
        Unbalanced: A sum is not zero, or there are no lines.
    """
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        sums["document", line.currency] += line.amount_minor
        if line.book_minor is not None and line.book_currency is not None:
            sums["book", line.book_currency] += line.book_minor
    if not lines or any(sums.values()):
        raise Unbalanced
