"""Concord as its operator runs it: commands and a web server in processes of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, build_opener

from portal.clock import utc_now
from portal.settings import DEMO_SECRET

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = (str(ROOT / "concord"),)
#: What the launcher ends with, for commands that are run often.
PROGRAM = (sys.executable, "-m", "admin.commands")


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Console:
    """A home folder, the settings of an installation and the program that is run on them."""

    home: Path
    url: str = ""
    clock: str = ""
    begun: str = field(default_factory=lambda: utc_now().isoformat())
    mail_url: str = ""
    program: tuple[str, ...] = LAUNCHER
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process, nothing of this run's own settings among them."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONCORD_")}
        given = {
            "HOME": str(self.home), "DATABASE_URL": self.url, "CLOCK": self.clock,
            "CLOCK_BEGUN": self.begun, "MAIL_URL": self.mail_url,
            "SECRET_KEY": DEMO_SECRET, "PASSWORD_COST": "test",
            "BASE_URL": f"http://127.0.0.1:{self.port}" if self.port else "",
        }  # fmt: skip
        return kept | {f"CONCORD_{name}": value for name, value in given.items() if value}

    def at(self, clock: str) -> Console:
        """The same installation at another time; its clock goes on from there, in all processes alike."""
        return replace(self, clock=clock, begun=utc_now().isoformat())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own and do not wait."""
        return subprocess.Popen(
            [*self.program, *arguments], cwd=ROOT, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, *arguments: str, stdin: str = "") -> Answer:
        """Run a command to its end."""
        done = subprocess.run(
            [*self.program, *arguments], cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def ask(self, *arguments: str, stdin: str = "") -> Any:
        """Run a command with ``--json``; it must succeed."""
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.code == 0, done.err[-2000:] + done.out[-2000:]
        return done.json

    @contextmanager
    def serving(self, *, workers: int = 1) -> Iterator[None]:
        """The web server of this installation, without its worker."""
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(self.port), "--workers", str(workers), "--no-worker"],
            cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._wait(process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)
        raise AssertionError("the server did not start")


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Visit:
    """One page: status, where it was, its text."""

    status: int
    url: str
    text: str

    def field(self, name: str) -> str:
        """Return the value of the first hidden field of a name."""
        found = re.search(rf'name="{name}"\s+value="([^"]*)"', self.text)
        assert found, f"{name} is not on {self.url}"
        return unescape(found[1])

    def find(self, pattern: str) -> str:
        """Return the first group of a pattern in the page."""
        found = re.search(pattern, self.text, re.DOTALL)
        assert found, f"{pattern} is not on {self.url}"
        return unescape(found[1])


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the 303 is the answer."""

    def redirect_request(self, *_arguments: object) -> None:
        """Make no further request."""


@dataclass
class Visitor:
    """A browser without scripts: cookies, forms with their token, redirects followed."""

    port: int
    cookies: CookieJar = field(default_factory=CookieJar)
    token: str = ""

    def get(self, path: str) -> Visit:
        """Open an address."""
        return self._open(path, None)

    def post(self, path: str, fields: dict[str, str]) -> Visit:
        """Send a form with the token of the page seen last."""
        return self._open(path, urlencode({"csrf_token": self.token, **fields}).encode())

    def send(self, path: str, fields: dict[str, str]) -> Visit:
        """Send a form and do not follow where it leads."""
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        still = build_opener(HTTPCookieProcessor(self.cookies), _Stay())
        return self._open(path, body, still)

    def sign_in(self, email: str, password: str, *, then: str = "") -> Visit:
        """Sign in by the form and open where it leads; staff type the code that the demo's page shows."""
        address = "/sign-in" + (f"?{urlencode({'next': then})}" if then else "")
        self.get(address)
        page = self.post(address, {"email": email, "password": password})
        shown = re.search(r'data-demo-code="(\d{6})"', page.text)
        return self.post(page.url, {"code": shown[1]}) if shown else page

    def _open(self, path: str, body: bytes | None, opener: OpenerDirector | None = None) -> Visit:
        address = path if path.startswith("http") else f"http://127.0.0.1:{self.port}{path}"
        opener = opener or build_opener(HTTPCookieProcessor(self.cookies))
        try:
            answer: HTTPResponse | HTTPError = opener.open(address, body, timeout=60)
        except HTTPError as refused:
            answer = refused
        with answer:
            visit = Visit(answer.status or 0, answer.geturl() or address, answer.read().decode())
        token = re.search(r'name="csrf_token" value="([^"]+)"', visit.text)
        self.token = token[1] if token else self.token
        return visit


def empty_folder(path: Path) -> Path:
    """Return an empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
