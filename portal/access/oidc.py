"""OpenID Connect as a client: the way to the identity provider and back, ended by an ID token that is checked."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from portal.settings import LOOPBACK

#: Signatures an ID token may carry; never "none", and nothing made with a shared secret.
ALGORITHMS = ("RS256", "PS256", "ES256")
#: Words of the provider (RFC 8176, and classes of OpenID, PAPE and REFEDS) that stand for a second factor.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "fido"})
SECOND_FACTOR_CLASSES = frozenset(
    {
        "phr",
        "phrh",
        "https://refeds.org/profile/mfa",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    }
)
#: How long one proof at the provider may carry: no longer than a sign-in here.
LONGEST_PROOF_SECONDS = 8 * 3600
_LEEWAY_SECONDS, _PATIENCE_SECONDS = 60, 5
_MOST_BYTES = 256 * 1024


class ProviderFault(Exception):
    """An answer that proves nothing; ``reason`` is for the security log, never for the page."""

    def __init__(self, reason: str, *, is_ours: bool = False) -> None:
        """Keep the reason; ``is_ours``: nobody tried anything, the provider could not be reached."""
        super().__init__(reason)
        self.reason, self.is_ours = reason, is_ours


@dataclass(frozen=True, slots=True)
class Provider:
    """The identity provider an installation trusts, and who Concord is there."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    back_url: str


@dataclass(frozen=True, slots=True)
class SsoStart:
    """What has to be known again when a person comes back; ``verifier`` is the secret of PKCE."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class SsoAnswer:
    """What the browser brings back."""

    code: str
    state: str
    issuer: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str
    has_second_factor: bool = False


def way_to_provider(provider: Provider) -> tuple[str, SsoStart]:
    """Return the address to send a browser to, and what to keep until it comes back.

    Raises:
        ProviderFault: The provider cannot be reached, or describes another.
    """
    from authlib.common.urls import add_params_to_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    start = SsoStart(*(secrets.token_urlsafe(36) for _ in range(3)))
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": provider.back_url,
        "scope": "openid email", "state": start.state, "nonce": start.nonce, "max_age": str(LONGEST_PROOF_SECONDS),
        "code_challenge": create_s256_code_challenge(start.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    address = _address(provider, _discover(provider), "authorization_endpoint")
    return str(add_params_to_uri(address, list(asked.items()))), start


def read_identity(provider: Provider, answer: SsoAnswer, *, start: SsoStart, now: datetime) -> Identity:
    """Exchange the code of an answer and return whom its ID token names.

    Raises:
        ProviderFault: The answer was not asked for, or the token does not hold: signature, algorithm, issuer,
            audience, nonce, expiry, age of the proof, verified e-mail.
    """
    if not hmac.compare_digest(answer.state.encode(), start.state.encode()):
        raise ProviderFault("state")
    if answer.issuer and answer.issuer != provider.issuer:
        raise ProviderFault("issuer of the answer")
    if answer.error or not answer.code:
        raise ProviderFault("no code")
    found = _discover(provider)
    token = _exchange(provider, found, answer.code, start.verifier)
    keys = _fetch(provider, _address(provider, found, "jwks_uri"))
    return _identity(provider, _claims(provider, token, keys, nonce=start.nonce, now=now), now=now)


def _discover(provider: Provider) -> dict[str, Any]:
    found = _fetch(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise ProviderFault("issuer of the discovery")
    return found


def _address(provider: Provider, found: Mapping[str, Any], name: str) -> str:
    """Return an address the provider names: TLS, or on loopback where the issuer is there too."""
    address = str(found.get(name, ""))
    parts = urlsplit(address)
    is_local = provider.issuer.startswith("http://") and parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise ProviderFault(name)
    return address


def _exchange(provider: Provider, found: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": provider.back_url,
        "code_verifier": verifier, "client_id": provider.client_id,
    }  # fmt: skip
    headers = {}
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if provider.client_secret and "client_secret_basic" in ways:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    elif provider.client_secret:
        form["client_secret"] = provider.client_secret
    return _fetch(provider, _address(provider, found, "token_endpoint"), form=form, headers=headers)


def _fetch(
    provider: Provider,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a JSON object of the provider; redirects are not followed."""
    parts = urlsplit(_address(provider, {"address": address}, "address"))
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept": "application/json", **(headers or {})}
    try:
        if form is None:
            connection.request("GET", target, headers=sent)
        else:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", target, urlencode(form), sent)
        answer = connection.getresponse()
        raw = answer.read(_MOST_BYTES + 1)
        found = json.loads(raw) if answer.status == 200 and len(raw) <= _MOST_BYTES else None
    except (OSError, HTTPException) as error:
        raise ProviderFault(f"unreachable: {parts.hostname}", is_ours=True) from error
    except (ValueError, RecursionError) as error:
        raise ProviderFault("answer is not JSON") from error
    finally:
        connection.close()
    if not isinstance(found, dict):
        raise ProviderFault(f"answer {answer.status}", is_ours=answer.status >= 500)
    return found


def _claims(
    provider: Provider, token: Mapping[str, Any], keys: dict[str, Any], *, nonce: str, now: datetime
) -> Mapping[str, Any]:
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        read = jwt.decode(
            str(token.get("id_token", "")), KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)  # type: ignore[arg-type] # as it came
        )  # fmt: skip
        claims = CodeIDToken(
            read.claims, read.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "exp": {"essential": True},
            },
            params={"nonce": nonce, "client_id": provider.client_id, "access_token": token.get("access_token")},
        )  # fmt: skip
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderFault(f"token: {type(error).__name__} {error}"[:200]) from error
    return dict(claims)


def _identity(provider: Provider, claims: Mapping[str, Any], *, now: datetime) -> Identity:
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderFault("subject")
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") not in (True, "true"):
        raise ProviderFault("e-mail not verified")
    proved_at = claims.get("auth_time")
    if proved_at and now.timestamp() - float(proved_at) > LONGEST_PROOF_SECONDS + _LEEWAY_SECONDS:
        raise ProviderFault("proof too old")
    methods = {one for one in claims.get("amr") or () if isinstance(one, str)}
    has_second_factor = bool(methods & SECOND_FACTORS) or str(claims.get("acr")) in SECOND_FACTOR_CLASSES
    return Identity(provider.issuer, subject, email.strip().lower()[:254], has_second_factor)
