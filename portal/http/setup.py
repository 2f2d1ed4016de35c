"""Puts the plumbing together around a Flask application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.routing import BaseConverter

from portal.attachments import keep_files_in
from portal.db import Database
from portal.http.access import set_up_access
from portal.http.assets import set_up_assets
from portal.http.errors import set_up_errors
from portal.http.filters import install_filters
from portal.http.frame import set_up_frame, zone
from portal.http.languages import set_up_languages
from portal.http.logs import set_up_logging, set_up_request_log
from portal.http.once import set_up_once
from portal.http.security import csp_nonce, set_up_security
from portal.http.unit import Portal, may, set_up_unit
from portal.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


class PublicIdConverter(BaseConverter):
    """``<public_id:name>`` in an address: 22 characters of 128 random bits."""

    regex = "[A-Za-z0-9_-]{22}"


def make_app(settings: Settings, database: Database) -> Flask:
    """Return the application without its pages; the order of the hooks is the order below."""
    app = Portal("concord", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.url_map.strict_slashes = False  # /admin/imports and /admin/imports/ are one page, without a redirect
    app.url_map.converters["public_id"] = PublicIdConverter
    keep_files_in(database, settings)
    set_up_logging(settings)
    set_up_unit(app, database, settings)
    set_up_request_log(app)
    set_up_access(app)
    set_up_languages(app)
    set_up_security(app, settings)
    set_up_errors(app)
    set_up_assets(app)
    set_up_once(app)
    install_filters(app.jinja_env, zone)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, may=may)
    set_up_frame(app)
    return app
