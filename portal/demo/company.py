"""The demo company's own data, its people and its customers, entered through the verbs users use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    GrantTerms,
    LimitTerms,
    PersonDraft,
    add_person,
    find_person_by_email,
    grant_role,
    new_seed,
    permissions_of,
    seed_for_console,
    set_up_totp_from_console,
    system_actor,
)
from portal.access.models import Grant, Person
from portal.customers import ContactDraft, CustomerDraft, add_contact, create_customers, customers_by_number
from portal.demo.names import SELLER, Company, companies, person_name
from portal.demo.trade import Account
from portal.ledger import RateDraft, edit_entity, set_book_currency_if_missing, set_rates
from portal.money import Money

PASSWORD = "lanqiao-demo-2026"  # noqa: S105 - the demo listens on loopback only
#: role → (address, name, job title, language) of the seller's people.
STAFF = {
    "clerk": ("shen.yijun@lanqiao.example", "沈怡君", "应收会计", "zh"),
    "clerk-2": ("tobias.lang@lanqiao.example", "Tobias Lang", "Receivables, Europe", "en"),
    "approver": ("he.ming@lanqiao.example", "何铭", "财务主管", "zh"),
    "approver-2": ("ruth.akande@lanqiao.example", "Ruth Akande", "Controller", "en"),
    "department": ("qiu.bin@lanqiao.example", "邱斌", "物流主管", "zh"),
    "auditor": ("pan.wei@lanqiao.example", "潘蔚", "内部审计", "zh"),
    "security-admin": ("ning.hao@lanqiao.example", "宁皓", "安全管理员", "zh"),
    "security-admin-2": ("gu.yan@lanqiao.example", "顾妍", "安全管理员", "zh"),
    "system-admin": ("bao.lei@lanqiao.example", "鲍磊", "系统管理员", "zh"),
}
#: Key of STAFF → terms under which the role is held; the others hold theirs without bounds.
TERMS = {
    "clerk-2": GrantTerms(portfolio="own", limits=(LimitTerms("EUR", 500_000, None),), reason="Europe only"),
    "approver-2": GrantTerms(
        limits=(LimitTerms("CNY", 5_000_000, 20_000_000), LimitTerms("EUR", 600_000, None))
    ),
    "department": GrantTerms(departments=("logistics", "warehouse"), reason="查物流与仓库的异议"),
}
#: role → (address, name, job title, customer's place in the list) of the customers' people with a sign-in.
CUSTOMER_PEOPLE = (
    ("confirmer", "zhang.min@haiting.example", "张敏", "应付会计", 0),
    ("viewer", "lu.jie@haiting.example", "陆洁", "采购", 0),
    ("customer-admin", "fang.yu@haiting.example", "方瑜", "财务经理", 0),
    ("confirmer", "k.brandt@falkenried.example", "Katrin Brandt", "Accounts payable", 1),
)
_RATES = {"EUR": 7.78, "USD": 7.21, "JPY": 0.0483}
_DEPARTMENTS = ("华东", "华南", "海外")


@dataclass(frozen=True)
class Confirmer:
    """Someone at a customer who answers statements in the story."""

    public_id: str
    customer_id: int


@dataclass(frozen=True)
class Cast:
    """Who acts in the story."""

    clerk: Actor
    approver: Actor
    department: Actor
    confirmers: Sequence[Confirmer]


def seat_company(session: Session, *, password_hash: str, now: datetime) -> dict[str, str]:
    """Enter the seller and its people; returns role → public id of the person."""
    system = system_actor("demo")
    edit_entity(session, changes=dict(SELLER), actor=system, now=now)
    set_book_currency_if_missing(session, currency="CNY")
    seated = {}
    for key, (email, name, job_title, language) in STAFF.items():
        draft = PersonDraft(
            email=email, name=name, job_title=job_title, language=language, password_hash=password_hash
        )
        seated[key] = add_person(session, draft, actor=system, now=now)
        role = key.removesuffix("-2")
        terms = TERMS.get(key, GrantTerms())
        grant_role(session, public_id=seated[key], role=role, terms=terms, actor=system, now=now)
        set_up_totp_from_console(session, public_id=seated[key], seed=new_seed(), actor=system, now=now)
    return seated


def staff_seed(session: Session, email: str) -> str | None:
    """Return the key of a colleague's authenticator app as it is now; None once they have removed it."""
    found = find_person_by_email(session, email=email, actor=system_actor("demo"))
    return seed_for_console(session, public_id=found.public_id, actor=system_actor("demo")) if found else None


def set_monthly_rates(session: Session, months: list[date], random: Random, *, now: datetime) -> None:
    """Set a rate for each month and currency, wandering a little."""
    rates = [
        RateDraft(currency, month, f"{base * (1 + random.uniform(-0.02, 0.02)):.6f}", "demo")
        for currency, base in _RATES.items()
        for month in months
    ]
    set_rates(session, rates=rates, actor=system_actor("demo"), now=now)


