"""Render a message of the outbox in its recipient's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.http.filters import DEFAULT_ZONE, install_filters
from portal.http.words import install_words, speaking

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class Letter(Protocol):
    """What is rendered: a row of the outbox, leased or looked at."""

    @property
    def event(self) -> str:
        """Names the folder of templates."""

    @property
    def recipient_name(self) -> str:
        """How the mail addresses its reader."""

    @property
    def language(self) -> str:
        """``zh`` or ``en``."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """Values of the templates."""


@dataclass(frozen=True, slots=True)
class MailText:
    """A rendered mail; the subject is one line."""

    subject: str
    text: str
    html: str


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
    )
    install_words(environment)
    install_filters(environment, lambda: DEFAULT_ZONE)
    return environment


def render_mail(letter: Letter, *, base_url: str, opened: Mapping[str, str] | None = None) -> MailText:
    """Return subject, text and HTML of a message.

    Args:
        letter: The message.
        base_url: Public address; every link starts with it.
        opened: What lies sealed in the letter (``link``, ``secret``); None when the letter is only looked at.
    """
    base = base_url.rstrip("/")
    with speaking(letter.language) as tr:
        values = dict(letter.payload) | {
            "tr": tr,
            "language": tr.language,
            "link": letter.payload.get("link", ""),
            "secret": "········",
            **(opened or {}),
            "recipient_name": letter.recipient_name,
            "base_url": base,
            "url": lambda path: base + path,
            "day_of": date.fromisoformat,
            "moment_of": datetime.fromisoformat,
        }
        parts = [
            _environment().get_template(f"mail/{letter.event}/{part}").render(values)
            for part in ("subject.txt", "body.txt", "body.html")
        ]
    return MailText(" ".join(parts[0].split()), parts[1].strip() + "\n", parts[2])
