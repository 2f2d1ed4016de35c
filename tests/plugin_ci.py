"""Marks tests as quick, keeps the nightly sets aside and makes a skip a failure in CI."""

import os
from collections.abc import Generator

import pytest

SLOW_MARKS = ("browser", "postgres", "slow", "nightly", "real_data")
REAL_DATA = os.environ.get("CONCORD_REAL_DATA")
IN_CI = os.environ.get("CI") == "true"


def _needs_postgres(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    if "postgres_server" in getattr(item, "fixturenames", ()):
        return True
    return callspec is not None and "postgres" in [str(value) for value in callspec.params.values()]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give every fast test the mark ``quick``; drop what this run must not or cannot run."""
    dropped = []
    for item in items:
        if _needs_postgres(item):
            item.add_marker("postgres")
        if not any(item.get_closest_marker(mark) for mark in SLOW_MARKS):
            item.add_marker("quick")
        is_nightly = item.get_closest_marker("nightly") and "nightly" not in config.option.markexpr
        if is_nightly or (item.get_closest_marker("real_data") and not REAL_DATA):
            dropped.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"In CI a skip is a failure. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one in CI."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module skipped while it is collected into a failure in CI."""
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that the tests on real data did not run."""
    if not REAL_DATA:
        terminalreporter.write_line("Tests on real data did not run: CONCORD_REAL_DATA names no folder.")
