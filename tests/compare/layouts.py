"""Five ledgers as five bookkeeping programs export them, all of the same account; made here, not found."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import xlsxwriter

#: Day, number, text, change of what the customer owes in cents; what every layout below says.
MOVEMENTS = (
    (date(2026, 10, 2), "INV-26-0101", "ball screws", 113_000),
    (date(2026, 10, 7), "INV-26-0102", "bearings", 45_500),
    (date(2026, 10, 15), "PAY-0077", "payment", -100_000),
    (date(2026, 10, 21), "INV-26-0103", "freight", 1_260),
    (date(2026, 10, 28), "CN-26-0009", "credit note", -8_420),
)
OPENING = 250_000
CLOSING = OPENING + sum(minor for *_, minor in MOVEMENTS)


def _plain(minor: int) -> str:
    return f"{minor / 100:.2f}"


def _german(minor: int) -> str:
    return f"{minor / 100:,.2f}".replace(",", "x").replace(".", ",").replace("x", ".")


def chinese_ledger() -> bytes:
    """XLSX: preamble with the year, month and day apart, payable mirrored, 方向, running balance, totals in between."""
    sheet_rows: list[list[Any]] = [
        ["供应商往来明细账"], ["会计年度：2026年", "", "", "科目：应付账款"],
        ["月", "日", "凭证字号", "摘要", "借方金额", "贷方金额", "方向", "余额"],
        [10, 1, "", "期初余额", "", "", "贷", OPENING / 100],
    ]  # fmt: skip
    balance = OPENING
    for no, (day, number, text, minor) in enumerate(MOVEMENTS, start=1):
        balance += minor
        sides = ["", minor / 100] if minor > 0 else [-minor / 100, ""]
        sheet_rows.append(
            [f"{day.month}月", day.day, f"记-{no:04d}", f"{text} {number}", *sides, "贷", balance / 100]
        )
        if no == 3:
            sheet_rows.append(["", "", "", "本日小计", 1000, 1585, "", ""])
    sheet_rows += [
        ["", "", "", "本月合计", 1084.2, 1597.6, "贷", balance / 100],
        ["", "", "", "本年累计", 9084.2, 8597.6, "贷", ""],
    ]
    return workbook({"说明": [["导出说明"], ["仅供参考"]], "应付账款": sheet_rows})


def german_ledger() -> bytes:
    """CSV in cp1252: Soll and Haben, decimal comma, opening and closing rows, days first."""
    lines = [["Kreditorenkonto 70012;;;;;"], [], ["Belegdatum;Belegnummer;Buchungstext;Soll;Haben;Saldo"]]
    lines.append([f"01.10.2026;;Saldovortrag;;;{_german(-OPENING)}"])
    balance = -OPENING
    for day, number, text, minor in MOVEMENTS:
        balance -= minor
        sides = f";{_german(minor)}" if minor > 0 else f"{_german(-minor)};"
        lines.append([f"{day:%d.%m.%Y};{number};{text};{sides};{_german(balance)}"])
    lines.append([f";;Schlusssaldo;;;{_german(balance)}"])
    return "\r\n".join("".join(line) for line in lines).encode("cp1252")


def english_list() -> bytes:
    """CSV: one signed column the other way round, month names, a type of entry."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["Type", "Doc No.", "Posting Date", "Description", "Amount (CNY)"])
    writer.writerow(["", "", "1 October 2026", "Balance brought forward", _plain(-OPENING)])
    for day, number, text, minor in MOVEMENTS:
        kind = "Invoice" if minor > 0 else "Payment" if number.startswith("PAY") else "Credit memo"
        writer.writerow([kind, number, f"{day.day} {day:%b %Y}", text, _plain(-minor)])
    writer.writerow(["", "", "", "Total", _plain(-CLOSING)])
    return buffer.getvalue().encode()


def french_sheets() -> bytes:
    """XLSX: two sheets of one account, Débit and Crédit, dates as serial numbers."""
    head = ["Date", "N° pièce", "Libellé", "Débit", "Crédit"]
    first: list[list[Any]] = [head, [date(2026, 10, 1), "", "Report à nouveau", "", OPENING / 100]]
    second: list[list[Any]] = [head]
    for place, (day, number, text, minor) in enumerate(MOVEMENTS):
        sides = ["", minor / 100] if minor > 0 else [-minor / 100, ""]
        (first if place < 3 else second).append([day, number, text, *sides])
    return workbook({"Début": first, "Fin": second})


def spanish_unnamed() -> bytes:
    """CSV: semicolons, Debe and Haber with a thousands point, the balance without a name and no opening row."""
    lines = ["Fecha;Factura;Concepto;Debe;Haber;"]
    balance = OPENING
    for day, number, text, minor in MOVEMENTS:
        balance += minor
        sides = f";{_german(minor)}" if minor > 0 else f"{_german(-minor)};"
        lines.append(f"{day:%d/%m/%Y};{number};{text};{sides};{_german(balance)}")
    return "\n".join(lines).encode()


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Return an XLSX of plain cells."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for no, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell != "":
                    sheet.write(no, place, cell)
    book.close()
    return buffer.getvalue()


LAYOUTS = {
    "chinese": chinese_ledger, "german": german_ledger, "english": english_list, "french": french_sheets,
    "spanish": spanish_unnamed,
}  # fmt: skip
