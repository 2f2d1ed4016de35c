"""Attack cases over HTTP with real sign-ins: each first shows that the allowed user succeeds."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.access.models import Grant, Person
from portal.adjustments.models import Adjustment
from portal.approvals.models import Approval
from portal.attachments.models import Attachment
from portal.audit.models import AuditRow
from portal.confirmations.models import Confirmation
from portal.customers.models import Customer
from portal.db import Base, Database
from portal.disputes.models import Dispute
from portal.http.logs import set_up_logging
from portal.http.mail_texts import render_mail
from portal.lists import ListQuery
from portal.outbox import list_messages
from portal.receivables.models import Document
from portal.settings import Settings
from portal.statements.models import LineAnswer
from tests.cast import BO, CHEN, MEI, PING, SEC, SYS, Part
from tests.web.company import Company
from tests.web.conftest import Browser
from wsgi import create_app

Open = Callable[[Part], Browser]
UNKNOWN = "A" * 22
PAYLOAD = "<img src=x onerror=alert(1)>{{7*7}}"
#: Blueprint → table of what its address names.
NAMED: dict[str, type[Any]] = {
    "disputes": Dispute, "documents": Document, "receipts": Confirmation, "attachments": Attachment,
}  # fmt: skip


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def _dispute(browser: Browser, company: Company, **fields: Any) -> Any:
    data = {"reason": "NRC", "amount": "10.00", "text": PAYLOAD} | fields
    return browser.post(
        f"/disputes/new?statement={company.newest}&line=3", data, content_type="multipart/form-data"
    )


@pytest.fixture
def disputed(ping_browser: Browser, company: Company, database: Database) -> str:
    """Ping disputes line 3 with a file."""
    assert _dispute(ping_browser, company, files=(io.BytesIO(b"hello"), "a<b>.txt")).status_code == 303
    with database.reading() as session:
        return session.scalars(select(Dispute.public_id)).one()


def _count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


# --- D01, D02: the wall between customers ---


def _addresses(app: Flask, company: Company, database: Database) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield (of Acme's thing, of an unknown one, methods) for each customer address that names a thing."""
    build = app.url_map.bind("localhost").build
    with database.reading() as session:
        ids = {name: list(session.scalars(select(table.public_id)))[:2] for name, table in NAMED.items()}
    ids |= {"statements": list(company.statements), "confirmations": list(company.statements)}
    for rule in app.url_map.iter_rules():
        front = rule.endpoint.partition(".")[0]
        if "public_id" not in rule.arguments or front not in ids:
            continue
        for more in _variants(rule):
            for one in ids[front]:
                theirs, unknown = (
                    build(rule.endpoint, {"public_id": name, **more}) for name in (one, UNKNOWN)
                )
                yield theirs, unknown, frozenset(rule.methods or ())


def _variants(rule: Rule) -> list[dict[str, str]]:
    if "form" in rule.arguments:
        return [{"form": form} for form in ("pdf", "xlsx", "csv", "json")]
    return [{"act": act} for act in ("refuse", "withdraw", "reopen")] if "act" in rule.arguments else [{}]


def _without_nonce(text: bytes) -> bytes:
    return re.sub(rb"nonce[=-][\"\w-]+", b"", text)


def test_d01_every_address_of_the_other_customer_answers_like_an_unknown_one(
    app: Flask, company: Company, disputed: str, ping_browser: Browser, browser_of: Open, database: Database
) -> None:
    bo = browser_of(BO)
    seen = 0
    for path, unknown, methods in _addresses(app, company, database):
        for method in methods & {"GET", "POST"}:
            data = {"csrf_token": bo.csrf_token, "confirm": "1", "text": "x"} if method == "POST" else None
            if method == "GET":
                assert ping_browser.get(path).status_code in {200, 302, 303}, path
            theirs = bo.client.open(path, method=method, data=data)
            nothing = bo.client.open(unknown, method=method, data=data)
            assert theirs.status_code == nothing.status_code == 404, (method, path)
            assert _without_nonce(theirs.data) == _without_nonce(nothing.data), path
            seen += 1
    assert seen > 30
    for query in (f"statement={company.newest}&line=1", f"statement={company.newest}"):
        assert ping_browser.get(f"/disputes/new?{query}").status_code == 200
        assert bo.get(f"/disputes/new?{query}").status_code == 404
    assert bo.get("/balance.json?currency=CNY").status_code == 404


