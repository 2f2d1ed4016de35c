"""Who may use an address: ``requires`` and ``public``, sign-in cookies through Flask-Login, refusals into the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import Unauthorized

from portal.access import (
    Permission,
    SecurityNote,
    SignedIn,
    actor_of_sign_in,
    is_internal_path,
    note_security,
    touch_sign_in,
)
from portal.errors import N_, NotAllowed
from portal.http.unit import READS, unit

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
Side = Literal["customer", "staff", "any"]


#: All that someone may send while they look at a customer's pages.
ENDS_VIEWING = frozenset({"viewing.stop", "sign_in.sign_out"})


#: Where a sign-in that is not complete leads, and what it may call meanwhile.
STAGE_PAGES = {
    "code": "/sign-in/code",
    "enrol": "/account/second-factor",
    "password": "/account/new-password",
}
_STAGE_ENDPOINTS = {
    "enrol": frozenset({
        "factors.enrol", "factors.start_app", "factors.app", "factors.confirm_app", "factors.passkey_options",
        "factors.add", "sign_in.step_up", "sign_in.prove", "sign_in.sign_out",
    }),
    "password": frozenset({"account.new_password", "account.change_password", "sign_in.sign_out"}),
}  # fmt: skip


class Unfinished(NotAllowed):
    """A sign-in that still lacks a second factor or a new password."""

    code = "sign_in_unfinished"
    default_message = N_("Finish signing in first: set up a second factor, or change the password.")


class ViewingOnly(NotAllowed):
    """A member of staff tried to act while looking at a customer's pages."""

    code = "viewing_only"
    default_message = N_("You see what the customer sees. You cannot act here.")


class _SignInUser(UserMixin):  # type: ignore[misc] # Flask-Login has no types
    """What Flask-Login keeps: the secret id of the sign-in, nothing about the person."""

    def __init__(self, token: str, signed_in: SignedIn | None) -> None:
        self.token = token
        self.signed_in = signed_in

    def get_id(self) -> str:
        return self.token


def public(view: View[P]) -> View[P]:
    """Mark a view that anybody may call."""
    view.is_public = True  # type: ignore[attr-defined] # read by routes and tests
    view.side = "any"  # type: ignore[attr-defined] # the same
    return view


def requires(*permissions: Permission, side: Side | None = None) -> Callable[[View[P]], View[P]]:
    """Let a view be called only by who holds one of the permissions, from the side of its front.

    Args:
        permissions: One of them is needed; the verb checks again.
        side: ``customer``, ``staff`` or ``any``; None = staff for pages of admin, customer for pages of the portal.
    """

    def mark(view: View[P]) -> View[P]:
        wanted = side or ("staff" if view.__module__.startswith("admin.") else "customer")

        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            g = unit()
            if g.signed_in is None:
                return _to_sign_in()
            standing = _unfinished_page(g.signed_in) or _standing_page(g.signed_in, wanted, permissions)
            if standing is not None:
                return standing
            if wanted not in {"any", g.actor.side}:
                raise NotAllowed
            g.actor.require(*permissions)
            return view(*args, **kwargs)

        guarded.permission = permissions[0] if len(permissions) == 1 else permissions  # type: ignore[attr-defined] # as above
        guarded.side = wanted  # type: ignore[attr-defined] # as above
        return guarded

    return mark


def _unfinished_page(signed_in: SignedIn) -> ResponseReturnValue | None:
    """Return the way to what a sign-in still lacks; None = it is complete, or this is the place.

    Raises:
        Unfinished: A program called, or something was sent.
    """
    if signed_in.stage == "full" or request.endpoint in _STAGE_ENDPOINTS[signed_in.stage]:
        return None
    if wants_json() or request.method not in READS:
        raise Unfinished
    return redirect(STAGE_PAGES[signed_in.stage])


def _standing_page(
    signed_in: SignedIn, side: Side, permissions: tuple[Permission, ...]
) -> ResponseReturnValue | None:
    """Return the page that stands in the way: the customer is paused, or staff look at its pages; None = go on."""
    company = signed_in.company
    is_paused = company is not None and company.is_paused and Permission.ACCOUNT_OWN not in permissions
    if is_paused and side != "staff" and not wants_json():
        note_denied(NotAllowed())
        return render_template("portal/paused.html"), 403
    if signed_in.viewing is not None and side == "staff" and request.method in READS and not wants_json():
        note_denied(ViewingOnly())
        return render_template("portal/viewing.html"), 403
    return None


