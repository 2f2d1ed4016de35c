"""Every address declares who may use it, and none appears or vanishes unnoticed."""

import os
import re

from flask import Flask
from werkzeug.routing import Rule

from portal.access import Permission
from tests.architecture.sources import ROOT, modules

LISTED = ROOT / "tests" / "architecture" / "routes.txt"
HINT = "if meant, run CONCORD_WRITE_ROUTES=1 .venv/bin/python -m pytest tests/architecture/test_routes.py -n0"


def declared(app: Flask, rule: Rule) -> str:
    """Return the permissions of an address, ``public``, or nothing when its view declares neither."""
    view = app.view_functions[rule.endpoint]
    if getattr(view, "is_public", False) or rule.endpoint == "static":
        return "public"
    permission = getattr(view, "permission", None)
    several = permission if isinstance(permission, tuple | list | set | frozenset) else [permission]
    return " ".join(sorted(str(one) for one in several if one))


def route_lines(app: Flask) -> list[str]:
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        side = getattr(app.view_functions[rule.endpoint], "side", "any")
        lines.append(f"{rule.rule}  {methods}  {rule.endpoint}  {declared(app, rule)}  {side}")
    return sorted(lines)


def test_every_address_declares_a_permission_or_is_public(whole_app: Flask) -> None:
    silent = [rule.rule for rule in whole_app.url_map.iter_rules() if not declared(whole_app, rule)]
    assert silent == []


def test_every_declared_permission_exists(whole_app: Flask) -> None:
    known = {"public", *map(str, Permission)}
    used = {word for rule in whole_app.url_map.iter_rules() for word in declared(whole_app, rule).split()}
    assert used - known == set()


def test_the_list_of_addresses_is_the_reviewed_one(whole_app: Flask) -> None:
    lines = route_lines(whole_app)
    if os.environ.get("CONCORD_WRITE_ROUTES"):
        LISTED.write_text("\n".join(lines) + "\n", "utf-8")
    assert LISTED.read_text("utf-8").splitlines() == lines, HINT


def test_staff_addresses_stand_below_admin_and_are_never_public(whole_app: Flask) -> None:
    for rule in whole_app.url_map.iter_rules():
        module = whole_app.view_functions[rule.endpoint].__module__
        assert module.startswith("admin.") == rule.rule.startswith("/admin"), rule.rule
        assert not rule.rule.startswith("/admin") or declared(whole_app, rule) != "public", rule.rule


def test_no_fixed_part_of_an_address_is_as_long_as_a_public_id(whole_app: Flask) -> None:
    parts = {part for rule in whole_app.url_map.iter_rules() for part in rule.rule.split("/")}
    assert [part for part in parts if re.fullmatch(r"[A-Za-z0-9_-]{22}", part)] == []


def test_every_permission_is_asked_for_somewhere() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in modules() if path.name != "rules.py")
    assert [one.name for one in Permission if not re.search(rf"\bPermission\.{one.name}\b", texts)] == []