def test_d02_a_list_with_one_unknown_line_changes_nothing_at_all(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    """Lines are named by number within the statement of the address, so a foreign one is one that is not there."""
    page = ping_browser.get(f"/statements/{company.newest}").text
    data = {"act": "confirm", "content_hash": _hidden(page, "content_hash")}
    with database.reading() as session:
        before = _count(session, LineAnswer)
    refused = ping_browser.post(f"/statements/{company.newest}/answers", data | {"row": ["1", "99"]})
    assert refused.status_code == 404
    with database.reading() as session:
        assert _count(session, LineAnswer) == before
    assert ping_browser.post(f"/statements/{company.newest}/answers", data | {"row": "1"}).status_code == 303


# --- D06, D07, D26: what forms and addresses may hold ---


def test_d06_fields_that_no_form_has_change_nothing(
    ping_browser: Browser, company: Company, browser_of: Open, database: Database
) -> None:
    more = {
        "role": "approver", "customer_id": "2", "email": "evil@x.example", "is_active": "0", "public_id": UNKNOWN,
        "password_hash": "x",
    }  # fmt: skip
    own = {"name": "Ping Z.", "language": "en", "theme": "dark", "job_title": "", "phone": ""}
    assert ping_browser.post("/account", own | more).status_code == 303
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == PING.email)).one()
        roles = session.scalars(select(Grant.role).where(Grant.person_id == person.id)).all()
        invoice = session.scalars(select(Document.public_id).where(Document.kind == "invoice")).all()[-1]
        assert (person.name, person.is_active, roles) == ("Ping Z.", True, ["confirmer"])
    draft = {
        "kind": "credit_note",
        "currency": "CNY",
        "amount": "1.00",
        "posting_on": "2026-11-02",
        "reason": "r",
    }
    forged = {"state": "posted", "approved_by_id": "2", "made_by_id": "2", "customer_id": "2"}
    made = browser_of(MEI).post(f"/admin/adjustments/new?document={invoice}", draft | forged)
    assert made.status_code == 303
    with database.reading() as session:
        row = session.scalars(select(Adjustment)).one()
        assert row.state == "draft"
        assert _count(session, Approval) == 0


LISTS = (
    (PING, "/statements"), (PING, "/open-items"), (PING, "/disputes/"), (MEI, "/admin/disputes/"),
    (MEI, "/admin/approvals/"), (MEI, "/admin/adjustments/"), (MEI, "/admin/imports"), (MEI, "/admin/statements"),
    (MEI, "/admin/customers"), (MEI, "/admin/documents"), (MEI, "/admin/mail"), (SEC, "/admin/people"),
)  # fmt: skip
ODD = (
    "page=-1", "page=" + "9" * 5000, "page=%C2%B2", "per_page=0", "per_page=" + "9" * 5000, "q='", "q=%25_\\",
    "q=%ed%a0%80", "q=" + "9" * 30, "q=9999-12-31", "tab='", "as_of=0001-01-01", "as_of=9999-12-31", "until=9999-12-31",
    "since=0001-01-01", "month=0000-01", "month=9999-12", "customer='",
)  # fmt: skip


@pytest.mark.parametrize(("part", "path"), LISTS, ids=[path for _, path in LISTS])
def test_d07_lists_refuse_unknown_columns_and_fall_over_nothing(
    company: Company, browser_of: Open, part: Part, path: str
) -> None:
    browser = browser_of(part)
    assert browser.get(path).status_code == 200
    for sort in ("(select 1)", "number;--", "-(x)", "desc"):
        assert browser.get(path, query_string={"sort": sort}).status_code == 400, sort
    for odd in ODD:
        assert browser.get(f"{path}?{odd}").status_code in {200, 400, 404, 422}, odd[:40]
    assert browser.get(f"{path}?q=a%00b").status_code == 400


