"""Single sign-on between two requests: the provider as set, and what the cookie keeps until the browser is back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import session

from portal.access import Identity, Provider, SsoStart, link_identity
from portal.errors import NotFound
from portal.http.door import seller_payload
from portal.http.unit import unit
from portal.settings import Settings

#: How long the way to the provider and back may take, and then the proof by password.
WITHIN = timedelta(minutes=10)


class Waiting(NamedTuple):
    """An identity to be proved by password once, and the page to go on to."""

    identity: Identity
    target: str


def sso_name(settings: Settings) -> str:
    """Return the word on the button; empty = there is no single sign-on."""
    return (settings.oidc_name or urlsplit(settings.oidc_issuer).netloc) if settings.oidc_issuer else ""


def provider() -> Provider:
    """Return the identity provider as set.

    Raises:
        NotFound: There is none.
    """
    settings = unit().settings
    if not settings.oidc_issuer:
        raise NotFound
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, sso_name(settings),
        f"{settings.base_url.rstrip('/')}/sign-in/sso/back",
    )  # fmt: skip


def keep_start(start: SsoStart, target: str) -> None:
    """Keep what must be known when the browser comes back."""
    session["sso"] = {**asdict(start), "next": target, "at": int(unit().now.timestamp())}


def take_start() -> tuple[SsoStart | None, str]:
    """Return what was kept, once, and the page to go on to; None when there is nothing or it is too old."""
    kept = session.pop("sso", None)
    if not isinstance(kept, dict) or not _is_fresh(kept):
        return None, ""
    return SsoStart(kept["state"], kept["nonce"], kept["verifier"]), kept["next"]


def keep_waiting(identity: Identity, target: str) -> None:
    """Keep an identity until its person has proved the account here."""
    session["sso-waiting"] = {**asdict(identity), "next": target, "at": int(unit().now.timestamp())}


def waiting_identity() -> Waiting | None:
    """Return the identity that waits for its person, or None."""
    kept = session.get("sso-waiting")
    if not isinstance(kept, dict) or not _is_fresh(kept):
        return None
    return Waiting(Identity(kept["issuer"], kept["subject"], kept["email"]), kept["next"])


def link_waiting(waiting: Waiting | None, token: str) -> None:
    """Link a waiting identity with the person of a sign-in that began, when they are the same."""
    g = unit()
    if waiting is not None and waiting.identity.issuer == g.settings.oidc_issuer:
        link_identity(g.database, token=token, identity=waiting.identity, seller=seller_payload(), now=g.now)


def _is_fresh(kept: dict[str, object]) -> bool:
    return 0 <= unit().now.timestamp() - float(str(kept["at"])) + 1 <= WITHIN.total_seconds()
