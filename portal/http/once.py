"""Each form a page shows carries a number; sent twice, it has one effect and one answer.

A second click, a repeated request and the Back button all send the number again. What the first sending did and where
it led are written in one transaction; the second is led there without asking the page. Parts that scripts exchange
keep their forms, and so their number, after an act: they are left out, for their acts are safe to repeat.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable

from flask import Flask, Response, g, redirect, request

from portal.access import find_sent_form, keep_sent_form

FIELD = "form_number"
_NUMBER = re.compile(r"[A-Za-z0-9_-]{22}")


def form_number() -> str:
    """Return a number for one form of a page."""
    return secrets.token_urlsafe(16)


def answer_once(answer: Callable[[], Response]) -> Response:
    """Answer a request; when it brings a form that was already taken, answer as then.

    Raises:
        OtherContent: The form came before with other content.
    """
    number = _number()
    if not number:
        return answer()
    content_hash = _content_hash()
    earlier = _earlier(number, content_hash)
    if earlier is not None:
        return earlier
    try:
        response = answer()
    except Exception:
        earlier = _earlier(
            number, content_hash
        )  # refused, perhaps, for the same form was at work a moment before
        if earlier is None:
            raise
        return earlier
    return response if response.status_code < 400 else _earlier(number, content_hash) or response


def keep_answer(response: Response) -> None:
    """Note the answer to a numbered form beside what it did, before both are committed."""
    number = _number()
    if number and 300 <= response.status_code < 400 and response.location:
        keep_sent_form(
            g.session, number=number, content_hash=_content_hash(), location=response.location, actor=g.actor,
            now=g.now,
        )  # fmt: skip


def _number() -> str:
    """Return the number of the form that was sent; nothing for whatever is left out."""
    number = request.form.get(FIELD, "") if request.method == "POST" else ""
    is_counted = _NUMBER.fullmatch(number) and g.signed_in is not None and "HX-Request" not in request.headers
    return number if is_counted else ""


def _earlier(number: str, content_hash: str) -> Response | None:
    with g.database.reading() as session:
        location = find_sent_form(session, number=number, content_hash=content_hash, actor=g.actor)
    if location is None:
        return None
    response = redirect(location, 303)
    assert isinstance(response, Response)
    return response


def _content_hash() -> str:
    digest = hashlib.sha256(request.full_path.encode())
    for name, value in request.form.items(multi=True):
        if name not in {"csrf_token", FIELD}:
            digest.update(f"\n{name}={len(value)}:{value}".encode())
    for name, file in request.files.items(multi=True):
        digest.update(f"\n{name}={file.filename}".encode())
    return digest.hexdigest()


def set_up_once(app: Flask) -> None:
    """Give templates the numbers of their forms."""
    app.jinja_env.globals["form_number"] = form_number
