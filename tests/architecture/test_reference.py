"""What can be set, allowed, recorded or reached is in the documents."""

import ast
import importlib
import re

import pytest

from admin.commands.__main__ import COMMANDS
from portal.access import Permission
from portal.settings import Settings
from tests.architecture.sources import ROOT, features, markdown, modules, relative, tree

DOCUMENTS = "\n".join(path.read_text("utf-8") for path in markdown())

#: First words of the names that the product gives to events, approvals and jobs.
NOUNS = """
adjustments allocations answers approvals attachments audit balances contacts customers disputes documents
entity imports jobs lines mail matches matching outbox people periods policies rates remittances reminders roles
sign-ins statements tasks
""".split()
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
DOTTED = re.compile(rf"({'|'.join(NOUNS)})\.[a-z]+(-[a-z]+)*")


def is_documented(word: str) -> bool:
    return f"`{word}`" in DOCUMENTS


def dotted_names() -> set[str]:
    """Return every event, approval kind and job name written in the domain."""
    found = set()
    for feature in features():
        for path in feature.glob("*.py"):
            texts = [node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)]
            found |= {text for text in texts if isinstance(text, str) and DOTTED.fullmatch(text)}
    return {name for name in found if not name.endswith(".id")}  # foreign keys


def test_every_setting_is_documented() -> None:
    names = [f"CONCORD_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if not is_documented(name)] == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_permission_is_documented() -> None:
    assert [one.value for one in Permission if not is_documented(one.value)] == []


def test_every_event_approval_and_job_is_documented() -> None:
    assert sorted(name for name in dotted_names() if not is_documented(name)) == []


@pytest.mark.parametrize("feature", [path.name for path in features()])
def test_every_state_is_in_the_package_docstring_and_in_the_documents(feature: str) -> None:
    package = ROOT / "portal" / feature
    if not (package / "rules.py").exists() or "TRANSITIONS" not in (package / "rules.py").read_text("utf-8"):
        return
    transitions = importlib.import_module(f"portal.{package.name}.rules").TRANSITIONS
    states = {str(state) for state, _ in transitions} | {str(state) for state in transitions.values()}
    verbs = {str(verb) for _, verb in transitions}
    docstring = ast.get_docstring(tree(package / "__init__.py")) or ""
    assert {word for word in states | verbs if not re.search(rf"\b{word}\b", docstring)} == set()
    assert {state for state in states if not is_documented(state)} == set()


def test_every_feature_is_on_the_map() -> None:
    assert [f.name for f in features() if f"portal/{f.name}" not in DOCUMENTS] == []


def test_links_between_documents_lead_somewhere() -> None:
    links = [(path, t) for path in markdown() for t in LINK.findall(path.read_text("utf-8"))]
    inside = [(path, target) for path, target in links if not re.match(r"[a-z]+:", target)]
    assert [(relative(path), target) for path, target in inside if not (path.parent / target).exists()] == []


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 100


def test_every_decision_record_has_its_parts() -> None:
    parts = ["Status", "Context", "Decision", "Consequences"]
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert len(records) >= 5
    assert len({record.name[:4] for record in records}) == len(records)
    texts = {record.name: record.read_text("utf-8") for record in records}
    assert [(name, part) for name, text in texts.items() for part in parts if f"**{part}**" not in text] == []


def test_every_dependency_is_named_in_a_decision_record() -> None:
    asked = re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements" / "run.in").read_text("utf-8"), re.MULTILINE)
    records = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs" / "adr").glob("*.md")).lower()
    assert [name for name in asked if name not in records] == []


def test_every_command_is_documented() -> None:
    assert [name for name in COMMANDS if f"concord {name}" not in DOCUMENTS] == []


def test_modules_know_no_machine() -> None:
    pattern = re.compile(r"/(home|root|Users)/[a-z]")
    named = [relative(path) for path in [*modules(), *markdown()] if pattern.search(path.read_text("utf-8"))]
    assert named == []
