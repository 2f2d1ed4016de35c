"""Rules of the books: account roles with their default codes, entry kinds, when an entry balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from portal.errors import N_, Invalid
from portal.money import currency_digits

#: role → (default code, Chinese name, English name); defaults of domain.md, editable through the mapping.
DEFAULT_ACCOUNTS: dict[str, tuple[str, str, str]] = {
    "bank": ("1002", "银行存款", "Bank"),
    "notes_receivable": ("1121", "应收票据", "Notes receivable"),
    "receivable": ("1122", "应收账款", "Accounts receivable"),
    "allowance": ("1231", "坏账准备", "Provision for bad debts"),
    "advance": ("2203", "预收账款", "Advance from customers"),
    "output_vat": ("2221.01.01", "应交增值税（销项税额）", "Output VAT"),
    "unidentified": ("2241", "其他应付款", "Other payables"),
    "exchange_clearing": ("3002", "货币兑换", "Currency exchange"),
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
    "application", "reversal", "unidentified", "exchange",
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
    """One side of an entry to post; debit positive, minor units of ``currency``.

    Attributes:
        role: What the account does; ``#<row number>`` names an account that no longer has a role (mirrors only).
        book_minor: Book amount that is known already; None = by the entry's rate.
    """

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
    """An entry to post; its lines sum to zero in every currency.

    Attributes:
        rate: Book currency for one unit of the document currency as decimal text, as written on the document;
            None = from the rate table.
        is_valued: False when the entry is known to have no book value, e.g. the mirror of such an entry.
    """

    entity_id: int
    kind: str
    posting_on: date
    lines: Sequence[LineDraft]
    document_id: int | None = None
    allocation_id: int | None = None
    reverses_id: int | None = None
    text: str = ""
    rate: str | None = None
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


class BadRate(Invalid):
    """A text that is not an exchange rate."""

    code = "bad_rate"
    default_message = N_("“%(text)s” is not an exchange rate.")


def parse_rate(text: str) -> Decimal:
    """Read an exchange rate: decimal text above zero with at most 12 decimals, never a float.

    Raises:
        BadRate: The text is not such a rate.
    """
    try:
        rate = Decimal(text)
    except InvalidOperation:
        raise BadRate(text=text[:30], field="rate") from None
    plain = text.isascii() and set(text) <= set("0123456789.")
    exponent = rate.as_tuple().exponent
    if not plain or rate <= 0 or not isinstance(exponent, int) or exponent < -12 or len(text) > 30:
        raise BadRate(text=text[:30], field="rate")
    return rate


def book_amount(amount_minor: int, *, currency: str, book_currency: str, rate: Decimal) -> int:
    """Return an amount in minor units of the book currency, half a unit rounded away from zero.

    Args:
        amount_minor: Minor units of ``currency``.
        currency: Document currency.
        book_currency: Book currency.
        rate: Book currency for one unit of the document currency.
    """
    with localcontext() as context:
        context.prec = 60
        shift = currency_digits(book_currency) - currency_digits(currency)
        exact = (Decimal(amount_minor) * rate).scaleb(shift)
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def value_lines(
    lines: Sequence[LineDraft], *, book_currency: str, rate: Decimal | None
) -> list[LineDraft] | None:
    """Give lines their second pair, in book currency, so that it balances too (I1).

    Lines that bring a book amount keep it (what was owed at an earlier rate); the others are converted. With one
    rate a rounding remainder goes to the largest line that is not the customer's; with several the difference is an
    exchange difference, a line of its own without document amount.

    Args:
        lines: Lines of one entry; their currency is one and not the book currency.
        book_currency: Currency of the books.
        rate: Rate of the day for lines without a book amount; None = unknown.

    Returns:
        The lines with book amounts; None when a rate is needed and unknown.
    """
    brought = any(line.book_minor is not None for line in lines)
    if rate is None and any(line.book_minor is None and line.amount_minor for line in lines):
        return None
    valued = [
        replace(line, book_currency=book_currency)
        if line.book_minor is not None
        else replace(
            line,
            book_currency=book_currency,
            book_minor=book_amount(
                line.amount_minor,
                currency=line.currency,
                book_currency=book_currency,
                rate=rate or Decimal(1),
            ),
        )
        for line in lines
    ]
    rest = -sum(line.book_minor or 0 for line in valued)
    if not rest:
        return valued
    others = [index for index, line in enumerate(valued) if line.role not in CUSTOMER_ROLES]
    if others and not brought:
        largest = max(others, key=lambda index: abs(valued[index].amount_minor))
        valued[largest] = replace(valued[largest], book_minor=(valued[largest].book_minor or 0) + rest)
        return valued
    return [
        *valued,
        LineDraft("exchange_difference", 0, lines[0].currency, book_minor=rest, book_currency=book_currency),
    ]
