"""The demo company's own people: scopes, limits, a waiting request, reviews done and overdue, an external auditor."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, PersonDraft, add_person, system_actor
from portal.access.models import Grant, Person
from portal.approvals import approve
from portal.clock import business_day
from portal.db import Database
from portal.demo.company import staff_actor
from portal.ledger import default_entity
from portal.policies import current_policy, propose_policy
from portal.policies.rules import body_of, policy_of
from portal.roles import (
    RoleWish,
    SampleWish,
    draw_sample,
    find_role_request,
    request_role,
    review_grants,
)

EXTERNAL = ("lin.yue@hengxin-audit.example", "林悦", "外部审计", "zh")
NEWCOMER = ("song.qi@lanqiao.example", "宋琪", "应收会计（试用）", "zh")
SEALED = ("yingji@lanqiao.example", "应急账号", "应急", "zh")


def tell_of_staff(database: Database, *, password_hash: str, now: datetime) -> None:
    """Bring roles to life: most were looked at two weeks ago, some are overdue, one request waits for approval."""
    with database.writing() as session:
        one, other = _admins(session)
        _review_most(session, one, other, now - timedelta(days=14))
    with database.writing() as session:
        one, other = _admins(session)
        _seat_auditor(session, one, other, password_hash, now - timedelta(days=9))
        _propose_policy(session, one, now - timedelta(hours=20))
    with database.writing() as session:
        one, other = _admins(session)
        person = _add(session, NEWCOMER, password_hash, now - timedelta(days=2))
        wish = RoleWish("give", "clerk", "试用期，先看自己名下的客户", portfolio="own")
        request_role(session, person=person, wish=wish, actor=other, now=now - timedelta(hours=5))
        _add(session, SEALED, None, now - timedelta(days=2))


def _admins(session: Session) -> tuple[Actor, Actor]:
    ids = session.scalars(
        select(Person.public_id)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role == "security-admin", Grant.ended_at.is_(None))
        .order_by(Person.id)
    ).all()
    return staff_actor(session, ids[0]), staff_actor(session, ids[1])


def _review_most(session: Session, one: Actor, other: Actor, now: datetime) -> None:
    """The first administrator looked at all staff but two, and at some customers' people; never at themselves."""
    rows = session.execute(select(Grant.public_id, Grant.role, Grant.person_id).order_by(Grant.id)).all()
    kept = [
        row[0] for row in rows if row[1] not in {"department", "system-admin"} and row[2] != one.person_id
    ]
    review_grants(session, grants=kept[:40], decision="keep", note="", actor=one, now=now)
    own = [row[0] for row in rows if row[2] == one.person_id]
    review_grants(session, grants=own, decision="keep", note="", actor=other, now=now + timedelta(hours=1))


def _seat_auditor(session: Session, one: Actor, other: Actor, password_hash: str, now: datetime) -> None:
    today = business_day(now, default_entity(session).time_zone)
    year = date(today.year, 1, 1)
    drawn = draw_sample(
        session,
        wish=SampleWish("年度审计：回函抽样", "confirmations", 12, f"HX-{today.year}", from_on=year),
        actor=one, now=now,
    )  # fmt: skip
    person = _add(session, EXTERNAL, password_hash, now)
    wish = RoleWish(
        "give",
        "auditor",
        "恒信会计师事务所年度审计",
        portfolio="list",
        sample=drawn,
        ends_on=today + timedelta(days=45),
    )
    request = request_role(session, person=person, wish=wish, actor=one, now=now + timedelta(hours=1))
    view = find_role_request(session, public_id=request, actor=other)
    if view.approval is not None:
        approve(
            session, public_id=view.approval.public_id, seen_hash=view.approval.content_hash, actor=other,
            now=now + timedelta(hours=3),
        )  # fmt: skip


def _propose_policy(session: Session, actor: Actor, now: datetime) -> None:
    today = business_day(now, default_entity(session).time_zone)
    now_in_force = body_of(current_policy(session, on=today))
    wanted = now_in_force | {
        "approval_limit_minor": {"CNY": 10_000_000, "EUR": 1_200_000},
        "approval_day_limit_minor": {"CNY": 50_000_000},
    }
    propose_policy(
        session, policy=policy_of(wanted, version=0), valid_from_on=today + timedelta(days=14), today=today,
        reason="超过限额的调整须两人审批", actor=actor, now=now,
    )  # fmt: skip


def _add(session: Session, who: tuple[str, str, str, str], password_hash: str | None, now: datetime) -> str:
    email, name, job_title, language = who
    draft = PersonDraft(email, name, job_title=job_title, language=language, password_hash=password_hash)
    return add_person(session, draft, actor=system_actor("demo"), now=now)
