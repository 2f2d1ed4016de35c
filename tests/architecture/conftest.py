"""The whole product without a database, for the tests that read its routes and templates."""

from pathlib import Path

import pytest
from flask import Flask

from portal.settings import load_settings


@pytest.fixture(scope="session")
def whole_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return the application with every blueprint of both fronts; nothing connects to its database."""
    from wsgi import create_app

    home: Path = tmp_path_factory.mktemp("architecture")
    settings = load_settings(
        home=home, database_url=f"sqlite:///{home / 'unused.db'}", secret_key="architecture" * 4, clock=""
    )
    app: Flask = create_app(settings)
    return app