def test_d26_odd_numbers_days_and_bodies_are_refused_and_no_defect(
    company: Company, ping_browser: Browser, browser_of: Open, database: Database
) -> None:
    path = f"/statements/{company.newest}/answers"
    content_hash = _hidden(ping_browser.get(f"/statements/{company.newest}").text, "content_hash")
    for odd in ("²", "9" * 5000, "9" * 30, "-1", "x"):
        for field in ("confirm", "undo", "row"):
            data = {"act": "confirm", "content_hash": content_hash, field: odd}
            assert ping_browser.post(path, data).status_code in {303, 404, 409, 422}, (field, odd[:9])
        assert ping_browser.get(f"/statements/{company.newest}/ask?row={odd}").status_code in {200, 303}
    mei, chen = browser_of(MEI), browser_of(CHEN)
    with database.reading() as session:
        customer = session.scalars(select(Customer.public_id).where(Customer.number == "ACME")).one()
    invoice = {"customer_no": "ACME", "currency": "CNY", "amount": "1.00", "document_no": "A-1"}
    for day in ("9999-12-31", "0001-01-01"):
        refused = mei.post("/admin/documents/new/invoice", invoice | {"document_on": day})
        assert (refused.status_code, "This is not a date" in refused.text or "日期" in refused.text) == (
            422,
            True,
        )
    for month in ("9999-12", "0001-01", "0000-01", ""):
        assert chen.post("/admin/periods/close", {"month": month}).status_code in {403, 422}
        assert mei.post("/admin/statements/runs", {"month": month}).status_code in {303, 422}
    form = {"name": "A", "currency": "CNY", "terms_days": "30", "language": "zh", "number": "ACME"}
    saved = mei.post(f"/admin/customers/{customer}/edit", form | {"row_version": "²"})
    assert saved.status_code in {409, 422}
    many = {f"f{number}": "x" for number in range(10_000)}
    assert ping_browser.post(path, many, content_type="multipart/form-data").status_code == 413
    assert (
        mei.post("/admin/documents/new/invoice", invoice | {"document_on": "2026-11-02"}).status_code == 303
    )


# --- D09, D13, D14, D16, D35, D36: the browser ---


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Host": "localhost.evil.example"}])
def test_d09_a_host_that_is_not_ours_is_refused(nobody: Browser, headers: dict[str, str]) -> None:
    assert nobody.get("/sign-in").status_code == 200
    assert nobody.get("/sign-in", headers=headers).status_code == 400
    page = nobody.get("/sign-in", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in page.text


def test_d13_a_cookie_noted_before_is_worth_nothing_after(app: Flask, browser_of: Open) -> None:
    ping = browser_of(PING)
    kept = ping.client.get_cookie("concord")
    assert kept is not None
    assert ping.get("/account").status_code == 200
    assert ping.post("/sign-out").status_code == 303
    thief = app.test_client()
    thief.set_cookie("concord", kept.value)
    assert thief.get("/account").status_code == 302


def test_d14_no_address_takes_a_form_without_its_token(
    app: Flask, browser_of: Open, database: Database
) -> None:
    browsers = {part.name: browser_of(part) for part in (PING, MEI, CHEN, SEC, SYS)}
    with database.reading() as session:
        before = _count(session, AuditRow)
    values = {"token": "x" * 43}
    seen = 0
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        choices = {name: getattr(one, "items", ()) for name, one in rule._converters.items()}
        named = {
            name: min(choices[name]) if choices[name] else values.get(name, UNKNOWN)
            for name in rule.arguments
        }
        path = app.url_map.bind("localhost").build(rule.endpoint, named, method="POST")
        for browser in browsers.values():
            for options in ({"data": {"x": "1"}}, {"data": "{}", "content_type": "text/plain"}):
                assert browser.client.post(path, **options).status_code == 400, path
        assert browsers[PING.name].client.post(path, data={"csrf_token": "forged"}).status_code == 400
        seen += 1
    assert seen > 40
    with database.reading() as session:
        assert _count(session, AuditRow) == before
    assert browsers[PING.name].get("/account").status_code == 200


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"],
)
def test_d16_after_sign_in_only_our_own_pages_are_opened(
    nobody: Browser, with_password: Callable[[Part], str], target: str
) -> None:
    form = {"email": PING.email, "password": with_password(PING)}
    done = nobody.client.post(
        "/sign-in", query_string={"next": target}, data={**form, "csrf_token": nobody.csrf_token}
    )
    assert (done.status_code, done.location) == (303, "/")
    assert nobody.get("/sign-in", query_string={"next": "/statements"}).location == "/statements"


def test_d35_nothing_that_needs_a_sign_in_is_kept_by_a_browser(
    app: Flask, company: Company, disputed: str, ping_browser: Browser, browser_of: Open, database: Database
) -> None:
    paths = [path for path, _unknown, methods in _addresses(app, company, database) if "GET" in methods]
    lists = [path for part, path in LISTS if part is PING]
    paths += ["/", "/account", "/balance.json", *lists, *(f"{path}?format=csv" for path in lists)]
    for path in [*paths, *(f"{path}?format=xlsx" for path in lists)]:
        answer = ping_browser.get(path)
        assert answer.status_code < 400, path
        assert (bool(answer.data), answer.headers["Cache-Control"]) == (True, "no-store"), path
    for path in [path for part, path in LISTS if part is MEI]:
        answer = browser_of(MEI).get(f"{path}?format=csv")
        assert (bool(answer.data), answer.headers["Cache-Control"]) == (True, "no-store"), path


