"""Front-end files and Python packages are exactly the locked ones, each with its licence."""

import importlib.metadata
import json
import re

import pytest

from admin.commands.assets import VENDOR, listed_files, sha384, sprite
from tests.architecture.sources import ROOT, modules, templates

PACKAGES = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["to"]) for row in listed_files()])
def test_a_front_end_file_is_the_listed_one(row: dict[str, str]) -> None:
    assert sha384((VENDOR / row["to"]).read_bytes()) == row["integrity"]


def test_nothing_else_stands_between_the_front_end_files() -> None:
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert present == {row["to"] for row in listed_files()} | {"icons.svg", ".stamp"}


def test_every_package_is_locked_exactly_and_without_an_address() -> None:
    assert [name for name, version in PACKAGES.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    locked = {name.removeprefix("node_modules/"): row for name, row in LOCK.items() if name}
    assert {name: locked[name]["version"] for name in PACKAGES} == PACKAGES
    assert [name for name, row in locked.items() if "resolved" in row or "integrity" not in row] == []


def test_every_package_whose_files_are_served_brings_its_licence() -> None:
    served = {"/".join(row["from"].split("/")[: 1 + row["from"].startswith("@")]) for row in listed_files()}
    licensed = {row["from"].rpartition("/")[0] for row in listed_files() if row["to"].startswith("licences/")}
    # Tabler's licence is the one its icons carry; its core package holds none.
    assert served - licensed == {"@tabler/core"}


def test_the_icons_are_those_the_pages_use() -> None:
    listed = (ROOT / "static" / "icons.txt").read_text("utf-8").split()
    assert listed == sorted(set(listed))
    assert (VENDOR / "icons.svg").read_text("utf-8").count("<symbol ") == len(listed)
    texts = "\n".join(path.read_text("utf-8") for path in [*templates(), *modules("portal", "admin")])
    named = set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", texts))
    assert named - set(listed) == set(), "name the icon in static/icons.txt"


def test_the_sprite_is_drawn_from_the_list() -> None:
    icons = ROOT / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    assert sprite(icons) == (VENDOR / "icons.svg").read_text("utf-8")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in REQUIREMENTS])
def test_python_packages_are_locked_with_hashes_and_without_addresses(path: object) -> None:
    text = (ROOT / "requirements" / str(path)).read_text("utf-8")
    pins = re.findall(r"^[a-z0-9-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE)
    assert pins
    assert len(re.findall(r"^[a-z0-9-]+.*\\\n +--hash=sha256:", text, re.MULTILINE)) == len(pins)
    assert re.findall(r"\w+://|--index|--find-links", text) == []


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in REQUIREMENTS])
def test_a_lock_holds_everything_asked_for(path: object) -> None:
    lock = ROOT / "requirements" / str(path)
    asked = re.findall(r"^([A-Za-z0-9-]+)", lock.with_suffix(".in").read_text("utf-8"), re.MULTILINE)
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", lock.read_text("utf-8"), re.MULTILINE))
    assert {name.lower() for name in asked if not name.startswith("-")} - locked == set()


def test_the_charts_of_python_and_browser_are_one_generation() -> None:
    import plotly.offline

    bundled = plotly.offline.get_plotlyjs_version()
    assert bundled.split(".")[:2] == PACKAGES["plotly.js-finance-dist-min"].split(".")[:2]
    assert importlib.metadata.version("plotly").startswith("7.")
