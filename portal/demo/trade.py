"""What the demo company bills and collects, month by month, through the verbs users use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.demo.names import PRODUCTS, Company
from portal.disputes import OPEN_STATES
from portal.disputes.models import Dispute
from portal.money import currency_digits, minor_to_text
from portal.receivables import Application, DocumentDraft, LineDraft, post_documents
from portal.receivables.models import Document, OpenItem

#: Units of each currency that one yuan of list price is worth, times ten thousand.
_PRICE_BPS = {"CNY": 10_000, "EUR": 1_290, "USD": 1_380, "JPY": 2_080}
_ENGLISH_EXTRAS = ("Export crating and freight", "Commissioning, 2 days")
_CHINESE_EXTRAS = ("出口木箱及运费", "现场调试 2 天")


@dataclass
class Account:
    """A customer as the market sees it: how much it buys and how it pays.

    Attributes:
        invoices: Invoices in a usual month.
        late_days: Mean days between due date and payment.
        open: Minor units still open per invoice, by row number, with the due date.
    """

    customer_id: int
    public_id: str
    company: Company
    invoices: int
    terms_days: int
    late_days: int
    open: dict[int, tuple[date, int]] = field(default_factory=dict)


@dataclass
class Market:
    """Invents documents from one seed and posts them in bulk, a month at a time."""

    random: Random
    entity_id: int
    accounts: list[Account]
    today: date
    numbers: dict[str, int] = field(default_factory=dict)
    billed_on: dict[int, date] = field(default_factory=dict)

    def trade_month(self, session: Session, month: date, *, actor: Actor) -> None:
        """Post the invoices, then the receipts and credit notes of one month (never later than today)."""
        noted_on = min(month + timedelta(days=27), self.today - timedelta(days=1))
        now = datetime.combine(noted_on, time(1, 30), UTC)
        self._read_open(session)
        last = min(_next_month(month) - timedelta(days=1), self.today)
        bills = [bill for account in self.accounts for bill in self._bills(account, month, last)]
        bills.sort(key=lambda pair: pair[1].document_on)
        drafts = [self._numbered(draft) for _, draft in bills]
        ids = post_documents(session, drafts, actor=actor, now=now)
        for document_id, (account, _), draft in zip(ids, bills, drafts, strict=True):
            account.open[document_id] = (draft.due_on or draft.document_on, draft.amount_minor)
            self.billed_on[document_id] = draft.document_on
        settlements = sorted(self._credits(month, last), key=lambda draft: draft.document_on)
        post_documents(session, [self._numbered(draft) for draft in settlements], actor=actor, now=now)

    def _read_open(self, session: Session) -> None:
        """Look up what is payable: open, and not disputed."""
        accounts = {account.customer_id: account for account in self.accounts}
        for account in self.accounts:
            account.open = {}
        disputed = select(Dispute.document_id).where(
            Dispute.state.in_(OPEN_STATES), Dispute.document_id.is_not(None)
        )
        rows = session.execute(
            select(Document.id, Document.customer_id, Document.due_on, OpenItem.open_minor)
            .join(OpenItem, OpenItem.document_id == Document.id)
            .where(OpenItem.side == 1, OpenItem.open_minor > 0, Document.id.not_in(disputed))
            .order_by(Document.id)
        )
        for document_id, customer_id, due_on, open_minor in rows:
            accounts[customer_id].open[document_id] = (due_on or self.today, open_minor)

    def _bills(self, account: Account, month: date, last: date) -> Iterable[tuple[Account, DocumentDraft]]:
        usual = account.invoices
        count = usual if usual > 20 else max(0, round(self.random.gauss(usual, usual / 3)))
        for _ in range(count):
            day = month + timedelta(days=self.random.randrange(28))
            if day <= last:
                kind = "debit_note" if self.random.random() < 0.02 else "invoice"
                yield account, self._bill(account, kind, day)
        if usual > 20:  # the shown customers are billed twice for one delivery: what disputes are made of
            first = self._bill(account, "invoice", month + timedelta(days=9))
            again = month + timedelta(days=24)
            if again <= last:
                yield account, first
                yield (
                    account,
                    replace(first, document_on=again, due_on=again + timedelta(days=account.terms_days)),
                )

    def _bill(self, account: Account, kind: str, day: date) -> DocumentDraft:
        company = account.company
        name, name_en, price = self.random.choice(PRODUCTS)
        quantity = self.random.choice((4, 8, 8, 12, 16, 20, 24, 40, 60))
        text = name if company.language == "zh" else name_en
        if self.random.random() < 0.04:
            extra = self.random.randrange(2)
            text = (_CHINESE_EXTRAS if company.language == "zh" else _ENGLISH_EXTRAS)[extra]
            price, quantity = self.random.choice((126_000, 88_000, 240_000)), 1
        unit_minor = max(1, price * _PRICE_BPS[company.currency] // 10_000)
        if currency_digits(company.currency) == 0:
            unit_minor = max(1, unit_minor * 10 // 100)
        net = unit_minor * quantity
        rate = 13 if company.country == "CN" else 0
        gross = net * (100 + rate) // 100
        line = LineDraft(
            item=text, quantity=str(quantity), unit="件" if company.language == "zh" else "pcs",
            unit_price=minor_to_text(unit_minor, company.currency), tax_rate=f"{rate}%", amount_minor=gross,
        )  # fmt: skip
        label = f"{text} ×{quantity}" if quantity > 1 else text
        return DocumentDraft(
            entity_id=self.entity_id, customer_id=account.customer_id, kind=kind, document_no="",
            currency=company.currency, amount_minor=gross, tax_minor=gross - net, document_on=day,
            due_on=day + timedelta(days=account.terms_days), description=label,
            order_no=f"PO-{day:%y}{self.random.randrange(1000, 9999)}", lines=(line,),
        )  # fmt: skip

    def _credits(self, month: date, last: date) -> Iterable[DocumentDraft]:
        for account in self.accounts:
            payable = sorted((due, document_id) for document_id, (due, _) in account.open.items())
            ripe = [doc for due, doc in payable if self._pay_day(account, due, doc) <= last]
            while ripe:
                group, ripe = ripe[:6], ripe[6:]
                size = min(len(group), self.random.choice((1, 1, 2, 3, 4, 6)))
                ripe = group[size:] + ripe
                yield self._receipt(account, group[:size], month, last)
            if payable and self.random.random() < 0.06:
                yield from self._credit_note(account, month, last)

    def _pay_day(self, account: Account, due: date, document_id: int) -> date:
        """The day a customer pays an invoice: steady per invoice, and some are left for a long time."""
        steady = Random(document_id * 7919)
        if steady.random() < 0.03:
            return due + timedelta(days=120 + steady.randrange(200))
        return due + timedelta(days=round(steady.gauss(account.late_days, 9)))

    def _receipt(self, account: Account, invoices: list[int], month: date, last: date) -> DocumentDraft:
        latest = max(self._pay_day(account, account.open[doc][0], doc) for doc in invoices)
        billed = max(self.billed_on.get(doc, month) for doc in invoices)
        day = min(max(latest, month, billed), last)
        parts = []
        for document_id in invoices:
            due, open_minor = account.open.pop(document_id)
            paid = open_minor
            if self.random.random() < 0.05:
                paid = max(1, open_minor * self.random.choice((50, 60, 80)) // 100)
                account.open[document_id] = (due, open_minor - paid)
            parts.append(Application(document_id=document_id, amount_minor=paid))
        amount = sum(part.amount_minor or 0 for part in parts)
        if self.random.random() < 0.03:
            amount += max(1, amount // 50)
        text = "银行收款" if account.company.language == "zh" else "Bank receipt"
        return DocumentDraft(
            entity_id=self.entity_id, customer_id=account.customer_id, kind="receipt", document_no="",
            currency=account.company.currency, amount_minor=amount, document_on=day, method="bank",
            description=text, reference=f"··{3000 + account.customer_id * 37 % 6999:04d}", applies_to=tuple(parts),
        )  # fmt: skip

    def _credit_note(self, account: Account, month: date, last: date) -> Iterable[DocumentDraft]:
        candidates = [(doc, due, amount) for doc, (due, amount) in account.open.items() if amount > 100]
        if not candidates:
            return
        document_id, due, open_minor = self.random.choice(candidates)
        amount = max(1, open_minor * self.random.choice((5, 10, 20)) // 100)
        account.open[document_id] = (due, open_minor - amount)
        tax = amount * 13 // 113 if account.company.country == "CN" else 0
        yield DocumentDraft(
            entity_id=self.entity_id, customer_id=account.customer_id, kind="credit_note", document_no="",
            currency=account.company.currency, amount_minor=amount, tax_minor=tax,
            document_on=min(month + timedelta(days=self.random.randrange(20, 28)), last),
            description="折让" if account.company.language == "zh" else "Allowance",
            applies_to=(Application(document_id=document_id, amount_minor=amount),),
        )  # fmt: skip

    def _numbered(self, draft: DocumentDraft) -> DocumentDraft:
        prefix = {"invoice": "INV", "debit_note": "DN", "credit_note": "CN", "receipt": "RC"}[draft.kind]
        series = f"{prefix}-{draft.document_on:%y}"
        self.numbers[series] = self.numbers.get(series, 0) + 1
        return replace(draft, document_no=f"{series}-{self.numbers[series]:05d}")


def _next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
