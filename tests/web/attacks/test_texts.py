"""Attack cases of texts that would like to be programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from portal.access import system_actor
from portal.clock import utc_now
from portal.customers.models import Contact, Customer
from portal.db import Database
from portal.http.mail_texts import render_mail
from portal.lists import ListQuery
from portal.outbox import find_message, list_messages
from portal.reminders import run_reminders
from tests.cast import MEI, PING, Part
from tests.web.company import make_company
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
NAMES = (
    "{{1234*5678}}",
    "{{config}}",
    "{% for x in (1,2) %}again{% endfor %}",
    "${1234*5678}",
    "%(name)s %s {0}",
)
#: What they would have become.
DONE = ("7006652", "<Config", "&lt;Config", "againagain", "SECRET_KEY")


def test_d19_a_name_is_never_a_template(database: Database, browser_of: Open) -> None:
    """Attack case D19: on pages, in the mail as it leaves, and in the preview staff see of it."""
    name = " ".join(NAMES)
    with database.writing() as session:
        acme = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
        acme.name = acme.name_en = name
        session.add(Contact(customer_id=acme.id, name=name, email="books@acme.example", language="en"))
        make_company(session, month=date(2026, 10, 1), months=1, lines=4)
        run_reminders(session, actor=system_actor(), now=utc_now())
        messages = list_messages(session, query=ListQuery()).rows
        assert messages
        found = [find_message(session, public_id=row.public_id) for row in messages]
    mails = [render_mail(message, base_url="http://localhost") for message in found]
    assert any(name in mail.text for mail in mails)
    mei, ping = browser_of(MEI), browser_of(PING)
    pages = [mei.get("/admin/customers?lang=en").text, ping.get("/?lang=en").text]
    assert all("{{1234*5678}}" in page for page in pages)
    pages += [mei.get(f"/admin/mail/{row.public_id}").text for row in messages[:2]]
    texts = [*pages, *(text for mail in mails for text in (mail.subject, mail.text, mail.html))]
    assert [(word, text) for text in texts for word in DONE if word in text] == []