def seat_customers(
    session: Session, random: Random, *, owners: list[int], first_on: date, now: datetime
) -> list[Account]:
    """Create the customers with terms, limits and owners; returns them as accounts of the market."""
    listed = list(companies(random))
    drafts = [_draft(random, number, company, owners, first_on) for number, company in enumerate(listed)]
    create_customers(session, drafts, actor=system_actor("demo"), now=now)
    ids = customers_by_number(session, [draft.number for draft in drafts])
    return [
        Account(
            customer_id=ids[draft.number].id, public_id=ids[draft.number].public_id, company=company,
            invoices=_habit(random, place), terms_days=draft.terms_days,
            late_days=round(random.gauss(6, 8)),
        )
        for place, (draft, company) in enumerate(zip(drafts, listed, strict=True))
    ]  # fmt: skip


def _draft(random: Random, place: int, company: Company, owners: list[int], first_on: date) -> CustomerDraft:
    limit = random.choice((200_000, 500_000, 1_000_000, 2_000_000)) * 100
    if company.currency == "JPY":
        limit //= 5
    return CustomerDraft(
        number=f"C-{20000 + place * 37 % 9973 + 1:05d}", name=company.name, name_en=company.name_en,
        currency=company.currency, first_on=first_on, language=company.language, country=company.country,
        terms_days=random.choice((30, 30, 45, 60)), credit_limit=Money(limit, company.currency),
        department=_DEPARTMENTS[2] if company.country != "CN" else _DEPARTMENTS[place % 2],
        owner_id=owners[1] if company.country != "CN" else owners[0],
    )  # fmt: skip


def _habit(random: Random, place: int) -> int:
    """Invoices a month: the two shown customers many, a few large ones, most small, some asleep."""
    if place == 0:
        return 44
    if place == 1:
        return 24
    return random.choices((0, 1, 2, 4, 7, 14), weights=(6, 22, 30, 24, 12, 6))[0]


def seat_customers_people(
    session: Session, accounts: list[Account], random: Random, *, password_hash: str, now: datetime
) -> list[Confirmer]:
    """Give each customer a contact, most of them a confirmer, and the first two their sign-ins."""
    system = system_actor("demo")
    confirmers = []
    for role, email, name, job_title, place in CUSTOMER_PEOPLE:
        account = accounts[place]
        draft = PersonDraft(
            email=email,
            name=name,
            job_title=job_title,
            language=account.company.language,
            password_hash=password_hash,
        )
        person = add_person(session, draft, actor=system, now=now)
        grant_role(session, public_id=person, role=role, customer_no=_number(place), actor=system, now=now)
        if role == "confirmer":
            confirmers.append(Confirmer(person, account.customer_id))
    for place, account in enumerate(accounts[2:], start=2):
        name, latin = person_name(random, account.company.language)
        email = f"{latin.lower().replace(' ', '.').replace('á', 'a')}.{place}@customers.example"
        contact = ContactDraft(name=name, email=email, language=account.company.language)
        add_contact(session, customer_public_id=account.public_id, draft=contact, actor=system, now=now)
        if random.random() < 0.8:
            draft = PersonDraft(email=email, name=name, job_title="", language=account.company.language)
            person = add_person(session, draft, actor=system, now=now)
            grant_role(
                session, public_id=person, role="confirmer", customer_no=_number(place), actor=system, now=now
            )
            confirmers.append(Confirmer(person, account.customer_id))
    return confirmers


def _number(place: int) -> str:
    return f"C-{20000 + place * 37 % 9973 + 1:05d}"


def staff_actor(session: Session, public_id: str) -> Actor:
    """Return the actor a colleague is in the story."""
    person = session.scalars(select(Person).where(Person.public_id == public_id)).one()
    roles = frozenset(session.scalars(select(Grant.role).where(Grant.person_id == person.id)))
    return Actor(
        person_id=person.id, public_id=public_id, name=person.name, email=person.email, job_title=person.job_title,
        side="staff", roles=roles, permissions=permissions_of(roles), language=person.language, method="password",
        address="198.51.100.20", device="Chrome 130, Windows",
    )  # fmt: skip


def confirmer_actor(session: Session, confirmer: Confirmer) -> Actor:
    """Return the actor a customer's bookkeeper is in the story."""
    person = session.scalars(select(Person).where(Person.public_id == confirmer.public_id)).one()
    roles = frozenset({"confirmer"})
    return Actor(
        person_id=person.id, public_id=person.public_id, name=person.name, email=person.email,
        job_title=person.job_title or "Accounts payable", side="customer", roles=roles,
        permissions=permissions_of(roles),
        customer_ids=frozenset({confirmer.customer_id}), language=person.language, method="password",
        address="203.0.113.41", device="Edge 130, Windows",
    )  # fmt: skip


def month_starts(last: date, count: int) -> list[date]:
    """Return the first days of ``count`` months ending with the month of ``last``, oldest first."""
    months = [last.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]