def test_d36_no_address_alone_shows_anything(
    app: Flask, company: Company, disputed: str, ping_browser: Browser, nobody: Browser, database: Database
) -> None:
    for path, _unknown, methods in _addresses(app, company, database):
        if "GET" in methods:
            assert ping_browser.get(path).status_code < 400
            shown = nobody.get(path)
            assert (shown.status_code, shown.location.startswith("/sign-in?next=")) == (302, True), path


# --- D18, D23: texts and files that would run ---


def test_d18_markup_of_customers_is_text_on_every_page_and_in_every_mail(
    company: Company,
    disputed: str,
    ping_browser: Browser,
    browser_of: Open,
    database: Database,
    settings: Settings,
) -> None:
    mei = browser_of(MEI)
    with database.reading() as session:
        customer = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
        address, version = f"/admin/customers/{customer.public_id}", customer.row_version
    form = {"name": PAYLOAD, "name_en": PAYLOAD, "currency": "CNY", "terms_days": "30", "language": "en",
            "number": "ACME", "row_version": str(version)}  # fmt: skip
    assert mei.post(f"{address}/edit", form).status_code == 303
    invoice = {"customer_no": "ACME", "currency": "CNY", "amount": "1.00", "document_no": PAYLOAD[:28],
               "document_on": "2026-11-02", "description": PAYLOAD, "reference": PAYLOAD}  # fmt: skip
    posted = mei.post("/admin/documents/new/invoice", invoice)
    assert posted.status_code == 303
    staff = (address, posted.location, "/admin/documents", f"/admin/disputes/{disputed}", "/admin/disputes/", "/admin",
             "/admin/customers", "/admin/documents?q=%3Cimg", "/admin/statements")  # fmt: skip
    own = (
        "/",
        "/open-items",
        f"/disputes/{disputed}",
        posted.location.removeprefix("/admin"),
        "/account",
        "/statements",
    )
    texts = [mei.get(path).text for path in staff] + [ping_browser.get(path).text for path in own]
    with database.reading() as session:
        mails = list_messages(session, query=ListQuery()).rows
        texts += [render_mail(mail, base_url=settings.base_url).html for mail in mails]
    assert sum("&lt;img src=x" in text for text in texts) > 8
    assert mails
    for text in texts:
        assert "<img src=x" not in text
        assert "<b>.txt" not in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload=alert(1)>"), ("a.html", b"<html>"), ("x.pdf.html", b"%PDF-1.7"),
        ("a.png", b"\x89PNG\r\n<html>"), ("a.txt", b"<script>alert(1)</script>"),
        ("a.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript >>"), ("a.xlsx", b"PK\x03\x04"),
    ],
)  # fmt: skip
def test_d23_files_that_could_run_are_not_taken(
    company: Company, ping_browser: Browser, database: Database, name: str, content: bytes
) -> None:
    assert _dispute(ping_browser, company, files=(io.BytesIO(content), name)).status_code == 422
    with database.reading() as session:
        assert (_count(session, Attachment), _count(session, Dispute)) == (0, 0)
    kept = _dispute(ping_browser, company, files=(io.BytesIO(b"hello"), "../../" + "x" * 300 + ".txt"))
    assert kept.status_code == 303
    with database.reading() as session:
        file = session.scalars(select(Attachment)).one()
        assert re.fullmatch(r"x{1,150}\.txt", file.file_name)


@pytest.mark.parametrize("end", ["\r\nBcc: e@x.example", "\u2028Bcc: e@x.example", "\n", "\u202efdp.exe"])
def test_d24_names_and_numbers_end_no_line(
    company: Company, browser_of: Open, database: Database, end: str
) -> None:
    mei, evil = browser_of(MEI), f"Acme{end}x"
    with database.reading() as session:
        customer = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
        address, version = f"/admin/customers/{customer.public_id}", customer.row_version
    form = {"number": "NEW", "name": "Acme", "currency": "CNY", "terms_days": "30", "language": "en"}
    contact = {"name": "Li", "email": "li@x.example", "language": "en"}
    invoice = {"customer_no": "ACME", "currency": "CNY", "amount": "1.00", "document_no": "A-1",
               "document_on": "2026-11-02"}  # fmt: skip
    for path, values, field in (
        ("/admin/customers/new", form, "name"), (f"{address}/edit", form | {"row_version": str(version)}, "name"),
        (f"{address}/contacts/new", contact, "name"), (f"{address}/contacts/new", contact, "email"),
        ("/admin/documents/new/invoice", invoice, "document_no"),
    ):  # fmt: skip
        assert mei.post(path, values | {field: evil}).status_code == 422, path
        done = mei.post(path, values)
        assert done.status_code == 303 or field == "email", path


