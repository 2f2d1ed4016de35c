"""Staff pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from flask import Blueprint

from admin.views.adjustments import bp as adjustments
from admin.views.approvals import bp as approvals
from admin.views.disputes import bp as disputes
from admin.views.imports import bp as imports
from admin.views.jobs import bp as jobs
from admin.views.statements import bp as statements

BLUEPRINTS: tuple[Blueprint, ...] = (disputes, approvals, adjustments, imports, jobs, statements)
