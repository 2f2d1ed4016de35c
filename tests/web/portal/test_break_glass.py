"""The public page that breaks a seal: no account is told apart, nothing is opened without a reason."""

from __future__ import annotations

import re

from tests.cast import MEI
from tests.web.conftest import Browser


def test_tells_nothing_about_accounts(nobody: Browser) -> None:
    typed = {"secret": "a" * 35, "opened_by": "Li", "reason": "Nobody else is here today"}
    known = nobody.post("/break-glass", typed | {"email": MEI.email})
    unknown = nobody.post("/break-glass", typed | {"email": "nobody@seller.example"})
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert words(known.text) == words(unknown.text)


def words(page: str) -> str:
    """Return what a page says, without addresses typed and numbers made for it."""
    return re.sub(r"<[^>]*>", "", page)


def test_refuses_many_tries(nobody: Browser) -> None:
    """Attack case D15: the same counters as at sign-in."""
    typed = {"email": MEI.email, "secret": "x", "opened_by": "Li", "reason": "Nobody else is here today"}
    assert [nobody.post("/break-glass", typed).status_code for _ in range(11)].count(422) <= 10
    assert nobody.post("/break-glass", typed).status_code == 429


def test_keeps_what_was_typed(nobody: Browser) -> None:
    answer = nobody.post(
        "/break-glass", {"email": MEI.email, "secret": "x", "opened_by": "Li Wei", "reason": "no"}
    )
    assert answer.status_code == 422
    assert "Li Wei" in answer.text
