"""What pages before sign-in show of the seller, and what they may say of the page that opens afterwards."""

from __future__ import annotations

from datetime import date

from flask import session

from portal.access import LinkView
from portal.http.frame import entity
from portal.http.languages import other_language_url
from portal.http.unit import unit
from portal.http.words import _, language, words


def door() -> dict[str, str]:
    """Return the argument ``door`` of templates/portal/sign_in/layout.html."""
    seller, chosen = entity(), language()
    other = "en" if chosen == "zh" else "zh"
    name, name_other = seller.name_in(chosen), seller.name_in(other)
    return {
        "seller_name": name,
        "seller_name_other": name_other if name_other != name else "",
        "host": unit().settings.host,
        "phone": seller.phone,
        "switch_language_url": other_language_url(),
    }


def seller_payload() -> dict[str, dict[str, str]]:
    """Return by language what mails say of the seller."""
    seller = entity()
    return {
        one: {"seller": seller.short_name_in(one), "seller_phone": seller.phone, "seller_email": seller.email}
        for one in ("zh", "en")
    }


def remember_link(link: LinkView) -> None:
    """Keep what the sign-in page may say of a link: kind and month, no name, no figure."""
    session["then"] = {"path": link.path, **{key: str(value)[:20] for key, value in link.label.items()}}


def words_of(target: str | None) -> str | None:
    """Return words for the page that opens after sign-in, e.g. "October 2026 statement"; None when there are none."""
    kept = session.get("then")
    if not target or not isinstance(kept, dict) or kept.get("path") != target:
        return None
    return label_words(kept)


def label_words(label: dict[str, str]) -> str:
    """Return a link's label in words."""
    kind, month = label.get("kind", ""), label.get("month", "")
    if kind == "statement" and month:
        return _("%(month)s statement", month=words().month(date.fromisoformat(f"{month}-01")))
    if kind == "dispute":
        return _("a dispute")
    if kind == "receipt":
        return _("a receipt")
    return _("the page of the mail")
