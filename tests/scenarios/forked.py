"""Commands as processes that start at once: a program with everything imported forks for each of them.

A kill at a random moment then meets the work and not the start of Python.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.scenarios.console import ROOT

SILENT = os.open(os.devnull, os.O_WRONLY)


@dataclass(frozen=True)
class Forked:
    """The program that forks; one command at a time."""

    process: subprocess.Popen[str]

    def run(
        self, *arguments: str, env: Mapping[str, str], minutes_later: int = 0, kill_after: float | None = None
    ) -> int:
        """Run a command, killed with SIGKILL after so many seconds; returns its exit code, -9 when killed."""
        order = {"arguments": arguments, "env": dict(env), "minutes": minutes_later, "kill_after": kill_after}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the forking program died"
        return int(answer)


@contextmanager
def forking() -> Iterator[Forked]:
    """Start the program that forks."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scenarios.forked"], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield Forked(process)
    finally:
        process.communicate(timeout=30)


def _be_the_command(order: Mapping[str, Any]) -> None:
    """Run the command in the child; never returns."""
    import portal.clock
    from admin.commands.__main__ import main

    os.environ.update(order["env"])
    for number in (0, 1, 2):
        os.dup2(SILENT, number)
    portal.clock.OFFSET = timedelta(minutes=order["minutes"])
    os._exit(main(order["arguments"]))


def _watch(child: int, kill_after: float | None) -> int:
    """Wait for the child, killing it when its time is over."""
    deadline = None if kill_after is None else time.monotonic() + kill_after
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if deadline is not None and time.monotonic() >= deadline:
            os.kill(child, signal.SIGKILL)
            deadline = None
        time.sleep(0.002)


def _import_everything() -> None:
    import portal.models  # noqa: F401 - imported for the children


def _serve_orders() -> None:
    _import_everything()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_the_command(order)
        sys.stdout.write(f"{_watch(child, order['kill_after'])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve_orders()
