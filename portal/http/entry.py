"""How an installation lets people in: its rules, what passkeys are bound to, the cookie of a known browser."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlencode

from flask import Response, make_response, redirect, request, session
from flask.typing import ResponseReturnValue

from portal.access import Attempt, PasswordRules, SignInRules, Site, Started
from portal.http.access import STAGE_PAGES, enter, safe_next
from portal.http.door import door
from portal.http.frame import entity
from portal.http.sso import link_waiting, sso_name, waiting_identity
from portal.http.unit import unit
from portal.http.words import language
from portal.settings import LOOPBACK, Settings

_YEAR_SECONDS = 34_128_000  # 395 days: browsers keep no cookie for longer than 400


def password_rules(settings: Settings) -> PasswordRules:
    """Return what the installation asks of passwords."""
    return PasswordRules(settings.password_cost, settings.password_profile)


def sign_in_rules(settings: Settings) -> SignInRules:
    """Return what the installation asks at sign-in."""
    return SignInRules(password_rules(settings), settings.staff_second_factor == "required")


def site() -> Site:
    """Return what passkeys are bound to: the public address, on loopback the name that was typed."""
    settings = unit().settings
    scheme = "https" if settings.is_https else "http"
    name = settings.host.rpartition(":")[0] or settings.host
    typed = request.host if name.strip("[]") in LOOPBACK else settings.host
    host = typed.rpartition(":")[0] if typed.rpartition(":")[2].isdigit() else typed
    return Site(
        host=host, origin=f"{scheme}://{typed}", name=entity().short_name_in(language()) or "Concord",
        secret=settings.secret,
    )  # fmt: skip


def passkeys_work() -> bool:
    """Say whether browsers take passkeys at this address: they need a name, and TLS except on ``localhost``."""
    try:
        ip_address(site().host.strip("[]"))
    except ValueError:
        return True
    return False


def attempt(email: str = "", password: str = "") -> Attempt:
    """Return what came in as a try to sign in."""
    g = unit()
    return Attempt(
        email, password, request.remote_addr or "", request.user_agent.string[:255], g.request_id,
        request.cookies.get(_cookie_name(g.settings), "")[:64],
    )  # fmt: skip


def let_in(started: Started, *, target: str | None = None) -> ResponseReturnValue:
    """Answer a sign-in that began: on to the code, to what must be set up, or to the page that was asked for."""
    target = target or request.args.get("next")
    if started.stage == "code":
        session["pending"] = started.token
        return redirect(_with_next(STAGE_PAGES["code"], target), 303)
    waiting = waiting_identity()
    enter(started.token)
    link_waiting(waiting, started.token)
    home = "/admin/" if started.side == "staff" else "/"
    place = STAGE_PAGES.get(started.stage)
    answer = make_response(redirect(_with_next(place, target) if place else safe_next(target, home), 303))
    _remember(answer, started.device_token)
    return answer


def pending_token() -> str:
    """Return the secret id of the sign-in that waits for its code."""
    return str(session.get("pending", ""))


def _with_next(path: str, target: str | None) -> str:
    known = safe_next(target, "")
    return f"{path}?{urlencode({'next': known}, safe='/')}" if known else path


def _cookie_name(settings: Settings) -> str:
    return "__Host-concord-device" if settings.is_https else "concord-device"


def _remember(answer: Response, token: str) -> None:
    settings = unit().settings
    answer.set_cookie(
        _cookie_name(settings), token, max_age=_YEAR_SECONDS, httponly=True, secure=settings.is_https,
        samesite="Lax", path="/",
    )  # fmt: skip


def page_values(**values: object) -> dict[str, object]:
    """Return what every page before (or between) sign-ins needs, and the given values."""
    return {
        "door": door(),
        "passkeys_work": passkeys_work(),
        "sso_name": sso_name(unit().settings),
        "next": safe_next(request.args.get("next"), ""),
    } | values
