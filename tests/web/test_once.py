"""A form of a page has one effect, however often it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.db import Database
from portal.disputes.models import DisputeEvent
from tests.cast import CHEN, MEI, Part
from tests.web.admin.cases import Cases, make_cases
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture
def cases(database: Database) -> Cases:
    return make_cases(database)


def numbered(browser: Browser, page: str) -> str:
    found = re.search(r'name="form_number" value="([\w-]{22})"', browser.get(page).text)
    assert found, page
    return found[1]


def replies(database: Database) -> int:
    with database.reading() as session:
        return (
            session.scalar(select(func.count()).select_from(DisputeEvent).where(DisputeEvent.text == "Seen."))
            or 0
        )


@pytest.mark.db
def test_a_second_click_has_no_effect_and_the_same_answer(
    database: Database, cases: Cases, browser_of: Open
) -> None:
    """Attack case D29."""
    page, mei = f"/admin/disputes/{cases.open()}", browser_of(MEI)
    form = {"text": "Seen.", "form_number": numbered(mei, page)}
    first, second = (mei.post(f"{page}/reply", form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert replies(database) == 1


def test_other_content_under_the_same_number_is_refused(
    database: Database, cases: Cases, browser_of: Open
) -> None:
    """Attack case D29."""
    page, mei = f"/admin/disputes/{cases.open()}", browser_of(MEI)
    form = {"text": "Seen.", "form_number": numbered(mei, page)}
    assert mei.post(f"{page}/reply", form).status_code == 303
    assert mei.post(f"{page}/reply", form | {"text": "Something else."}).status_code == 409
    assert browser_of(CHEN).post(f"{page}/reply", form).status_code == 409
    assert replies(database) == 1


def test_a_form_that_was_refused_may_be_sent_again(
    database: Database, cases: Cases, browser_of: Open
) -> None:
    page, mei = f"/admin/disputes/{cases.open()}", browser_of(MEI)
    number = numbered(mei, page)
    assert mei.post(f"{page}/reply", {"text": "", "form_number": number}).status_code == 422
    assert mei.post(f"{page}/reply", {"text": "Seen.", "form_number": number}).status_code == 303
    assert replies(database) == 1


@pytest.mark.db
def test_ten_at_once_have_one_effect(app: Flask, database: Database, cases: Cases, browser_of: Open) -> None:
    """Attack case D29."""
    page = f"/admin/disputes/{cases.open()}"
    mei = browser_of(MEI)
    form = {"text": "Seen.", "form_number": numbered(mei, page), "csrf_token": mei.csrf_token}
    cookie = mei.client.get_cookie("concord")
    assert cookie is not None

    def send(_number: int) -> int:
        client = app.test_client()
        client.set_cookie("concord", cookie.value)
        return client.post(f"{page}/reply", data=form).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, range(10))) == {303}
    assert replies(database) == 1
