"""Staff pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from flask import Blueprint

from admin.views.jobs import bp as jobs

BLUEPRINTS: tuple[Blueprint, ...] = (jobs,)
