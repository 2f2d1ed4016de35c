"""Ledgers the demo's customers upload: their view of our account, with the differences real books have."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import xlsxwriter
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments import FileDraft
from portal.compare import receive_ledger, run_comparison, start_comparison
from portal.db import Database
from portal.demo.company import Cast, confirmer_actor
from portal.lists import ListQuery
from portal.money import Money
from portal.statements import LineView, StatementPage, find_statement, list_statements

#: One movement of their ledger: day, number, text, change of what they owe in minor units.
Row = tuple[date, str, str, int]


def compare_some(database: Database, month: date, cast: Cast, *, now: datetime) -> None:
    """Let the two known bookkeepers compare the newest month, and leave one upload half done.

    Args:
        database: With the month's statements issued.
        month: Its first day.
        cast: The first confirmer writes Chinese and keeps workbooks, the second exports English CSV.
        now: When.
    """
    started: list[str] = []
    for place, confirmer in enumerate(cast.confirmers[:2]):
        with database.writing() as session:
            actor = confirmer_actor(session, confirmer)
            page = _page(session, month, actor)
            if page is None:
                continue
            file = _workbook(page) if place == 0 else _text(page)
            customer_id = confirmer.customer_id
            started.append(receive_ledger(session, file=file, customer_id=customer_id, actor=actor, now=now))
            start_comparison(session, public_id=started[-1], actor=actor, now=now)
            if place == 0:
                half = FileDraft(f"往来明细-{month:%Y%m}.csv", _odd_text(page))
                later = now + timedelta(minutes=20)
                receive_ledger(session, file=half, customer_id=customer_id, actor=actor, now=later)
    for public_id in started:
        run_comparison(database, public_id=public_id, now=now + timedelta(minutes=1))


def _page(session: Session, month: date, actor: Actor) -> StatementPage | None:
    rows = list_statements(session, query=ListQuery(per_page=0), actor=actor, month=month).rows
    return find_statement(session, public_id=rows[0].public_id, actor=actor) if rows else None


def _rows(page: StatementPage, *, payment: str, purchase: str, charge: str) -> list[Row]:
    """Return their version of the month: late, rounded, forgotten, paid already."""
    rows: list[Row] = []
    invoices = [line for line in page.lines if line.kind == "invoice"]
    receipts = [line for line in page.lines if line.kind == "receipt"]
    left_out = {line.no for line in (*invoices[3:4], *_last(page))}
    for line in page.lines:
        if line.no in left_out or line.document_on is None:
            continue
        minor, text = line.amount_minor, purchase if line.amount_minor > 0 else payment
        if invoices and line.no == invoices[0].no:
            minor -= minor // 20
        if receipts and line.no == receipts[0].no:
            minor -= 1500
            text = f"{payment} {charge}"
        day = line.document_on + timedelta(days=line.no % 3 if line.amount_minor > 0 else 0)
        rows.append((min(day, page.as_of), line.document_no, text, minor))
    if invoices:
        rows.append(
            (page.as_of - timedelta(days=1), "", payment, -(abs(page.figures.closing.minor) // 7 or 100000))
        )
    return sorted(rows)


def _last(page: StatementPage) -> Sequence[LineView]:
    """Lines of the last days: in transit to the customer."""
    late = [
        line
        for line in page.lines
        if line.kind == "invoice" and line.document_on and (page.as_of - line.document_on).days < 3
    ]
    return late[-1:]


def _workbook(page: StatementPage) -> FileDraft:
    """Return a Chinese detail ledger: preamble, opening row, month and day apart, running balance, totals."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("应付账款")
    sheet.write_row(0, 0, ["供应商往来明细账"])
    sheet.write_row(
        1, 0, [f"会计年度：{page.period_from.year}年", "", "", "", "", "", "币种：" + page.currency]
    )
    sheet.write_row(3, 0, ["月", "日", "凭证字号", "摘要", "借方金额", "贷方金额", "方向", "余额"])
    balance = page.figures.opening
    sheet.write_row(4, 0, [page.period_from.month, 1, "", "期初余额", "", "", "贷", _float(balance)])
    line_no, debit, credit = 5, 0, 0
    rows = _rows(page, payment="支付货款", purchase="采购入库", charge="含手续费")
    for no, (day, number, text, minor) in enumerate(rows, start=1):
        balance += Money(minor, page.currency)
        debit, credit = debit - min(minor, 0), credit + max(minor, 0)
        figures = (
            ["", _float(Money(minor, page.currency))]
            if minor > 0
            else [_float(Money(-minor, page.currency)), ""]
        )
        sheet.write_row(
            line_no,
            0,
            [day.month, day.day, f"记-{no:03d}", f"{text} {number}".strip(), *figures, "贷", _float(balance)],
        )
        line_no += 1
    sums = [_float(Money(debit, page.currency)), _float(Money(credit, page.currency))]
    sheet.write_row(line_no, 0, ["", "", "", "本月合计", *sums, "贷", _float(balance)])
    book.close()
    return FileDraft(f"应付账款明细-{page.period_from:%Y%m}.xlsx", buffer.getvalue())


def _text(page: StatementPage) -> FileDraft:
    """Return an English vendor ledger: one signed column the other way round, day first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(["Vendor ledger", "", "", "", ""])
    writer.writerow(["Posting date", "Document", "Text", f"Amount ({page.currency})", "Balance"])
    balance = -page.figures.opening
    writer.writerow([f"{page.period_from:%d.%m.%Y}", "", "Balance brought forward", "", _comma(balance)])
    rows = _rows(page, payment="Payment run", purchase="Incoming invoice", charge="incl. bank charges")
    for day, number, text, minor in rows:
        balance -= Money(minor, page.currency)
        amount = _comma(Money(-minor, page.currency))
        writer.writerow([f"{day:%d.%m.%Y}", number.removeprefix("INV-"), text, amount, _comma(balance)])
    writer.writerow(["", "", "Closing balance", "", _comma(balance)])
    return FileDraft(f"vendor-ledger-{page.period_from:%Y-%m}.csv", buffer.getvalue().encode("cp1252"))


def _odd_text(page: StatementPage) -> bytes:
    """Return an export whose columns are named in a way that leaves doubts."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["发生时间", "业务号", "内容", "发生额", "结存"])
    balance = page.figures.opening
    rows = _rows(page, payment="付款", purchase="应付", charge="手续费")
    for day, number, text, minor in rows:
        balance += Money(minor, page.currency)
        writer.writerow([day, number, text, Money(minor, page.currency).decimal_text, balance.decimal_text])
    return buffer.getvalue().encode("gb18030")


def _float(money: Money) -> float:
    return float(money.decimal_text)


def _comma(money: Money) -> str:
    return money.decimal_text.replace(".", ",")
