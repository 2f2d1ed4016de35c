"""``users add``: people from the console, whose sign-in works at once."""

from __future__ import annotations

import json
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from portal.access import Attempt, PasswordRules, SignInRules, sign_in_with_code, sign_in_with_password
from portal.access.models import Grant, Person
from portal.attachments import keep_files_in
from portal.audit.models import AuditRow
from portal.clock import utc_now
from portal.db import Database
from portal.settings import load_settings
from tests.commands.conftest import Run

CHEAP = SignInRules(PasswordRules(cost="test"))
ADD = ("users", "add", "Li@Acme.example", "--name", "李娜")


def test_adds_a_person_who_can_sign_in(run: Run, database: Database) -> None:
    answer = run(*ADD, "--role", "confirmer", "--role", "viewer", "--customer", "ACME", "--password-stdin", "--json",
                 stdin="four words in a row\n")  # fmt: skip
    assert answer.code == 0
    public_id = answer.json["public_id"]
    assert answer.json == {
        "email": "li@acme.example",
        "roles": ["confirmer", "viewer"],
        "customer_no": "ACME",
        "public_id": public_id,
        "totp_secret": None,
    }
    attempt = Attempt("li@acme.example", "four words in a row", "127.0.0.1", "")
    assert sign_in_with_password(database, attempt, rules=CHEAP, now=utc_now()).side == "customer"


def test_records_who_did_it_and_notes_the_head_outside(
    run: Run, database: Database, command_home: Path
) -> None:
    assert run(*ADD, "--role", "clerk").code == 0
    with database.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.number)).all()
    assert [row.event for row in rows] == ["people.added", "roles.granted", "people.totp-set"]
    assert rows[0].actor_name.startswith("os:")
    anchor = json.loads((command_home / "audit-anchors.jsonl").read_text().splitlines()[-1])
    assert anchor["number"] == 3


def test_gives_an_existing_person_one_more_role_and_may_run_again(run: Run, database: Database) -> None:
    for _ in range(2):
        assert run("users", "add", "ping@acme.example", "--role", "viewer", "--customer", "GLOBEX").code == 0
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == "ping@acme.example")).one()
        roles = session.scalars(select(Grant.role).where(Grant.person_id == person.id)).all()
    assert sorted(roles) == ["confirmer", "viewer"]


def test_makes_a_password_up_where_none_is_given(run: Run) -> None:
    answer = run(*ADD, "--role", "clerk")
    assert "password: " in answer.err
    assert "password" not in answer.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "emperor"),
        ("--role", "viewer"),
        ("--role", "clerk", "--customer", "ACME"),
        (),
    ],
)
def test_says_how_it_is_used(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*ADD, *arguments).code == 2


def test_refuses_what_the_rules_refuse(run: Run, database: Database) -> None:
    assert run(*ADD, "--role", "viewer", "--customer", "NOBODY", "--json").json["error"] == "not_found"
    weak = run(*ADD, "--role", "clerk", "--password-stdin", "--json", stdin="12345678\n")
    assert (weak.code, weak.json["error"]) == (1, "weak_password")
    mixed = run("users", "add", "mei@seller.example", "--role", "auditor", "--json")
    assert (mixed.code, mixed.json["error"]) == (1, "roles_conflict")
    with database.reading() as session:
        assert session.scalars(select(Person).where(Person.email == "li@acme.example")).all() == []


def test_lists_people(run: Run) -> None:
    people = run("users", "list", "--json").json["people"]
    ping = next(person for person in people if person["email"] == "ping@acme.example")
    assert ping["roles"] == [{"role": "confirmer", "customer_no": "ACME"}]


def test_gives_staff_the_key_of_their_app(run: Run, database: Database) -> None:
    """A program signs in with the password and then the code of this key."""
    made = run(*ADD, "--role", "clerk", "--password-stdin", "--json", stdin="four words in a row\n")
    keep_files_in(database, load_settings())
    attempt = Attempt("li@acme.example", "four words in a row", "127.0.0.1", "")
    started = sign_in_with_password(database, attempt, rules=CHEAP, now=utc_now())
    assert started.stage == "code"
    code = pyotp.TOTP(made.json["totp_secret"]).now()
    done = sign_in_with_code(database, attempt, token=started.token, typed=code, rules=CHEAP, now=utc_now())
    assert (done.side, done.stage) == ("staff", "full")


def test_leaves_the_second_factor_to_the_first_sign_in_when_told_so(run: Run) -> None:
    assert run(*ADD, "--role", "clerk", "--no-totp", "--json").json["totp_secret"] is None
