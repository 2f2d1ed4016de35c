"""A statement as PDF by typst: bilingual, the reader's language first, made for printing and sealing."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from portal.i18n import Translator, translator
from portal.money import NARROW_SPACE, Money, capital_amount, format_amount
from portal.statements.facts import BUCKETS, FIGURES
from portal.statements.page import LineView, StatementPage
from portal.statements.rules import ANSWER_LABELS, KIND_LABELS
from portal.statements.words import BUCKET_LABELS, COLUMNS, FIGURE_LABELS, LABELS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates" / "documents" / "statement.typ"
FONTS = ROOT / "static" / "vendor" / "fonts"

_OPERATORS = ("", "+", "\u2212", "\u2212", "=")
_TABLE = ("document_on", "document_no", "text", "due_on", "amount", "open", "answer")
NO_BREAK_SPACE = "\u00a0"
_COMPILING = Lock()


def render_pdf(page: StatementPage, words: Translator, *, address: str = "") -> bytes:
    """Return the statement as tagged PDF/A-3; page heads repeat, the foot names page, day, version and hash.

    Args:
        page: From ``find_statement``.
        words: The reader's language; the other one stands smaller beneath.
        address: Absolute address of the statement, printed and as QR code; "" leaves both away.
    """
    inputs = {"data": json.dumps(document_content(page, words, address=address), ensure_ascii=False)}
    made_at = (page.issued_at or page.prepared_at).replace(microsecond=0)
    return compile_pdf(TEMPLATE, inputs, made_at=made_at)


def compile_pdf(template: Path, inputs: dict[str, str], *, made_at: datetime) -> bytes:
    """Return the PDF of a template of this folder; the same inputs and instant give the same bytes.

    One compiler a process is kept, because reading the fonts costs more than a document; one thread uses it at a time.
    """
    with _COMPILING:
        made = _compiler(str(template)).compile(
            format="pdf", sys_inputs=inputs, timestamp=made_at, pdf_standards=["a-3a", "ua-1"]
        )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=4)
def _compiler(template: str) -> Any:
    import typst

    return typst.Compiler(
        template, root=str(TEMPLATE.parent), font_paths=[str(FONTS)], ignore_system_fonts=True
    )


def document_content(page: StatementPage, words: Translator, *, address: str) -> dict[str, Any]:
    """Return everything the template prints as ready text; the template only places it."""
    content = _Content(page, words, translator("en" if words.language == "zh" else "zh"))
    shown = content.labels(LABELS)
    return {
        "lang": words.language,
        "label": shown,
        "draft": not page.is_issued,
        "month": words.month(page.period_from),
        "seller": content.names(page.entity.name, page.entity.name_en),
        "seller_facts": content.facts(
            ("tax_no", page.entity.tax_no), ("address", page.entity.street_address),
            ("bank_details", page.entity.bank_details),
        ),
        "customer": content.names(page.customer.name, page.customer.name_en),
        "customer_facts": content.facts(
            ("customer_no", page.customer.number), ("tax_no", page.customer.tax_no),
            ("address", page.customer.street_address),
        ),
        "meta": content.meta(),
        "strip": content.strip(),
        "apart": [content.labelled(FIGURE_LABELS[key], getattr(page.figures, key)) for key in ("due_now", "overdue")],
        "words": capital_amount(page.figures.closing) if words.language == "zh" else "",
        "ageing": [content.labelled(BUCKET_LABELS[key], getattr(page.ageing, key)) for key in BUCKETS],
        "columns": content.labels({key: COLUMNS[key] for key in _TABLE}),
        "rows": [content.row(line) for line in page.all_lines],
        "total": content.figure(page.figures.closing),
        "answers": [
            content.labelled(LABELS[key], getattr(page.progress, key))
            for key in ("confirmed", "disputed", "unanswered")
        ],
        "foot": content.foot(),
        "page_words": words.gettext("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "address": address,
        "qr": _qr_code(address) if address else "",
        "prove": words.gettext("Answer and sign online. Opening this address confirms nothing."),
    }  # fmt: skip


class _Content:
    """Writes the parts of the document in the reader's language with the other one beneath."""

    def __init__(self, page: StatementPage, words: Translator, other: Translator) -> None:
        self._page, self._words, self._other = page, words, other
        self._kinds = {key: words.gettext(label) for key, label in KIND_LABELS.items()}
        self._answers = {key: words.gettext(label) for key, label in ANSWER_LABELS.items()}

    def labels(self, labels: dict[str, str]) -> dict[str, list[str]]:
        """Return key → [word, word of the other language or nothing]."""
        return {key: self._both(label) for key, label in labels.items()}

    def _both(self, label: str) -> list[str]:
        word, other = self._words.gettext(label), self._other.gettext(label)
        return [word, other if other != word else ""]

    def names(self, name: str, name_en: str) -> list[str]:
        """Return a company's two names, the reader's language first."""
        first, second = (name, name_en) if self._words.language == "zh" else (name_en, name)
        return [first or second, second if first and second != first else ""]

    def facts(self, *facts: tuple[str, str]) -> list[list[str]]:
        """Return [label, value] of the facts that are known."""
        return [[self._words.gettext(LABELS[key]), value] for key, value in facts if value]

    def labelled(self, label: str, money: Money) -> dict[str, Any]:
        """Return a figure with its label in both languages."""
        return {"label": self._both(label), **self.figure(money)}

    def figure(self, money: Money) -> dict[str, Any]:
        """Return a figure as text, and whether it is printed red."""
        return {"text": format_amount(money), "minus": money.minor < 0}

    def meta(self) -> list[list[str]]:
        """Return [label, value] of period, day, currency, version, deadline."""
        page, words = self._page, self._words
        period = f"{words.day(page.period_from)} – {words.day(page.as_of)}"
        return self.facts(
            ("period", period), ("currency", page.currency), ("version", str(page.version)),
            ("answer_by", words.day(page.answer_by_on) if page.answer_by_on else ""),
        )  # fmt: skip

    def strip(self) -> list[dict[str, Any]]:
        """Return opening + invoiced − received − credited = closing."""
        strip = []
        for operator, key in zip(_OPERATORS, FIGURES[:5], strict=True):
            money = getattr(self._page.figures, key)
            part = self.labelled(FIGURE_LABELS[key], money) | {"op": operator, "total": key == "closing"}
            if key == "closing":
                # The narrow space of screens is missing in the font of documents.
                part["text"] = self._words.headline(money).replace(NARROW_SPACE, NO_BREAK_SPACE)
                part["label"] = self._both(LABELS["we_owe" if money.minor < 0 else "you_owe"])
            strip.append(part)
        return strip

    def row(self, line: LineView) -> dict[str, Any]:
        """Return one line of the table as ready text."""
        kind = self._kinds[line.kind]
        content = " · ".join(part for part in (kind, line.text, line.order_no) if part)
        if line.no == 0:
            content = kind
        answer = self._answers[line.answer] if line.answer != "none" else ""
        if line.is_part_disputed:
            answer += f" {format_amount(line.disputed)}"
        return {
            "date": self._words.day(line.document_on) if line.document_on else "",
            "number": line.document_no,
            "text": content,
            "due": self._words.day(line.due_on) if line.due_on else "—" if line.no else "",
            "amount": self.figure(line.amount),
            "open": self.figure(line.open) if line.no else {"text": "", "minus": False},
            "answer": answer,
        }

    def foot(self) -> str:
        """Return day, version and hash for the foot of every page."""
        page, words = self._page, self._words
        return words.gettext(
            "As of %(day)s · version %(version)s · %(hash)s", day=page.as_of, version=page.version,
            hash=page.hash_short,
        )  # fmt: skip


def _qr_code(address: str) -> str:
    """Return a QR code (ISO/IEC 18004, error level M) as SVG text."""
    import segno

    return str(segno.make(address, error="m", micro=False).svg_inline(border=0))
