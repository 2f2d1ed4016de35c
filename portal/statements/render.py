"""One statement as a file: JSON, CSV, XLSX or PDF, all from the same page, to the cent the same."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

from portal.i18n import Translator, translator
from portal.lists import neutral
from portal.statements.page import StatementPage, statement_facts
from portal.statements.render_pdf import render_pdf
from portal.statements.render_xlsx import render_xlsx
from portal.statements.rules import ANSWER_LABELS, KIND_LABELS
from portal.statements.words import COLUMNS

FORMS = ("pdf", "xlsx", "csv", "json")
_MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file ready to be sent: its bytes, media type and a file name in ASCII."""

    body: bytes
    media_type: str
    file_name: str


def render_statement(page: StatementPage, *, form: str, language: str, address: str = "") -> Rendered:
    """Return a statement as a file.

    Args:
        page: From ``find_statement``.
        form: One of ``FORMS``.
        language: ``zh`` or ``en``; PDF and XLSX name everything in both, this one first.
        address: Absolute address of the statement, printed and as QR code on the PDF.

    Returns:
        The file; the same statement, answers and language give the same bytes (XLSX: the same cells).
    """
    words = translator(language)
    body = {
        "json": lambda: render_json(page),
        "csv": lambda: render_csv(page, words),
        "xlsx": lambda: render_xlsx(page, words, address=address),
        "pdf": lambda: render_pdf(page, words, address=address),
    }[form]()
    number = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in page.customer.number
    )
    name = f"statement-{number}-{page.period_from:%Y-%m}-{page.currency}-v{page.version}.{form}"
    return Rendered(body, _MEDIA[form], name)


def render_json(page: StatementPage) -> bytes:
    """Return the Statement JSON as UTF-8 text."""
    return (json.dumps(statement_facts(page), ensure_ascii=False, indent=2) + "\n").encode()


def render_csv(page: StatementPage, words: Translator) -> bytes:
    """Return lines 0..n as CSV for Excel: UTF-8 with byte-order mark, plain decimals, ISO dates.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; figures are left alone.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([words.gettext(label) for label in COLUMNS.values()])
    for line in page.all_lines:
        writer.writerow(
            [
                line.no,
                neutral(line.document_no),
                words.gettext(KIND_LABELS[line.kind]),
                line.document_on.isoformat() if line.document_on else "",
                line.due_on.isoformat() if line.due_on else "",
                neutral(line.text),
                neutral(line.order_no),
                line.currency,
                line.amount.decimal_text,
                line.open.decimal_text,
                words.gettext(ANSWER_LABELS[line.answer]),
                line.disputed.decimal_text if line.answer == "disputed" else "",
            ]
        )
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
