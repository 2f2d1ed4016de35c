"""The rules of a run hold: a skip fails in CI, nightly sets wait, missing real data is said in one line."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

STORY = """
import pytest

@pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
def test_on_both(engine_name): pass

@pytest.mark.nightly
def test_at_night(): pass

@pytest.mark.real_data
def test_on_real_data(): pass

def test_that_skips(): pytest.skip("no browser here")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_story.py").write_text(STORY, "utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "plugin_ci.py", tmp_path / "tests")
    return tmp_path


def run(project: Path, *arguments: str, **variables: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        command, cwd=project, env=kept | variables, capture_output=True, text=True, check=False
    )
    return done.stdout


def counts(output: str) -> dict[str, int]:
    return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped)", output)}


def test_a_skip_is_a_skip_at_home(project: Path) -> None:
    assert counts(run(project)) == {"passed": 2, "skipped": 1}


def test_a_skip_is_a_failure_in_ci(project: Path) -> None:
    output = run(project, CI="true")
    assert counts(output) == {"passed": 2, "failed": 1}
    assert "In CI a skip is a failure. Skipped: no browser here" in output


def test_missing_real_data_is_one_line_and_no_failure(project: Path) -> None:
    output = run(project, CI="true")
    assert output.count("Tests on real data did not run: CONCORD_REAL_DATA names no folder.") == 1
    assert counts(run(project, CONCORD_REAL_DATA=str(project)))["passed"] == 3


def test_nightly_sets_run_when_asked_for_only(project: Path) -> None:
    assert counts(run(project, "-m", "nightly")) == {"passed": 1}


def test_quick_leaves_out_what_needs_a_server(project: Path) -> None:
    assert counts(run(project, "-m", "quick")) == {"passed": 1, "skipped": 1}
