"""Attack a running demo with wapiti and sqlmap, as a customer and as a clerk; run by ``./concord scan --live``.

The demo must be running: ``./concord demo --fresh --accounts accounts.json --port 8000``. Prints one JSON line per
person and tool; exit 1 when anything of level medium or above, or an answer 5xx, was found. The scanners press every
button, so the demo is not fit for showing afterwards.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pyotp

#: Wapiti's levels: 1 low, 2 medium, 3 high, 4 critical.
MEDIUM = 2
MODULES = "sql,xss,permanentxss,redirect,file,exec,crlf,ssrf,xxe,csrf,csp,http_headers,cookieflags,timesql"
NEVER = ("sign-out", "/account", "/viewing", "/people")
LISTS = {
    "confirmer": ("/statements?q=a&sort=period&page=1", "/open-items?q=a&sort=due&page=1", "/disputes?q=a&page=1"),
    "clerk": (
        "/admin/customers?q=a&sort=number&page=1", "/admin/documents?q=a&sort=document_on&page=1",
        "/admin/disputes?q=a&page=1", "/admin/statements?q=a&page=1", "/admin/mail?q=a&page=1",
    ),
}  # fmt: skip


def sign_in(url: str, account: dict[str, Any]) -> tuple[OpenerDirector, str]:
    """Sign in by the form and return the browser and its cookie."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))

    def send(path: str, fields: dict[str, str]) -> str:
        page = browser.open(url + path, timeout=60).read().decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, f"{path} has no form"
        body = urlencode({"csrf_token": token[1], **fields}).encode()
        return str(browser.open(url + path, body, timeout=60).geturl())

    where = send("/sign-in", {"email": account["email"], "password": account["password"]})
    if where.endswith("/sign-in/code"):
        send("/sign-in/code", {"code": pyotp.TOTP(account["totp_secret"]).now()})
    return browser, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def wapiti(program: str, url: str, cookie: str, start: list[str], *, minutes: int) -> dict[str, Any]:
    """Let wapiti crawl and attack; return how many findings of each level and how many answers 5xx."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            program, "--url", f"{url}/", "--scope", "domain", "--module", MODULES, "--header", f"Cookie: {cookie}",
            "--format", "json", "--output", str(report), "--flush-session", "--no-bugreport", "--verbose", "0",
            "--max-scan-time", str(minutes * 60), "--max-links-per-page", "40", "--depth", "4",
            "--store-session", folder,
        ]  # fmt: skip
        for path in start:
            command += ["--start", url + path]
        for part in NEVER:
            command += ["--exclude", f"{url}*{part}*"]
        subprocess.run(command, check=False, stdout=sys.stderr, stderr=sys.stderr, timeout=minutes * 60 + 300)
        found = json.loads(report.read_text("utf-8"))
    kinds = {kind: rows for kind, rows in found["vulnerabilities"].items() if rows}
    serious = {
        kind: [row["path"] for row in rows if row["level"] >= MEDIUM][:3]
        for kind, rows in kinds.items()
        if any(row["level"] >= MEDIUM for row in rows)
    }
    broken = found["anomalies"].get("Internal Server Error", [])
    return {
        "crawled": found["infos"].get("crawled_pages_nbr"), "low": sum(map(len, kinds.values())), "serious": serious,
        "answers_5xx": [row["path"] for row in broken][:5],
    }  # fmt: skip


def sqlmap(program: str, url: str, cookie: str, paths: tuple[str, ...]) -> dict[str, Any]:
    """Let sqlmap try every parameter of the lists; return the addresses it could inject into."""
    injectable = []
    for path in paths:
        command = [
            program, "--url", url + path, "--cookie", cookie, "--batch", "--level", "2", "--technique", "BEU",
            "--flush-session", "--disable-coloring", "--ignore-code", "400,404,422",
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
        if "is vulnerable" in done.stdout or "Type: " in done.stdout:
            injectable.append(path)
    return {"tried": len(paths), "injectable": injectable}


def main() -> None:
    """Run both scanners as each person."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, required=True)
    parser.add_argument("--minutes", type=int, default=5, help="for each crawl")
    parser.add_argument("--programs", type=Path, required=True, help="folder of the two programs")
    given = parser.parse_args()
    accounts = json.loads(given.accounts.read_text("utf-8"))
    is_clean = True
    for role in ("confirmer", "clerk"):
        account = next(one for one in accounts if one["role"] == role)
        _browser, cookie = sign_in(given.url, account)
        start = [path.partition("?")[0] for path in LISTS[role]]
        results = {
            "wapiti": wapiti(str(given.programs / "wapiti"), given.url, cookie, start, minutes=given.minutes),
            "sqlmap": sqlmap(str(given.programs / "sqlmap"), given.url, cookie, LISTS[role]),
        }
        for tool, result in results.items():
            print(json.dumps({"tool": tool, "as": role, **result}), flush=True)
            is_clean &= not (result.get("serious") or result.get("answers_5xx") or result.get("injectable"))
    sys.exit(0 if is_clean else 1)


if __name__ == "__main__":
    main()
