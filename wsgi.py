"""The application: the one place that knows both fronts. ``gunicorn 'wsgi:create_app()'`` serves it."""

from __future__ import annotations

from flask import Flask

import portal.models  # noqa: F401 - names every models module
from admin.views import BLUEPRINTS as STAFF_BLUEPRINTS
from portal.db import Database
from portal.http.setup import make_app
from portal.settings import Settings, load_settings
from portal.views import BLUEPRINTS as CUSTOMER_BLUEPRINTS


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """Return the application of both fronts.

    Args:
        settings: Read from the environment when not given.
        database: Opened at ``settings.url`` when not given; no connection is made before the first request.
    """
    settings = settings or load_settings()
    app = make_app(settings, database or Database(settings.url))
    for blueprint in (*CUSTOMER_BLUEPRINTS, *STAFF_BLUEPRINTS):
        app.register_blueprint(blueprint)
    return app