def _to_sign_in() -> ResponseReturnValue:
    if wants_json():
        raise Unauthorized
    target = request.full_path.rstrip("?") if request.method in READS else None
    address = url_for("sign_in.sign_in", next=target)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def wants_json() -> bool:
    """Say whether the caller is a program: it asks for JSON rather than a page."""
    kinds = request.accept_mimetypes
    return request.path.startswith("/api/") or (
        kinds.best_match(["text/html", "application/json"], "text/html") == "application/json"
    )


def safe_next(target: str | None, fallback: str) -> str:
    """Return the page to go on to: ``target`` when it is an address of this site that a GET can open."""
    if not target or not is_internal_path(target) or urlsplit(target).netloc:
        return fallback
    return target


def enter(token: str) -> None:
    """Put a fresh sign-in into a fresh cookie: nothing of the one before is kept but the language."""
    kept = session.get("lang")
    session.clear()
    if kept:
        session["lang"] = kept
    login_user(_SignInUser(token, None))


def leave() -> None:
    """Empty the cookie."""
    kept = session.get("lang")
    logout_user()
    session.clear()
    if kept:
        session["lang"] = kept


def _load(token: str) -> _SignInUser | None:
    g = unit()
    with g.database.reading() as reading:
        signed_in = actor_of_sign_in(reading, token, now=g.now, request_id=g.request_id)
    return _SignInUser(token, signed_in) if signed_in else None


def _recognise() -> None:
    """Find out who is signed in; a page that only asks how far a job is does not keep the sign-in alive."""
    if request.endpoint == "static" or "_user_id" not in session:
        return
    g = unit()
    signed_in: SignedIn | None = getattr(current_user, "signed_in", None)
    g.signed_in = signed_in
    if signed_in is not None and signed_in.is_stale and request.headers.get("HX-Trigger") != "job":
        try:
            with g.database.writing() as writing:
                touch_sign_in(writing, public_id=signed_in.public_id, now=g.now)
        except DBAPIError:
            pass  # busy; the next request writes it
    if signed_in is not None and signed_in.viewing is not None:
        _refuse_acts()


def _refuse_acts() -> None:
    """Let whoever looks at a customer's pages do nothing but look and stop looking.

    Raises:
        ViewingOnly: The request would act.
    """
    if request.method not in READS and request.endpoint not in ENDS_VIEWING:
        raise ViewingOnly


def note_denied(error: Exception) -> None:
    """Write ``authz.denied`` into the security log, in a short transaction of its own."""
    g = unit()
    if g.signed_in is None:
        return
    note = SecurityNote(
        "authz.denied", g.actor.person_id, request.remote_addr or "", g.request_id,
        f"{type(error).__name__} {request.method} {request.endpoint}",
    )  # fmt: skip
    try:
        with g.database.writing() as writing:
            note_security(writing, note, now=g.now)
    except DBAPIError:
        return  # the refusal itself does not depend on its note


def _note_auditor(response: Response) -> Response:
    """Write what an auditor read into the security log (rule R11); what the browser only polls is left out."""
    g = unit()
    if g.signed_in is None or "auditor" not in g.signed_in.actor.roles or request.method not in READS:
        return response
    if request.endpoint == "static" or request.headers.get("HX-Trigger") == "job":
        return response
    actor = g.signed_in.actor
    said = f"{response.status_code} {request.full_path.rstrip('?')}"
    note = SecurityNote("auditor.read", actor.person_id, request.remote_addr or "", g.request_id, said)
    try:
        with g.database.writing() as writing:
            note_security(writing, note, now=g.now)
    except DBAPIError:
        return response  # the page was read already; a busy log does not take it back
    return response


def set_up_access(app: Flask) -> None:
    """Recognise the signed-in person before each request."""
    manager: Any = LoginManager()
    manager.session_protection = (
        None  # the id is random, hashed at rest and short-lived; addresses change on phones
    )
    manager.user_loader(_load)
    manager.init_app(app)
    app.before_request(_recognise)
    app.after_request(_note_auditor)
