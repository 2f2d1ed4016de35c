"""One JSON line for each request: who, what, how long; never a secret."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from flask import Flask, Response, request

from portal.clock import monotonic_seconds
from portal.http.unit import unit
from portal.settings import Settings

log = structlog.get_logger("concord.http")
#: Links whose last part opens something.
_TOKEN = re.compile(r"^(/l/|/invitation/|/reset/|/account/e-mail/)[^/?]+")


def masked(path: str) -> str:
    """Return a path without the secret part of links."""
    return _TOKEN.sub(r"\1…", path)


def set_up_logging(settings: Settings) -> None:
    """Write log lines to standard error, as JSON or for people."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=True)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def set_up_request_log(app: Flask) -> None:
    """Log each request but static files."""

    @app.before_request
    def start() -> None:
        unit().started = monotonic_seconds()

    @app.after_request
    def end(response: Response) -> Response:
        g = unit()
        if request.endpoint != "static":
            log.info(
                "request",
                id=g.request_id,
                actor=g.signed_in.actor.public_id if g.signed_in else None,
                method=request.method,
                path=masked(request.path),
                status=response.status_code,
                ms=round((monotonic_seconds() - g.started) * 1000, 1) if "started" in g else None,
            )
        return response
