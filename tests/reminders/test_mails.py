"""Every mail reads in both languages, escapes what people typed, and holds no amount."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from portal.http.mail_texts import render_mail

EVENTS = (
    "statement-issued", "statement-reminder", "dispute-opened", "dispute-proposed", "dispute-resolved",
    "balance-signed", "new-link",
)  # fmt: skip
FIGURE = re.compile(r"\d[\d,]*\.\d\d\b")
PAYLOAD: dict[str, Any] = {
    "seller": "Chengchuan & Sons", "seller_phone": "0512-6688 0142", "seller_email": "ar@chengchuan.example",
    "customer": "<b>Acme</b>", "link": "/l/token", "why": "confirmer", "month": "2026-10", "version": 2,
    "currency": "CNY", "answer_by": "2026-11-15", "stage": 1, "is_late": False, "number": "D-26-0193",
    "document_no": "INV-1", "reason": "Billed twice", "answer_days": 5, "reply_by": "", "resolution": "Credit note",
    "signer": "Ping Zhou", "signed_on": "2026-11-06", "hash_short": "7F3A 91C4 0B2E", "kind": "statement",
}  # fmt: skip


@dataclass(frozen=True)
class Letter:
    event: str
    language: str = "en"
    recipient_name: str = "Ping <i>Zhou</i>"
    payload: dict[str, Any] = field(default_factory=lambda: PAYLOAD)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_mail_is_whole_in_both_languages(event: str, language: str) -> None:
    mail = render_mail(Letter(event, language), base_url="https://ar.example/")
    assert mail.subject
    assert "\n" not in mail.subject
    for body in (mail.text, mail.html):
        assert "https://ar.example/l/token" in body
        assert FIGURE.search(mail.subject + body) is None


@pytest.mark.parametrize("event", EVENTS)
def test_what_people_typed_is_escaped_once_and_only_in_html(event: str) -> None:
    """Attack case D18, mails."""
    mail = render_mail(Letter(event), base_url="https://ar.example")
    assert "<b>" not in mail.html
    assert "<i>" not in mail.html
    assert "&amp;lt;" not in mail.html
    assert "Ping <i>Zhou</i>" in mail.text
    assert "&" + "lt;" not in mail.text


@pytest.mark.parametrize("event", ["statement-issued", "statement-reminder"])
def test_it_names_statement_deadline_reason_and_phone(event: str) -> None:
    mail = render_mail(Letter(event), base_url="https://ar.example")
    assert "October 2026" in mail.subject
    for words in (
        "15 Nov 2026",
        "Opening this link confirms nothing.",
        "You receive this because you confirm statements for <b>Acme</b>.",
        "0512-6688 0142",
    ):
        assert words in mail.text


def test_a_late_one_does_not_ask_for_a_day_that_has_passed() -> None:
    letter = Letter("statement-reminder", payload=PAYLOAD | {"is_late": True})
    text = render_mail(letter, base_url="https://ar.example").text
    assert "Please answer soon: the date was 15 Nov 2026." in text
    assert "Please answer by" not in text


def test_braces_in_a_name_stay_words() -> None:
    """Attack case D19."""
    letter = Letter("statement-issued", payload=PAYLOAD | {"customer": "{{ 7*7 }}"})
    assert "{{ 7*7 }}" in render_mail(letter, base_url="https://ar.example").text
