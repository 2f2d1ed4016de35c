"""Customer pages of disputes over HTTP: list, form without scripts, one dispute, answers, refusals."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.clock import utc_now
from portal.db import Database
from portal.disputes import Proposal, note_dispute, propose_resolution
from portal.disputes.models import Dispute
from portal.money import Money
from tests.cast import BO, CHEN, MEI, Part, actor_of
from tests.web.company import Company, dispute_line
from tests.web.conftest import Browser

SECRET = "The sales office knew of this"


@pytest.fixture
def disputed(company: Company, database: Database) -> str:
    """Line 3, in part."""
    with database.writing() as session:
        return dispute_line(session, company.newest, 3, amount="100000")


@pytest.fixture
def proposed(disputed: str, database: Database) -> str:
    """The same with our proposal of 800.00."""
    with database.writing() as session:
        mei = actor_of(session, MEI)
        note_dispute(session, public_id=disputed, text=SECRET, actor=mei, now=utc_now())
        proposal = Proposal(Money(80000, "CNY"), "credit_note", "Eight pieces were missing.", "entry_error")
        propose_resolution(session, public_id=disputed, proposal=proposal, actor=mei, now=utc_now())
    return disputed


def _state(database: Database, public_id: str) -> str:
    with database.reading() as session:
        return session.scalars(select(Dispute.state).where(Dispute.public_id == public_id)).one()


def _form(company: Company, line: int) -> str:
    return f"/disputes/new?statement={company.newest}&line={line}"


# --- the form ---


def test_reasons_are_never_a_flat_list(ping_browser: Browser, company: Company) -> None:
    page = ping_browser.get(_form(company, 3)).text
    before_groups = page.split('class="reason-groups"')[0]
    assert len(re.findall(r'name="reason" value="', before_groups)) == 5
    assert len(re.findall(r'name="reason" value="', page)) == 27
    assert (
        len(
            re.findall(
                r'<details class="more-reasons"', page.split('class="reason-groups"')[1].split("</div>")[0]
            )
        )
        <= 6
    )


def test_the_open_amount_is_filled_in(ping_browser: Browser, company: Company) -> None:
    page = ping_browser.get(_form(company, 1)).text
    assert re.search(r'name="amount"[^>]*value="30,166\.00"|value="30,166\.00"[^>]*name="amount"', page)


def test_after_sending_the_next_line_waits(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    """Flow (b): number, promised days, no more reminders, next line focused."""
    answer = ping_browser.post(
        _form(company, 3),
        {
            "reason": "QTY", "amount": "1,000.50", "text": "Ten are missing.", "QTY.receipt_note": "GRN-7",
            "files": (io.BytesIO(b"GRN 7: 90 pieces"), "grn.txt"),
        },
        content_type="multipart/form-data",
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, f"/statements/{company.newest}#at-line-4")
    page = ping_browser.get(f"/statements/{company.newest}").text
    assert "D-26-0001" in page
    assert "no longer causes reminders" in page
    with database.reading() as session:
        row = session.scalars(select(Dispute)).one()
    assert (row.disputed_minor, row.facts) == (100050, {"receipt_note": "GRN-7"})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reason": "", "amount": "1"}, "Choose a reason."),
        ({"reason": "QTY", "amount": "1"}, "We need this fact for this reason."),
        ({"reason": "NRC", "amount": "0"}, "must be between"),
        ({"reason": "NRC", "amount": "-1"}, "is not an amount"),
        ({"reason": "NRC", "amount": "1.234"}, "is not an amount"),
        ({"reason": "NRC", "amount": "9" * 19}, "is not an amount"),
        ({"reason": "NRC", "amount": "999999"}, "must be between"),
        ({"reason": "OTH", "amount": "1", "text": "short"}, "at least 20 characters"),
    ],
)
def test_says_what_is_wrong_and_keeps_what_was_typed(
    ping_browser: Browser, company: Company, database: Database, values: dict[str, str], said: str
) -> None:
    """Security case D34: 422, nothing rounded in silence."""
    answer = ping_browser.post(_form(company, 3), {"text": "Kept words", **values})
    assert answer.status_code == 422
    assert said in answer.text
    assert values.get("text", "Kept words") in answer.text
    with database.reading() as session:
        assert session.scalars(select(Dispute)).all() == []


def test_a_disputed_line_leads_to_its_dispute(ping_browser: Browser, company: Company, disputed: str) -> None:
    answer = ping_browser.get(_form(company, 3))
    assert (answer.status_code, answer.location) == (303, f"/disputes/{disputed}")


def test_others_do_not_reach_the_form(
    vera_browser: Browser, browser_of: Callable[[Part], Browser], company: Company
) -> None:
    assert vera_browser.get(_form(company, 3)).status_code == 403
    assert browser_of(BO).get(_form(company, 3)).status_code == 404
    assert browser_of(MEI).get(_form(company, 3)).status_code in {403, 404}


@pytest.mark.parametrize(
    "query", ["", "?statement=x&line=1", "?document=x", "?statement=x&line=-1", "?statement=x&line=1e3"]
)
def test_addresses_that_name_nothing_are_not_found(ping_browser: Browser, query: str) -> None:
    assert ping_browser.get(f"/disputes/new{query}").status_code == 404


# --- one dispute ---


def test_the_customer_sees_proposal_and_talk_but_no_note(ping_browser: Browser, proposed: str) -> None:
    """Requirements 0-8 and 0-23: internal notes never reach a response body of the customer."""
    page = ping_browser.get(f"/disputes/{proposed}")
    assert page.status_code == 200
    assert "Accept the credit of 800.00" in page.text
    assert "Eight pieces were missing." in page.text
    for hidden in (SECRET, "Entry error", "entry_error"):
        assert hidden not in page.text
    for path in ("/disputes/", "/disputes/?format=csv", "/disputes/?tab=open&format=xlsx"):
        assert SECRET.encode() not in ping_browser.get(path).data


def test_accepting_names_the_amount_that_was_seen(
    ping_browser: Browser, proposed: str, database: Database
) -> None:
    assert ping_browser.post(f"/disputes/{proposed}/accept", {"seen": "700.00"}).status_code == 409
    assert _state(database, proposed) == "proposed"
    assert ping_browser.post(f"/disputes/{proposed}/accept", {"seen": "800.00"}).status_code == 303
    assert _state(database, proposed) == "accepted"
    assert ping_browser.post(f"/disputes/{proposed}/accept", {"seen": "800.00"}).status_code == 409


@pytest.mark.parametrize(
    ("act", "values", "state"),
    [
        ("counter", {"amount": "900", "text": "Nine."}, "countered"),
        ("refuse", {"text": "No."}, "refused"),
        ("withdraw", {"text": ""}, "withdrawn"),
        ("reply", {"text": "See the note."}, "proposed"),
    ],
)
def test_each_answer_works_without_scripts(
    ping_browser: Browser, proposed: str, database: Database, act: str, values: dict[str, str], state: str
) -> None:
    if act != "reply":
        assert ping_browser.get(f"/disputes/{proposed}/{act}").status_code == 200
    answer = ping_browser.post(f"/disputes/{proposed}/{act}", values)
    assert (answer.status_code, answer.location) == (303, f"/disputes/{proposed}")
    assert _state(database, proposed) == state
    assert ping_browser.get(f"/disputes/{proposed}").status_code == 200


@pytest.mark.parametrize(
    ("act", "values"),
    [("counter", {"amount": "1,000.01", "text": "x"}), ("counter", {"amount": "5", "text": ""}), ("refuse", {}),
     ("reply", {"text": " "})],
)  # fmt: skip
def test_refused_answers_say_why_and_change_nothing(
    ping_browser: Browser, proposed: str, database: Database, act: str, values: dict[str, str]
) -> None:
    assert ping_browser.post(f"/disputes/{proposed}/{act}", values).status_code == 422
    assert _state(database, proposed) == "proposed"


def test_a_withdrawn_line_can_be_answered_again(
    ping_browser: Browser, company: Company, disputed: str
) -> None:
    ping_browser.post(f"/disputes/{disputed}/withdraw", {"text": ""})
    row = ping_browser.get(f"/statements/{company.newest}").text.split('id="line-3"')[1].split("</tr>")[0]
    assert "Unanswered" in row


def test_strangers_get_404_and_viewers_read_only(
    vera_browser: Browser, browser_of: Callable[[Part], Browser], proposed: str, database: Database
) -> None:
    assert vera_browser.get(f"/disputes/{proposed}").status_code == 200
    assert vera_browser.post(f"/disputes/{proposed}/reply", {"text": "x"}).status_code == 403
    bo = browser_of(BO)
    for act, values in (
        ("accept", {"seen": "800.00"}),
        ("reply", {"text": "x"}),
        ("withdraw", {}),
        ("counter", {"amount": "1", "text": "x"}),
    ):
        assert vera_browser.post(f"/disputes/{proposed}/{act}", values).status_code == 403
        assert bo.post(f"/disputes/{proposed}/{act}", values).status_code == 404
    assert bo.get(f"/disputes/{proposed}").status_code == 404
    assert browser_of(CHEN).post(f"/disputes/{proposed}/accept", {"seen": "800.00"}).status_code in {403, 404}
    assert _state(database, proposed) == "proposed"


def test_a_post_without_its_token_is_refused(
    ping_browser: Browser, proposed: str, database: Database
) -> None:
    answer = ping_browser.client.post(f"/disputes/{proposed}/accept", data={"seen": "800.00"})
    assert answer.status_code == 400
    assert _state(database, proposed) == "proposed"


def test_looking_changes_nothing(ping_browser: Browser, proposed: str, database: Database) -> None:
    for act in ("accept", "reply"):
        assert ping_browser.get(f"/disputes/{proposed}/{act}").status_code == 405
    for act in ("counter", "refuse", "withdraw"):
        ping_browser.get(f"/disputes/{proposed}/{act}")
    assert _state(database, proposed) == "proposed"


# --- the list ---


def test_the_list_has_tabs_sums_and_downloads(ping_browser: Browser, disputed: str) -> None:
    page = ping_browser.get("/disputes/?tab=open").text
    assert "D-26-0001" in page
    assert "1,000.00" in page
    csv = ping_browser.get("/disputes/?tab=open&format=csv").text
    assert "D-26-0001" in csv
    assert "1000.00" in csv
    assert ping_browser.get("/disputes/?sort=facts").status_code == 400


def test_nothing_to_show_says_why(ping_browser: Browser, company: Company) -> None:
    assert "No open disputes. Raise one from a line." in ping_browser.get("/disputes/").text


def test_both_languages_show_the_page(ping_browser: Browser, proposed: str) -> None:
    page = ping_browser.get(f"/disputes/{proposed}?lang=zh")
    assert page.status_code == 200
    assert 'lang="zh-Hans"' in page.text
