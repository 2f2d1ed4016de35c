"""``users``: people from the console."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING

import click

from admin.commands.context import answer, as_json, console_actor, open_database, say
from portal.access import (
    ALL_ROLES,
    CUSTOMER_ROLES,
    Actor,
    PersonDraft,
    add_person,
    find_person_by_email,
    grant_role,
    list_people,
    new_password_hash,
    new_seed,
    set_password,
    set_up_totp_from_console,
)
from portal.approvals import void_requests_of  # noqa: F401 - listens to changes of roles
from portal.clock import utc_now
from portal.errors import Invalid
from portal.http.entry import password_rules
from portal.lists import ListQuery

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.group()
def users() -> None:
    """People who sign in."""


@users.command()
@click.argument("email")
@click.option("--name", default="", help="Name shown to others; needed for a new person.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(ALL_ROLES), help="May be repeated."
)
@click.option(
    "--customer", "customer_no", help="Number of the customer, for viewer, confirmer and customer-admin."
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--title", "job_title", default="", help="Job title, shown on what the person signs.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input (first line).")
@click.option(
    "--totp/--no-totp", default=None,
    help="Set up an authenticator app and show its key; staff get one unless told otherwise.",
)  # fmt: skip
@as_json
def add(
    *, email: str, name: str, roles: tuple[str, ...], customer_no: str | None, language: str, job_title: str,
    password_stdin: bool, totp: bool | None, as_json: bool,
) -> None:  # fmt: skip
    """Add a person, or give an existing one more roles; the sign-in works at once.

    New staff get the key of an authenticator app, because they sign in with a second factor; without one (--no-totp)
    they set it up at their first sign-in.

    Example: echo "a long password" | ./concord users add ping@acme.example --name "Ping Zhou" --role confirmer
    --customer C-1001 --password-stdin
    """
    if bool(set(roles) & set(CUSTOMER_ROLES)) != (customer_no is not None):
        raise click.UsageError("--customer belongs to viewer, confirmer and customer-admin, and only to them")
    settings, database = open_database()
    actor = console_actor()
    with database.reading() as session:
        known = find_person_by_email(session, email=email, actor=actor)
    password = _password(from_stdin=password_stdin, is_new=known is None)
    made = new_password_hash(password, password_rules(settings), email=email) if password else None
    if known is None and not name.strip():
        raise Invalid("A new person needs --name.", field="name")
    with database.writing() as session:
        draft = PersonDraft(email, name, job_title=job_title, language=language, password_hash=made)
        public_id = known.public_id if known else add_person(session, draft, actor=actor, now=utc_now())
        if known and made:
            set_password(session, public_id=public_id, password_hash=made, actor=actor, now=utc_now())
        held = {(role.role, role.customer_no) for role in known.roles} if known else set()
        _grant(session, public_id, roles, customer_no, held, actor)
        wants_totp = totp if totp is not None else known is None and not set(roles) & set(CUSTOMER_ROLES)
        seed = _seed(session, public_id, actor) if wants_totp else None
    facts = {
        "email": email.strip().lower(),
        "roles": list(roles),
        "customer_no": customer_no,
        "public_id": public_id,
        "totp_secret": seed,
    }
    if seed:
        say(f"authenticator key: {seed}")
    answer(facts, as_json=as_json, text=f"{facts['email']} can sign in at {settings.base_url}/sign-in")


def _password(*, from_stdin: bool, is_new: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not is_new:
        return ""
    made = secrets.token_urlsafe(12)
    say(f"password: {made}")
    return made


def _seed(session: Session, public_id: str, actor: Actor) -> str:
    """Set up an app for the person and return its key."""
    seed = new_seed()
    set_up_totp_from_console(session, public_id=public_id, seed=seed, actor=actor, now=utc_now())
    return seed


def _grant(
    session: Session, public_id: str, roles: tuple[str, ...], customer_no: str | None, held: set[tuple[str, str]],
    actor: Actor,
) -> None:  # fmt: skip
    for role in dict.fromkeys(roles):
        number = customer_no if role in CUSTOMER_ROLES else None
        if (role, number or "") not in held:
            grant_role(
                session, public_id=public_id, role=role, customer_no=number, actor=actor, now=utc_now()
            )


@users.command("list")
@as_json
def list_command(*, as_json: bool) -> None:
    """List people with their roles.

    Example: ./concord users list --json
    """
    _settings, database = open_database()
    with database.reading() as session:
        page = list_people(session, query=ListQuery(per_page=0), actor=console_actor())
    people = [
        {
            "email": person.email,
            "name": person.name,
            "is_active": person.is_active,
            "roles": [{"role": role.role, "customer_no": role.customer_no or None} for role in person.roles],
        }
        for person in page.rows
    ]
    text = "\n".join(
        f"{person.email}  {', '.join(role.role for role in person.roles)}" for person in page.rows
    )
    answer({"people": people}, as_json=as_json, text=text or "nobody yet")
