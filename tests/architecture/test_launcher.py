"""The launcher is plain POSIX shell, and a start with everything in place costs next to nothing."""

import os
import re
import subprocess
import time

import pytest

from tests.architecture.sources import ROOT


def test_the_launcher_is_valid_shell() -> None:
    for script in ("concord", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK), script
    assert subprocess.run(["sh", "-n", "concord"], cwd=ROOT, check=False).returncode == 0
    assert not re.findall(r"\[\[|\blocal\b|\bfunction\b", (ROOT / "concord").read_text("utf-8"))


def test_a_set_up_that_is_complete_is_recognised_at_once() -> None:
    def seconds() -> float:
        started = time.monotonic()
        subprocess.run(["./concord", "setup"], cwd=ROOT, check=True, capture_output=True)
        return time.monotonic() - started

    seconds()
    assert min(seconds() for _ in range(3)) < 0.5


@pytest.mark.parametrize("group", ["run", "test", "postgres", "sso", "uv"])
def test_every_group_of_packages_is_asked_for_and_locked(group: str) -> None:
    assert (ROOT / "requirements" / f"{group}.in").exists()
    assert (ROOT / "requirements" / f"{group}.txt").exists()
