"""Staff pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
