"""Whether the process lives, and whether it can work."""

from __future__ import annotations

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue

from portal.http.access import public
from portal.http.ready import readiness

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return jsonify(ok=True)


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    found = readiness(g.database, now=g.now)
    return jsonify(found), 200 if found["ok"] else 503
