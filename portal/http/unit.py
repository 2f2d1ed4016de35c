"""One request = one session = one transaction: opened when first asked for, committed when the status is below 400."""

from __future__ import annotations

import errno
import secrets
from datetime import datetime
from functools import cached_property

from flask import Flask, Response, request
from flask import g as flask_g
from flask.ctx import _AppCtxGlobals
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, SignedIn, narrow_session
from portal.clock import utc_now
from portal.db import Database
from portal.errors import Conflict, NotAllowed
from portal.http.once import answer_once, keep_answer
from portal.settings import Settings

READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: PostgreSQL: lock not available, deadlock, serialization failure, query cancelled, shutting down.
_BUSY_CODES = frozenset({"55P03", "40P01", "40001", "57014", "57P01"})


class Busy(Exception):
    """The database is locked by someone else for longer than we wait, or has no room; nothing was saved."""


class Unit(_AppCtxGlobals):
    """What a request has: ``g.session``, ``g.actor``, ``g.now``, ``g.request_id``, ``g.database``, ``g.settings``."""

    database: Database
    settings: Settings
    signed_in: SignedIn | None

    @cached_property
    def now(self) -> datetime:
        """The instant of this request."""
        return utc_now()

    @cached_property
    def request_id(self) -> str:
        """Number people can quote, like ``7F3A-91C4``."""
        digits = secrets.token_hex(4).upper()
        return f"{digits[:4]}-{digits[4:]}"

    @cached_property
    def session(self) -> Session:
        """The session of this request: reading for GET, HEAD and OPTIONS, else writing.

        A writing one is opened only after the body has been read, so that a slow upload holds no lock.
        """
        if request.method not in READS:
            _ = request.form, request.files
        session = self.database.session("read" if request.method in READS else "write")
        if self.signed_in is not None:
            narrow_session(session, self.signed_in.actor)
        return session

    @property
    def actor(self) -> Actor:
        """Who acts.

        Raises:
            NotAllowed: Nobody is signed in (pages declare that they need someone, so this is not reached there).
        """
        if self.signed_in is None:
            raise NotAllowed
        return self.signed_in.actor


def unit() -> Unit:
    """Return the unit of this request, typed."""
    return flask_g._get_current_object()  # type: ignore[no-any-return] # noqa: SLF001 - the proxy hides its method


class Portal(Flask):
    """Flask whose requests commit inside the part that error pages are made for."""

    app_ctx_globals_class = Unit

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer the request, then settle its transaction; a form taken before is answered as then."""
        return answer_once(self._settled)

    def _settled(self) -> Response:
        response = self.make_response(super().dispatch_request())
        keep_answer(response)
        settle(response)
        return response


def settle(response: Response) -> None:
    """Commit a good answer, roll back any other.

    Raises:
        Busy: The database could not take it.
        Conflict: Someone else wrote the same thing first.
    """
    session: Session | None = unit().__dict__.get("session")
    if session is None:
        return
    if response.status_code < 400 and session.info.get("mode") == "write":
        session.commit()
    else:
        session.rollback()
    session.close()


def explain_database_error(error: DBAPIError) -> Exception | None:
    """Return the refusal that stands for a database error a person can act on, or None for a defect."""
    if isinstance(error, IntegrityError):
        return Conflict()
    text, code = str(error.orig).lower(), getattr(error.orig, "sqlstate", None)
    is_busy = (
        "database is locked" in text
        or "is busy" in text
        or code in _BUSY_CODES
        or error.connection_invalidated
    )
    is_full = "disk is full" in text or "disk i/o error" in text or code in {"53100", "53300"}
    return Busy() if is_busy or is_full else None


def is_no_room(error: BaseException) -> bool:
    """Say whether an error of the operating system means that the disk is full."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}


def drop_session(_error: BaseException | None = None) -> None:
    """Close what a failed request left open."""
    session: Session | None = unit().__dict__.pop("session", None)
    if session is not None:
        session.rollback()
        session.close()


def set_up_unit(app: Flask, database: Database, settings: Settings) -> None:
    """Hand database and settings to every request and close its session at the end."""

    @app.before_request
    def begin() -> None:
        g = unit()
        g.database, g.settings, g.signed_in = database, settings, None

    app.teardown_appcontext(drop_session)


def may(permission: str) -> bool:
    """Say whether the reader holds a permission; for templates that show a button only to who may press it."""
    signed_in = unit().signed_in
    return signed_in is not None and signed_in.actor.may(Permission(permission))
