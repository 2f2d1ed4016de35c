"""``serve`` and ``worker``: a real server on a free port, killed without losing anything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from admin.commands.serve import refuse_unsafe
from portal.errors import NotAllowed
from portal.settings import DEMO_SECRET, Settings
from tests.commands.conftest import Run

EVERYWHERE = "0.0.0.0"  # noqa: S104 - refused by what is tested
ROOT = Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(address: str, seconds: float = 40) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310 - an address of this test
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"{address} did not answer")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONCORD_")}
    environment["CONCORD_HOME"] = str(tmp_path / "home")
    process = subprocess.Popen(
        [sys.executable, "-m", "admin.commands", "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT, env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield process, f"http://127.0.0.1:{port}"
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


@pytest.mark.slow
def test_serves_pages_and_runs_the_worker_until_stopped(server: tuple[subprocess.Popen[bytes], str]) -> None:
    process, address = server
    assert "Sign in" in _wait_for(f"{address}/sign-in")
    deadline = time.monotonic() + 40
    while '"worker":true' not in _wait_for(f"{address}/readyz") and time.monotonic() < deadline:
        time.sleep(0.5)
    assert '"worker":true' in _wait_for(f"{address}/readyz")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0


def test_refuses_to_listen_beyond_this_machine_without_tls() -> None:
    plain = Settings(secret_key="own secret")
    refuse_unsafe(plain, "127.0.0.1")
    refuse_unsafe(Settings(secret_key="own secret", base_url="https://ar.example.com"), EVERYWHERE)
    for unsafe in (plain, Settings(secret_key=DEMO_SECRET)):
        with pytest.raises(NotAllowed):
            refuse_unsafe(unsafe, EVERYWHERE)


def test_a_worker_does_what_is_due_and_stops(run: Run) -> None:
    assert run("worker", "--once").code == 0
    assert run("worker", "--once").code == 0


def test_migrates_and_may_run_again(run: Run) -> None:
    first, again = run("migrate", "--json"), run("migrate", "--json")
    assert (first.code, first.json) == (0, again.json)
