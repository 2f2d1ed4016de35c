"""A paper answer counts after a second look, and says everywhere that it is none of the portal."""

from __future__ import annotations

import io
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations.models import Confirmation, PaperConfirmation
from portal.statements.models import Statement
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, Part
from tests.web.admin.desk import approve_only, ask, issued
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_a_paper_answer_is_marked_everywhere(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor
) -> None:
    statement = issued(session, books, mei)
    clerk, path = browser_of(MEI), f"/admin/statements/{statement}/paper"
    given = {
        "outcome": "agreed", "channel": "paper", "given_on": "2026-03-01", "given_by": "Li Wen",
        "given_title": "Finance manager",
    }  # fmt: skip
    refused = clerk.post(path, given)
    assert refused.status_code == 422
    assert 'value="Li Wen"' in refused.text
    sent = given | {"files": (io.BytesIO(PDF), "letter.pdf")}
    assert clerk.post(path, sent, content_type="multipart/form-data").status_code == 303
    page = approve_only(browser_of(CHEN), session)
    assert "letter.pdf" in page
    assert "Li Wen, Finance manager" in page
    assert ask(session, select(Statement.state).where(Statement.public_id == statement)) == ["recorded"]
    (receipt,) = ask(session, select(Confirmation.public_id))
    shown = browser_of(PING).get(f"/receipts/{receipt}?lang=en").text
    assert "It does not count as a signature." in shown
    assert "letter.pdf" in shown
    assert "Answer on paper, recorded by us" in browser_of(PING).get("/statements?lang=en").text
    assert (
        "Recorded by us, not electronic" in browser_of(AUD).get(f"/admin/statements/{statement}?lang=en").text
    )
    assert browser_of(AUD).get(path).status_code == 403
    assert ask(session, select(PaperConfirmation.state)) == ["recorded"]
