"""Groups, a pause, changes that wait, invitations and paper answers of the demo, by the verbs users use."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, permissions_of, system_actor
from portal.access.company_people import set_company_roles
from portal.access.models import Grant, Person
from portal.approvals import approve, find_approval
from portal.approvals.models import Approval
from portal.attachments import FileDraft
from portal.clock import business_day
from portal.confirmations import PaperDraft, record_paper
from portal.customers import (
    AccountDraft,
    ColleagueDraft,
    contacts_of,
    edit_customer,
    find_customer,
    invite_colleague,
    pause_customer,
    propose_account,
    propose_email,
    set_group,
)
from portal.customers.models import Customer
from portal.db import Database
from portal.demo.company import Cast
from portal.statements import find_statement
from portal.statements.models import Statement

#: Head of a group → its members, by place in the list of customers.
GROUPS = {1: (31, 44), 4: (12, 27, 39)}
_PAUSED = 17
_DOMAINS = {0: "haiting.example", 1: "falkenried.example", 4: "@customers.example"}
_PAPER = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def tell_relations(database: Database, cast: Cast, *, now: datetime) -> None:
    """Let the story of people and companies stand where a visitor can see it."""
    with database.writing() as session:
        ids = list(session.scalars(select(Customer.public_id).order_by(Customer.id)))
        _group(session, ids, cast, now=now - timedelta(days=40))
        reason = "重大资产重组，等待新的授权人名单"
        pause_customer(
            session, public_id=ids[_PAUSED], reason=reason, actor=cast.clerk, now=now - timedelta(days=3)
        )
    with database.writing() as session:
        _change_masters(session, ids, cast, now=now - timedelta(days=2))
    with database.writing() as session:
        _invite(session, ids, cast, now=now - timedelta(hours=6))
    with database.writing() as session:
        _record_papers(session, cast, now=now - timedelta(hours=4))


def _group(session: Session, ids: list[str], cast: Cast, *, now: datetime) -> None:
    for place, domains in _DOMAINS.items():
        view = find_customer(session, public_id=ids[place], actor=cast.clerk)
        changes = {"mail_domains": domains}
        edit_customer(
            session,
            public_id=ids[place],
            row_version=view.row_version,
            changes=changes,
            actor=cast.clerk,
            now=now,
        )
    for head, members in GROUPS.items():
        for member in members:
            set_group(session, public_id=ids[member], head_public_id=ids[head], actor=cast.clerk, now=now)
    customer = find_customer(session, public_id=ids[1], actor=cast.clerk)
    person = session.scalars(
        select(Person.public_id)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.customer_id == customer.id)
    ).first()
    if person is not None:
        roles = frozenset({"confirmer"})
        set_company_roles(
            session, person=person, customer_id=customer.id, roles=roles, is_for_group=True,
            actor=system_actor("demo"), now=now,
        )  # fmt: skip


def _approve_newest(session: Session, cast: Cast, *, now: datetime) -> None:
    public_id = session.scalars(select(Approval.public_id).order_by(Approval.id.desc()).limit(1)).one()
    seen = find_approval(session, public_id=public_id, actor=cast.approver).content_hash
    approve(session, public_id=public_id, seen_hash=seen, actor=cast.approver, now=now)


def _change_masters(session: Session, ids: list[str], cast: Cast, *, now: datetime) -> None:
    account = AccountDraft("6222 0210 0112 3456 789", "中国工商银行宁波海曙支行", "海汀")
    propose_account(
        session, customer=ids[0], draft=account, reason="首次退款，附开户许可证", actor=cast.clerk, now=now
    )
    _approve_newest(session, cast, now=now + timedelta(hours=2))
    other = AccountDraft("DE89 3704 0044 0532 0130 00", "Commerzbank Hamburg", "Falkenried", "COBADEFFXXX")
    propose_account(
        session, customer=ids[1], draft=other, reason="Letter of 3 March; called back on the number of the contract",
        actor=cast.clerk, now=now + timedelta(hours=20),
    )  # fmt: skip
    contact = contacts_of(session, find_customer(session, public_id=ids[5], actor=cast.clerk).id)[0]
    propose_email(
        session, public_id=contact.public_id, email="ap.shared@customers.example",
        reason="对方财务来电，已按合同电话回拨核实", actor=cast.clerk, now=now + timedelta(hours=21),
    )  # fmt: skip


def _invite(session: Session, ids: list[str], cast: Cast, *, now: datetime) -> None:
    customer = find_customer(session, public_id=ids[0], actor=cast.clerk)
    person = session.scalars(
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.customer_id == customer.id, Grant.role == "customer-admin")
    ).one()
    roles = frozenset({"customer-admin"})
    admin = Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email,
        job_title=person.job_title, side="customer", roles=roles, permissions=permissions_of(roles),
        customer_ids=frozenset({customer.id}), language=person.language, method="passkey", address="203.0.113.77",
        device="Safari, iPhone",
    )  # fmt: skip
    draft = ColleagueDraft("wu.qian@haiting.example", "吴倩", "viewer", "zh")
    invite_colleague(session, customer_id=customer.id, draft=draft, actor=admin, now=now)
    other = find_customer(session, public_id=ids[2], actor=cast.clerk)
    strong = ColleagueDraft("lin.hao.2@customers.example", "林浩", "confirmer", "zh")
    invite_colleague(
        session, customer_id=other.id, draft=strong, actor=cast.clerk, now=now + timedelta(minutes=9)
    )


def _record_papers(session: Session, cast: Cast, *, now: datetime) -> None:
    """One answer on paper is recorded, one by telephone still waits."""
    newest = session.scalars(
        select(Statement.period_from).order_by(Statement.period_from.desc()).limit(1)
    ).one()
    open_ones = session.scalars(
        select(Statement.public_id)
        .where(Statement.period_from == newest, Statement.state.in_(("issued", "delivered", "viewed")))
        .order_by(Statement.id.desc())
        .limit(2)
    ).all()
    for place, public_id in enumerate(open_ones):
        page = find_statement(session, public_id=public_id, actor=cast.clerk)
        draft = PaperDraft(
            outcome="agreed", stated=None, reason="", channel=("paper", "telephone")[place],
            given_on=max(page.as_of, business_day(now, page.entity.time_zone)), given_by=("宋妍", "饶静")[place],
            given_title=("财务经理", "应付会计")[place], content_hash=page.content_hash,
        )  # fmt: skip
        name = ("询证函回函-盖章件.pdf", "电话记录.pdf")[place]
        record_paper(
            session,
            public_id=public_id,
            draft=draft,
            files=[FileDraft(name, _PAPER)],
            actor=cast.clerk,
            now=now,
        )
        if place == 0:
            _approve_newest(session, cast, now=now + timedelta(minutes=30))
