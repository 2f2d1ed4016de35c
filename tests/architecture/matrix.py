"""Reads and writes the matrix of roles and addresses: who may call what.

One line for each method of each address that is not public: ``y`` the role may call it, ``n`` it is refused with 403,
``-`` the address belongs to the other front (403 or 404). Nobody signed in is always led to
the sign-in page. The file is the reviewed word: it does not follow ROLE_PERMISSIONS, it is compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from portal.access import ALL_ROLES, CUSTOMER_ROLES, ROLE_PERMISSIONS
from tests.architecture.sources import ROOT

FILE = ROOT / "tests" / "architecture" / "matrix.txt"
UNKNOWN = "A" * 22
HEAD = "# method address  " + " ".join(ALL_ROLES)


@dataclass(frozen=True)
class Call:
    """One way to call one address, and what each role is answered."""

    method: str
    rule: str
    marks: dict[str, str]

    @property
    def address(self) -> str:
        """The address with ids that are not there."""
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int:\w+>", "1", self.rule))
        return re.sub(r"<[^>]+>", UNKNOWN, address)

    def right(self, role: str) -> set[int]:
        """Return the statuses that are right for a role."""
        if self.marks[role] != "y":
            return {403} if self.marks[role] == "n" else {403, 404}
        if UNKNOWN in self.address:
            return {302, 303, 404} if self.method == "GET" else {302, 303, 404, 409, 422}
        return {200, 302, 303, 304, 404} if self.method == "GET" else {200, 302, 303, 404, 409, 422}


def read_matrix() -> list[Call]:
    """Return the reviewed calls."""
    calls = []
    for line in FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            method, _, rest = line.partition(" ")
            rule, *marks = rest.rsplit(maxsplit=len(ALL_ROLES))
            calls.append(Call(method, rule, dict(zip(ALL_ROLES, marks, strict=True))))
    return calls


def guarded_calls(app: Flask) -> Iterator[tuple[str, str, str, frozenset[str], str]]:
    """Yield method, address, endpoint, permissions and side of everything that is not public."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "is_public", False) or rule.endpoint == "static":
            continue
        asked = getattr(view, "permission", ())
        several = asked if isinstance(asked, tuple | list | set | frozenset) else (asked,)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint, frozenset(map(str, several)), getattr(view, "side", "any")


def draft_matrix(app: Flask) -> str:
    """Return the matrix as the declared permissions would have it, to be reviewed line by line."""
    lines = []
    for method, rule, _endpoint, permissions, side in guarded_calls(app):
        marks = []
        for role in ALL_ROLES:
            own_side = "customer" if role in CUSTOMER_ROLES else "staff"
            held = {str(permission) for permission in ROLE_PERMISSIONS[role]}
            marks.append("-" if side not in {"any", own_side} else "y" if held & permissions else "n")
        lines.append(f"{method} {rule}  {' '.join(marks)}")
    return "\n".join([HEAD, *sorted(lines, key=lambda line: (line.partition(" ")[2], line))]) + "\n"
