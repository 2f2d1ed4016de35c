"""The worklist: what waits by the time left, five numbers that lead to their rows, the next step of a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Grant, Person
from portal.clock import utc_now
from portal.customers.models import Customer
from portal.disputes.models import Dispute
from portal.tasks import TaskDraft, open_task
from portal.tasks.models import Task
from portal.worklist import WorkItem, count_work, customers_owned, list_work, work_counts, work_figures
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, SEC, SYS, Part
from tests.statements.months import FEBRUARY, issue_month, statement_of
from tests.web.admin.desk import STORY, dispute_about
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
NOW = utc_now()


@pytest.fixture
def waiting(session: Session, books: Callable[[str], Books], mei: Actor) -> dict[str, str]:
    """A dispute, an unanswered statement past its deadline, and a question: their public ids."""
    acme = books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=NOW - timedelta(days=30))
    statement = statement_of(session, "ACME", "CNY").public_id
    dispute = dispute_about(session, acme.public_ids["INV-2"], actor=mei, now=NOW)
    facts = {
        "document_no": "INV-1",
        "text": "Which order is it?",
        "asked_by": "Ping Zhou",
        "month": "2026-02",
    }
    task = open_task(
        session,
        TaskDraft(
            key="q",
            kind="question",
            subject_kind="statement",
            subject_id=statement,
            due_on=NOW.date(),
            facts=facts,
        ),
        actor=mei,
        now=NOW,
    )
    session.commit()
    return {"dispute": dispute, "statement": statement, "task": task}


def test_shows_what_waits_with_the_five_numbers(browser_of: Open, waiting: dict[str, str]) -> None:
    page = browser_of(MEI).get("/admin").text
    for kind, public_id in waiting.items():
        assert f'data-row="{kind}:{public_id}"' in page
    for words in (
        "Due today",
        "Disputed",
        "February 2026 statements answered",
        "To approve",
        "Questions and tasks",
    ):
        assert words in page
    assert "0%" in page
    assert "CNY\u202f50.00" in page or "CNY 50.00" in page
    assert browser_of(MEI).get("/admin/").text.count("data-row=") == page.count("data-row=")


def test_narrows_to_one_kind_and_to_what_is_due(browser_of: Open, waiting: dict[str, str]) -> None:
    mei = browser_of(MEI)
    tasks = mei.get("/admin?tab=tasks").text
    assert waiting["task"] in tasks
    assert f"dispute:{waiting['dispute']}" not in tasks
    due = mei.get("/admin?due=today").text
    assert f"statement:{waiting['statement']}" in due
    assert f"dispute:{waiting['dispute']}" not in due


def test_previews_the_chosen_row_with_its_next_step(browser_of: Open, waiting: dict[str, str]) -> None:
    mei = browser_of(MEI)
    dispute = mei.get(f"/admin?item=dispute:{waiting['dispute']}").text
    assert f"/admin/disputes/{waiting['dispute']}#propose" in dispute
    assert "Three pieces are missing." in dispute
    assert "Which order is it?" in mei.get(f"/admin?item=task:{waiting['task']}").text
    statement = mei.get(f"/admin?item=statement:{waiting['statement']}").text
    assert "1 of 2 lines" in statement
    assert "#propose" not in browser_of(AUD).get(f"/admin?item=dispute:{waiting['dispute']}").text


def test_hands_disputes_over_and_finishes_tasks(
    browser_of: Open, session: Session, waiting: dict[str, str], mei: Actor
) -> None:
    browser = browser_of(MEI)
    given = {"row": [f"dispute:{waiting['dispute']}"], "owner": mei.public_id}
    assert browser.post("/admin/hand-over", given).status_code == 303
    assert session.scalars(select(Dispute.owner_id)).one() == mei.person_id
    session.rollback()
    assert browser.post("/admin/hand-over", {"row": ["task:x"], "owner": mei.public_id}).status_code == 422
    assert browser.post("/admin/hand-over", given | {"csrf_token": ""}).status_code == 400
    assert browser.post(f"/admin/tasks/{waiting['task']}/done").status_code == 303
    assert browser.post(f"/admin/tasks/{waiting['task']}/done").status_code == 409
    assert session.scalars(select(Task.state)).one() == "done"


def test_is_for_staff_with_the_permission(browser_of: Open) -> None:
    assert browser_of(PING).get("/admin").status_code == 403
    assert browser_of(AUD).post("/admin/hand-over").status_code == 403
    assert "Nothing waits here." in browser_of(CHEN).get("/admin").text


def kinds(items: tuple[WorkItem, ...]) -> set[str]:
    return {item.kind for item in items}


def test_the_counts_are_those_of_the_rows(session: Session, waiting: dict[str, str], mei: Actor) -> None:
    counts = work_counts(session, actor=mei, now=NOW)
    assert dict(counts.by_tab) == {"all": 4, "disputes": 1, "approvals": 0, "statements": 2, "tasks": 1}
    items = list_work(session, actor=mei, now=NOW)
    due, late = (sum(item.left.days <= most for item in items) for most in (0, -1))
    assert (counts.due, counts.late) == (due, late)
    assert count_work(session, actor=mei, now=NOW) == 4


def test_mine_are_the_customers_one_looks_after(
    session: Session, waiting: dict[str, str], mei: Actor
) -> None:
    assert customers_owned(session, actor=mei) == 0
    assert kinds(list_work(session, actor=mei, now=NOW, is_mine=True)) == {"task"}
    session.execute(update(Customer).where(Customer.number == "ACME").values(owner_id=mei.person_id))
    assert kinds(list_work(session, actor=mei, now=NOW, is_mine=True)) == {"dispute", "statement", "task"}


def test_a_department_sees_disputes_and_nothing_else(
    browser_of: Open, session: Session, waiting: dict[str, str]
) -> None:
    person = select(Person.id).where(Person.email == CHEN.email).scalar_subquery()
    session.execute(
        update(Grant).where(Grant.person_id == person).values(ended_at=NOW - timedelta(minutes=1))
    )
    person_id = session.scalars(select(Person.id).where(Person.email == CHEN.email)).one()
    department = session.scalars(select(Dispute.department)).first()
    session.add(
        Grant(
            person_id=person_id,
            role="department",
            departments=[department],
            granted_at=NOW - timedelta(minutes=1),
        )
    )
    session.commit()
    page = browser_of(CHEN).get("/admin").text
    assert f"dispute:{waiting['dispute']}" in page
    assert waiting["statement"] not in page
    assert waiting["task"] not in page


def test_the_share_answered_counts_signatures_only(
    session: Session, waiting: dict[str, str], mei: Actor
) -> None:
    figures = work_figures(session, actor=mei)
    assert (figures.month, figures.signed, figures.percent, figures.disputes) == (FEBRUARY, 0, 0, 1)
    assert figures.issued >= 1


@pytest.mark.parametrize("part", [SEC, SYS])
def test_administrators_land_on_people(browser_of: Callable[[Part], Browser], part: Part) -> None:
    answer = browser_of(part).get("/admin/")
    assert (answer.status_code, answer.location) == (302, "/admin/people")
