"""Checks of every invariant of the books and of the installation, as questions to the database whose answer is no.

``run_checks`` changes nothing and needs no verb; the console runs it (``./concord check``), the worker may. Each
invariant is proved a second time by constraints and guards inside the database; the checks prove those too.
"""

from __future__ import annotations

from portal.checks.run import INVARIANTS, CheckReport, Invariant, run_checks

__all__ = ["INVARIANTS", "CheckReport", "Invariant", "run_checks"]
