"""The only table exception → status, and the one page that says it."""

from __future__ import annotations

import structlog
from flask import Flask, Response, jsonify, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound, Refusal, Throttled
from portal.http.access import note_denied, wants_json
from portal.http.unit import Busy, drop_session, explain_database_error, is_no_room, unit
from portal.http.words import _, language, say
from portal.lists import UnknownSort

log = structlog.get_logger("concord.http")

#: First match counts.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404), (NotAllowed, 403), (Conflict, 409), (UnknownSort, 400), (Invalid, 422), (Throttled, 429),
    (Busy, 503),
)  # fmt: skip
TITLES = {
    400: N_("This could not be read"),
    401: N_("Please sign in"),
    403: N_("Your role does not allow this"),
    404: N_("Nothing here"),
    405: N_("This page is not used that way"),
    409: N_("Someone was faster"),
    413: N_("Too large"),
    422: N_("Some values cannot be used"),
    429: N_("Too many tries"),
    500: N_("Something went wrong on our side"),
    503: N_("Busy right now"),
}
TEXTS = {
    400: N_("The form may have been open for a long time. Go back, refresh the page and try again."),
    401: N_("Sign in and try again."),
    404: N_("This page is not here, or not for you."),
    405: N_("Go back to the overview and start from there."),
    413: N_("The file or form is larger than we take."),
    500: N_("We have noted it. Please try again in a few minutes."),
    503: N_("Someone else is writing at this moment. Please try again in a few seconds."),
}
SAFE = N_("Nothing was saved or posted.")


def status_of(error: Exception) -> int:
    """Return the status of a refusal; 500 for anything that is none."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def _answer(
    status: int, text: str, *, code: str, field: str | None = None, wait: int | None = None
) -> Response:
    # The answers for "unknown" and "not yours" must be the same to the byte: they carry no number.
    number = "" if status == 404 else unit().request_id
    if wants_json():
        body = {"error": code, "message": text, "field": field, "id": number or None}
        response = jsonify({key: value for key, value in body.items() if value is not None})
    else:
        title = _(TITLES.get(status, TITLES[400]))
        safe = _(SAFE) if status in {409, 422, 500, 503} else None
        response = Response(
            render_template(
                "error.html",
                title=title,
                text=text,
                safe=safe,
                error_id=number,
                status=status,
                lang=language(),
            )
        )
    response.status_code = status
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _refusal(error: Refusal) -> Response:
    drop_session()
    status = status_of(error)
    if isinstance(error, NotFound | NotAllowed):
        note_denied(error)
    wait = error.retry_after_seconds if isinstance(error, Throttled) else None
    text = _(TEXTS[404]) if status == 404 else say(error)
    return _answer(status, text, code=error.code, field=getattr(error, "field", None), wait=wait)


def _busy(_error: Busy) -> Response:
    drop_session()
    return _answer(503, _(TEXTS[503]), code="busy", wait=2)


def _database(error: DBAPIError) -> Response:
    drop_session()
    meant = explain_database_error(error)
    if isinstance(meant, Refusal):
        log.warning("conflict", id=unit().request_id, error=type(error.orig).__name__)
        return _refusal(meant)
    return _busy(meant) if isinstance(meant, Busy) else _defect(error)


def _http(error: HTTPException) -> Response:
    drop_session()
    status = error.code or 500
    if isinstance(error, SecurityError):  # a host that is not ours: there is no address to build links with
        return Response("400", 400, mimetype="text/plain")
    if status < 400 or error.response is not None:
        return Response(error.get_body(), status, error.get_headers())
    response = _answer(status, _(TEXTS.get(status, TEXTS[400])), code=error.name.lower().replace(" ", "_"))
    if status == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return response


def _csrf(_error: CSRFError) -> Response:
    drop_session()
    return _answer(400, _(TEXTS[400]), code="csrf")


def _defect(error: Exception) -> Response:
    drop_session()
    if is_no_room(error):
        log.error("no room", id=unit().request_id, error=str(error))
        return _answer(503, _(TEXTS[503]), code="busy", wait=60)
    log.error("defect", id=unit().request_id, exc_info=error)
    return _answer(500, _(TEXTS[500]), code="defect")


def set_up_errors(app: Flask) -> None:
    """Answer every refusal with its status, in the reader's language."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _defect)


__all__ = ["STATUS", "set_up_errors", "status_of"]
