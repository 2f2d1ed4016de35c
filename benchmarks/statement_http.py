"""The whole statement page in process: ours, signed in, beside a bare Flask page of the same rows.

Run: ``.venv/bin/python benchmarks/statement_http.py [--lines 100 1000] [--pairs 7] [--by date]``; prints one JSON line
for each size: the median ratio of alternating pairs, median CPU milliseconds and bytes of both. Ours is the product as
served (sign-in from the database, scope, CSRF, content-security policy, translation, counts of the places, chart,
ageing, a button and a tick for every line). The reference is a Flask application of its own: three raw sqlite3
statements, a running balance, a Jinja template with autoescape, and nobody signed in.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import structlog
from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import DictLoader
from sqlalchemy import select

from benchmarks.statement_page import CONSOLE, NOW, build
from portal.access import PersonDraft, add_person, grant_role, start_sign_in
from portal.access.models import Person
from portal.clock import utc_now
from portal.db import Database
from portal.settings import Settings
from wsgi import create_app

BARE_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Statement</title></head><body>
<h1>{{ head["name"] }} {{ head["number"] }}</h1><p>{{ head["period_from"] }} opening {{ opening }}</p>
<table><thead><tr><th>Date</th><th>Document</th><th>Content</th><th>Due</th><th>Amount</th><th>Balance</th></tr></thead>
<tbody>
{%- for row in rows %}
<tr><td>{{ row.day }}</td><td><a href="/documents/{{ row.id }}">{{ row.document_no }}</a></td><td>{{ row.text }}
{{ row.order_no }}</td><td>{{ row.due }}</td><td>{{ row.amount }}</td><td>{{ row.balance }}</td></tr>
{%- endfor %}
</tbody></table><p>closing {{ closing }}</p></body></html>"""
HEAD = """
SELECT s.id, s.opening_minor, s.closing_minor, s.period_from, s.customer_id, c.number, c.name
FROM statements s JOIN customers c ON c.id = s.customer_id WHERE s.public_id = ?
"""
LINES = """
SELECT d.public_id AS id, l.document_no, l.document_on AS day, l.due_on AS due, l.text, l.order_no, l.amount_minor
FROM statement_lines l LEFT JOIN documents d ON d.id = l.document_id
WHERE l.statement_id = ? AND l.no > 0 ORDER BY l.no
"""
HISTORY = "SELECT sum(movement_minor) FROM month_balances WHERE customer_id = ? AND month_on < ?"


def amount_text(minor: int) -> str:
    return f"{minor / 100:,.2f}"


def bare_app(path: str) -> Flask:
    """Return the reference: one page, one kept connection, nothing around it."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"page.html": BARE_PAGE})  # compiled once
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row

    @app.get("/statements/<public_id>")
    def show(public_id: str) -> str:
        head = connection.execute(HEAD, (public_id,)).fetchone()
        balance = connection.execute(HISTORY, (head["customer_id"], head["period_from"])).fetchone()[0]
        rows, opening = [], amount_text(balance)
        for line in connection.execute(LINES, (head["id"],)):
            balance += line["amount_minor"]
            texts = {"amount": amount_text(line["amount_minor"]), "balance": amount_text(balance)}
            rows.append(dict(line) | texts)
        closing = amount_text(balance)
        return render_template("page.html", head=head, rows=rows, opening=opening, closing=closing)

    return app


def signed_in(database: Database, *, home: Path) -> FlaskClient:
    """Return a client of the whole product that carries the sign-in of the customer's confirmer."""
    draft = PersonDraft(email="ping@customer.example", name="Ping Zhou", language="en")
    with database.writing() as session:
        person = add_person(session, draft, actor=CONSOLE, now=NOW)
        grant_role(session, public_id=person, role="confirmer", customer_no="C-1", actor=CONSOLE, now=NOW)
        person_id = session.scalars(select(Person.id).where(Person.public_id == person)).one()
        token, _side = start_sign_in(
            session, person_id=person_id, method="password", address="127.0.0.1",
            device="Benchmark", now=utc_now(),
        )  # fmt: skip
    secret = secrets.token_hex(16)
    app = create_app(Settings(home=home, secret_key=secret, base_url="http://localhost"), database)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def fetch(client: FlaskClient, address: str) -> tuple[float, bytes]:
    """Return CPU milliseconds of one request and its body."""
    start = time.process_time()
    response = client.get(address)
    body = response.get_data()
    spent = (time.process_time() - start) * 1000
    assert response.status_code == 200, (response.status, response.headers.get("Location"))
    return spent, body


def measure(*, lines: int, pairs: int, by: str) -> dict[str, object]:
    """Build the books, warm both sides, and fetch them in turn."""
    with tempfile.TemporaryDirectory() as folder:
        database, path, public_id = build(Path(folder), lines=lines)
        bare, ours = bare_app(path).test_client(), signed_in(database, home=Path(folder))
        address = f"/statements/{public_id}"
        asked = f"{address}?by={by}"
        bare_body, our_body = [(fetch(bare, address)[1], fetch(ours, asked)[1]) for _ in range(3)][-1]
        assert bare_body.count(b"<tr>") == our_body.count(b'id="line-') + 1 == lines + 1
        spent = [(fetch(bare, address)[0], fetch(ours, asked)[0]) for _ in range(pairs)]
        database.dispose()
    bare_ms, ours_ms = (statistics.median(side) for side in zip(*spent, strict=True))
    return {
        "name": "statement_http", "lines": lines, "pairs": pairs,
        "ratio_median": round(statistics.median(mine / reference for reference, mine in spent), 2),
        "ours_ms": round(ours_ms, 2), "bare_ms": round(bare_ms, 2),
        "bytes_ours": len(our_body), "bytes_bare": len(bare_body),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument(
        "--by", choices=("answer", "date"), default="answer", help="how ours groups its lines"
    )
    given = parser.parse_args()
    for lines in given.lines:
        print(json.dumps(measure(lines=lines, pairs=given.pairs, by=given.by)), flush=True)


if __name__ == "__main__":
    main()