def test_d20_no_download_holds_a_formula(
    company: Company, ping_browser: Browser, browser_of: Open, database: Database
) -> None:
    mei = browser_of(MEI)
    texts = ('=HYPERLINK("http://evil")', "+1", "@x", "-2+3")
    for number, text in enumerate(texts):
        form = {"customer_no": "ACME", "currency": "CNY", "amount": "1.00", "document_no": f"{text[0]}{number}",
                "document_on": "2026-11-02", "description": text}  # fmt: skip
        assert mei.post("/admin/documents/new/invoice", form).status_code == 303
    for browser, path in ((ping_browser, "/open-items"), (mei, "/admin/documents")):
        cells = list(csv.reader(io.StringIO(browser.get(f"{path}?format=csv").text.lstrip("\ufeff"))))
        flat = [cell for row in cells for cell in row]
        assert all(f"'{text}" in flat for text in texts) or path != "/open-items"
        for cell in flat:
            assert cell[:1] not in {"=", "@", "+"}
            assert not cell.startswith("-") or re.fullmatch(r"-[0-9.]+", cell), cell
        with zipfile.ZipFile(io.BytesIO(browser.get(f"{path}?format=xlsx").data)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml")
        assert b"<v>" in sheet
        assert b"<f>" not in sheet


def test_d25_what_a_stranger_types_makes_no_line_of_the_log_and_secrets_none(
    database: Database, settings: Settings
) -> None:
    with redirect_stderr(io.StringIO()) as log:  # the log goes where errors go when the application is made
        nobody = Browser(create_app(settings, database))
        nobody.post(
            "/sign-in", {"email": 'x\r\n{"event": "admin sign-in ok"}', "password": "hunter2-hunter2"}
        )
        nobody.get("/x%0d%0a%7B%22event%22:%22forged%22%7D", headers={"User-Agent": "a\x1b[31m"})
        nobody.get("/l/secret-token-of-a-mail")
    set_up_logging(settings)
    lines = log.getvalue().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["request"] * 3
    assert "hunter2" not in log.getvalue()
    assert "secret-token" not in log.getvalue()


# --- D33, D34: steps and figures ---


def test_d33_a_statement_that_was_replaced_and_a_dispute_that_is_over_take_no_answer(
    company: Company, disputed: str, ping_browser: Browser
) -> None:
    assert ping_browser.post(f"/disputes/{disputed}/withdraw", {"text": "mine"}).status_code == 303
    for act in ("withdraw", "refuse"):
        assert ping_browser.post(f"/disputes/{disputed}/{act}", {"text": "again"}).status_code == 409
    assert ping_browser.post(f"/disputes/{disputed}/accept", {"seen": "1.00"}).status_code == 409
    signed = company.statements[0]
    data = {"confirm": "1", "content_hash": "0" * 64}
    assert ping_browser.post(f"/statements/{signed}/answers", data).status_code == 409


@pytest.mark.parametrize(
    "typed", ["-1", "0", "99999999", "1.234", "9" * 19, "1e3", "NaN", "10²", "2026-10-31", "1,5", "Ⅷ", "٣"]
)
def test_d34_a_dispute_takes_only_an_amount_within_the_document(
    company: Company, ping_browser: Browser, database: Database, typed: str
) -> None:
    assert _dispute(ping_browser, company, amount=typed).status_code == 422
    with database.reading() as session:
        assert _count(session, Dispute) == 0
    assert _dispute(ping_browser, company, amount="1.23").status_code == 303


@pytest.mark.parametrize(
    ("currency", "typed"),
    [("CNY", "-1"), ("CNY", "0"), ("CNY", "1.234"), ("JPY", "1.50"), ("CNY", "9" * 19), ("XXQ", "1")],
)
def test_d34_a_document_takes_only_an_amount_of_its_currency(
    company: Company, browser_of: Open, currency: str, typed: str
) -> None:
    mei = browser_of(MEI)
    form = {"customer_no": "ACME", "document_no": "A-1", "document_on": "2026-11-02", "applies": "later"}
    for kind in ("invoice", "receipt", "debit_note"):
        path = f"/admin/documents/new/{kind}"
        assert mei.post(path, form | {"currency": currency, "amount": typed}).status_code == 422
        assert mei.post(path, form | {"currency": "JPY", "amount": "150"}).status_code == 303
