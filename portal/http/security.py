"""Headers, content-security policy, trusted hosts and the CSRF guard."""

from __future__ import annotations

import secrets

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest

from portal.http.proxies import ProxiesKnown
from portal.http.unit import unit
from portal.settings import LOOPBACK, Settings

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NO_REFERRER = ("/l/", "/sign-in", "/invitation/", "/reset", "/account/e-mail/")
YEAR_SECONDS = 31_536_000


def csp_nonce() -> str:
    """Return the nonce of this answer; made when first asked for, because errors may come before anything else."""
    g = unit()
    nonce: str | None = g.get("nonce")
    if nonce is None:
        nonce = secrets.token_urlsafe(16)
        g.nonce = nonce
    return nonce


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    is_secret_page = request.path.startswith(_NO_REFERRER)
    headers["Referrer-Policy"] = "no-referrer" if is_secret_page else "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if unit().settings.is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    if request.endpoint == "static" and response.status_code < 400:
        is_named_by_content = "v" in request.args
        headers["Cache-Control"] = (
            f"public, max-age={YEAR_SECONDS}, immutable" if is_named_by_content else "no-cache"
        )
    else:
        headers["Cache-Control"] = "no-store"
    return response


def _refuse_nul() -> None:
    """Refuse texts with a NUL: PostgreSQL cannot compare or keep them, and files and headers end there."""
    came_in = (request.args, request.form)
    texts = (text for values in came_in for several in values.listvalues() for text in several)
    if "\0" in request.path or any("\0" in text for text in texts):
        raise BadRequest


def _trusted_hosts(settings: Settings) -> list[str]:
    host = settings.host.rpartition("@")[2]
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return sorted({*LOOPBACK, "[::1]"}) if name.strip("[]") in LOOPBACK else [name]


def set_up_security(app: Flask, settings: Settings) -> None:
    """Configure cookies and limits, and guard every unsafe method with a token bound to the sign-in."""
    app.config.update(
        SECRET_KEY=settings.secret,
        SECRET_KEY_FALLBACKS=list(settings.secrets[1:]),
        TRUSTED_HOSTS=_trusted_hosts(settings),
        SESSION_COOKIE_NAME="__Host-concord" if settings.is_https else "concord",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PREFERRED_URL_SCHEME="https" if settings.is_https else "http",
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,  # bound to the sign-in: an hour of ticking lines must not end in a refusal
        WTF_CSRF_SSL_STRICT=False,  # pages with tokens in their address send no referrer
    )
    if settings.proxies:
        app.wsgi_app = ProxiesKnown(app.wsgi_app, settings.proxies)  # type: ignore[method-assign] # as Flask's docs do
    CSRFProtect(app)
    app.before_request(_refuse_nul)
    app.after_request(_add_headers)
