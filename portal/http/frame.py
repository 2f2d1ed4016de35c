"""What stands around every page: the seller's name, places with counts, companies, the person's menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from flask import Flask, request
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.errors import N_
from portal.http.counts import COUNTS, data_as_of
from portal.http.filters import DEFAULT_ZONE, initials
from portal.http.languages import other_language_url
from portal.http.unit import READS, unit
from portal.http.words import _, language
from portal.ledger import EntityView, entity_view

Answer = TypeVar("Answer")

ROLE_NAMES = {
    "viewer": N_("May look"),
    "confirmer": N_("Confirms"),
    "customer-admin": N_("Manages sign-ins"),
    "clerk": N_("Receivables clerk"),
    "approver": N_("Approver"),
    "department": N_("Department"),
    "auditor": N_("Auditor"),
    "security-admin": N_("Security administrator"),
    "system-admin": N_("System administrator"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place one can go to: where, what it is called, who sees it."""

    key: str
    path: str
    label: str
    icon: str
    permission: Permission
    go: str = ""


_P = Permission
CUSTOMER_PLACES = (
    Spot("overview", "/", N_("Overview"), "home", _P.STATEMENTS_READ, "o"),
    Spot("statements", "/statements", N_("Statements"), "file-text", _P.STATEMENTS_READ, "s"),
    Spot("open-items", "/open-items", N_("Open items"), "list-check", _P.ITEMS_READ, "i"),
    Spot("disputes", "/disputes", N_("Disputes"), "flag", _P.DISPUTES_READ, "d"),
    Spot("compare", "/compare", N_("Compare"), "arrows-exchange", _P.ITEMS_READ, "c"),
)
STAFF_PLACES = (
    (
        N_("Work"),
        (
            Spot("worklist", "/admin", N_("Worklist"), "inbox", _P.WORKLIST_READ, "w"),
            Spot("disputes", "/admin/disputes", N_("Disputes"), "flag", _P.DISPUTES_READ, "d"),
            Spot("compare", "/admin/compare", N_("Comparisons"), "arrows-exchange", _P.BOOKS_READ),
            Spot("approvals", "/admin/approvals", N_("Approvals"), "checks", _P.APPROVALS_READ, "a"),
            Spot("adjustments", "/admin/adjustments", N_("Adjustments"), "receipt-refund", _P.APPROVALS_READ),
            Spot("matching", "/admin/matching", N_("Matching"), "arrow-merge", _P.MATCHES_READ, "r"),
            Spot("bank", "/admin/bank", N_("Bank"), "building-bank", _P.BANK_READ, "b"),
            Spot("imports", "/admin/imports", N_("Imports"), "file-import", _P.IMPORTS_READ, "i"),
        ),
    ),
    (
        N_("Customers"),
        (
            Spot("customers", "/admin/customers", N_("Customers"), "building", _P.CUSTOMERS_READ, "c"),
            Spot("documents", "/admin/documents", N_("Documents"), "file-spreadsheet", _P.BOOKS_READ),
            Spot("statements", "/admin/statements", N_("Statements"), "file-text", _P.BOOKS_READ, "s"),
            Spot("mail", "/admin/mail", N_("Reminders and mail"), "mail", _P.MAIL_READ, "m"),
        ),
    ),
    (
        N_("Administration"),
        (
            Spot("periods", "/admin/periods", N_("Periods"), "calendar-check", _P.BOOKS_READ),
            Spot("rates", "/admin/rates", N_("Exchange rates"), "coin", _P.BOOKS_READ),
            Spot("people", "/admin/people", N_("People and roles"), "users", _P.PEOPLE_READ, "p"),
            Spot("roles", "/admin/roles", N_("Role requests"), "checks", _P.REVIEWS_READ),
            Spot("reviews", "/admin/reviews", N_("Access review"), "shield-check", _P.REVIEWS_READ),
            Spot("samples", "/admin/samples", N_("Samples"), "search", _P.SAMPLES_READ),
            Spot("policies", "/admin/policies", N_("Policy"), "settings", _P.POLICIES_READ),
            Spot("break-glass", "/admin/break-glass", N_("Break glass"), "lock-open", _P.REVIEWS_READ),
            Spot("privacy", "/admin/privacy", N_("Privacy"), "lock", _P.PRIVACY_MANAGE),
            Spot("security-log", "/admin/security-log", N_("Security log"), "shield", _P.SECURITY_LOG_READ),
            Spot("audit", "/admin/audit", N_("Audit trail"), "link", _P.AUDIT_READ),
            Spot("own-acts", "/admin/audit", N_("What I did"), "link", _P.AUDIT_OWN),
            Spot("settings", "/admin/settings", N_("Settings"), "settings", _P.BOOKS_READ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ReaderView:
    """The signed-in person as pages name them."""

    name: str
    initials: str
    roles: str
    email: str
    public_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it is drawn."""

    key: str
    label: str
    url: str
    icon: str
    count: int
    active: bool
    go: str


def _paths_of(app: Flask) -> frozenset[str]:
    """Return every address of an application, collected once: its pages are all there before the first is drawn."""
    if "concord.paths" not in app.extensions:
        paths = (rule.rule.rstrip("/") or "/" for rule in app.url_map.iter_rules())
        app.extensions["concord.paths"] = frozenset(paths)
    found: frozenset[str] = app.extensions["concord.paths"]
    return found


class Frame:
    """Built only when a page draws it: the counts cost queries."""

    home_url = "/"
    logo_url = ""
    sign_out_url = "/sign-out"
    company_url = "/company"
    density = ""

    def __init__(self, app: Flask) -> None:
        """Remember which addresses there are."""
        self._app = app

    @cached_property
    def _entity(self) -> EntityView:
        return entity()

    @property
    def seller_name(self) -> str:
        """Short name of the seller."""
        return self._entity.short_name_in(language())

    @property
    def theme(self) -> str:
        """``auto``, ``light`` or ``dark``."""
        signed_in = unit().signed_in
        return signed_in.theme if signed_in else "auto"

    @property
    def keys_off(self) -> bool:
        """Whether keys without Ctrl are off."""
        signed_in = unit().signed_in
        return signed_in is not None and not signed_in.has_single_keys

    @property
    def switch_language_url(self) -> str:
        """This page in the other language."""
        return other_language_url()

    @property
    def company(self) -> dict[str, object] | None:
        """The company acted for."""
        return next((one for one in self.companies if one["active"]), None)

    @cached_property
    def companies(self) -> list[dict[str, object]]:
        """The companies of the picker."""
        signed_in = unit().signed_in
        found = signed_in.companies if signed_in else ()
        chosen = signed_in.company if signed_in else None
        return [
            {"public_id": one.public_id, "name": one.name_in(language()), "active": one == chosen}
            for one in found
        ]

    @property
    def viewing(self) -> str:
        """Name of the company whose pages a member of staff looks at; empty for everybody else."""
        signed_in = unit().signed_in
        return signed_in.viewing.name_in(language()) if signed_in and signed_in.viewing else ""

    @property
    def seller_phone(self) -> str:
        """Where the seller is reached."""
        return self._entity.phone

    @property
    def person_menu(self) -> list[dict[str, str]]:
        """Links of the person's menu."""
        links = [{"label": _("Account"), "url": "/account", "icon": "user-circle"}]
        actor, is_own = unit().actor, not self.viewing
        if is_own and actor.side == "customer" and actor.may(Permission.PEOPLE_COMPANY):
            links.append({"label": _("People who sign in"), "url": "/people", "icon": "users"})
        if is_own and len(self.companies) > 1:
            links.append({"label": _("Your companies"), "url": "/companies", "icon": "building"})
        return links if is_own else []

    @cached_property
    def places(self) -> list[Place]:
        """Places of a customer."""
        return self._drawn(CUSTOMER_PLACES, unit().actor)

    @cached_property
    def groups(self) -> list[dict[str, object]]:
        """Places of staff, in groups."""
        groups = [(label, self._drawn(spots, unit().actor)) for label, spots in STAFF_PLACES]
        return [{"label": _(label), "places": places} for label, places in groups if places]

    @property
    def search_url(self) -> str | None:
        """Where the search box leads; None when the reader may not look there."""
        is_there = "/admin/documents" in self._paths and unit().actor.may(Permission.BOOKS_READ)
        return "/admin/documents" if is_there else None

    @property
    def search_text(self) -> str:
        """What was searched for."""
        return request.args.get("q", "") if request.path == "/admin/documents" else ""

    @cached_property
    def data_as_of(self) -> datetime | None:
        """When the books were last fed."""
        return read(data_as_of)

    @property
    def _paths(self) -> frozenset[str]:
        return _paths_of(self._app)

    def _drawn(self, spots: tuple[Spot, ...], actor: Actor) -> list[Place]:
        there = [spot for spot in spots if spot.path in self._paths and actor.may(spot.permission)]
        counts = counted([f"{actor.side}.{spot.key}" for spot in there], actor)
        path = request.path.rstrip("/") or "/"
        active = max(
            (
                spot.path
                for spot in there
                if path == spot.path
                or (spot.path not in {"/", "/admin"} and path.startswith(spot.path + "/"))
            ),
            key=len,
            default="",
        )
        return [
            Place(
                spot.key, _(spot.label), spot.path, spot.icon, counts.get(f"{actor.side}.{spot.key}", 0),
                spot.path == active, spot.go,
            )
            for spot in there
        ]  # fmt: skip


def counted(keys: list[str], actor: Actor) -> dict[str, int]:
    """Return the counts of places that have one, read in the request's reading session or one of its own."""
    wanted = {key: COUNTS[key] for key in keys if key in COUNTS}
    return read(lambda session: {key: count(session, actor) for key, count in wanted.items()})


def read(query: Callable[[Session], Answer]) -> Answer:
    """Run a query in the request's own session when that one reads, else in a short reading one."""
    if request.method in READS:
        return query(unit().session)
    with unit().database.reading() as reading:
        return query(reading)


def entity() -> EntityView:
    """Return the seller, read once a request."""
    g = unit()
    if "entity" not in g:
        g.entity = read(entity_view)
    found: EntityView = g.entity
    return found


def zone() -> str:
    """Return the seller's time zone; outside requests the default."""
    try:
        return entity().time_zone
    except RuntimeError:
        return DEFAULT_ZONE


def set_up_frame(app: Flask) -> None:
    """Give pages ``frame`` and ``actor`` when someone is signed in."""

    def context() -> dict[str, object]:
        signed_in = unit().signed_in
        if signed_in is None:
            return {"frame": None}
        actor = signed_in.actor
        roles = _(", ").join(_(ROLE_NAMES[role]) for role in sorted(actor.roles))
        reader = ReaderView(actor.name, initials(actor.name), roles, actor.email, actor.public_id)
        return {"frame": Frame(app), "actor": reader}

    app.context_processor(context)
