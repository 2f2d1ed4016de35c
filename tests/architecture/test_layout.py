"""A thing is where its name says, and every verb has its test beside it."""

import ast
import subprocess
from pathlib import Path

from tests.architecture.sources import ROOT, features, modules, relative, tree

TOP_LEVEL = {
    ".ci", ".dockerignore", ".editorconfig", ".gitattributes", ".gitignore", ".npmrc", "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Containerfile", "LICENSE", "README.md", "SECURITY.md", "admin", "alembic.ini", "babel.cfg", "benchmarks",
    "compose.yaml", "concord", "deploy", "docs", "migrations", "package-lock.json", "package.json", "portal",
    "pyproject.toml", "requirements", "static", "templates", "tests", "wsgi.py",
}  # fmt: skip

VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "managers",
    "manager",
    "base",
    "misc",
    "common",
    "service",
    "services",
}

#: Verb modules proved elsewhere, with the reason. The list only becomes shorter.
PROVED_ELSEWHERE: dict[str, str] = {}


def test_the_top_level_holds_only_what_the_design_names() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} - TOP_LEVEL == set()


def test_no_module_has_a_vague_name() -> None:
    assert [relative(path) for path in modules() if path.stem in VAGUE] == []


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in modules("portal", "admin")}
    assert [relative(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_every_feature_says_what_it_is() -> None:
    silent = [
        relative(feature)
        for feature in features()
        if len((ast.get_docstring(tree(feature / "__init__.py")) or "").split()) < 5
    ]
    assert silent == []


def holds_a_verb(path: Path) -> bool:
    """Say whether a module changes the books: a public ``verb_noun(session, *, …, actor, now)`` stands in it."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            first = [argument.arg for argument in node.args.args[:1]]
            keywords = {argument.arg for argument in node.args.kwonlyargs}
            if first == ["session"] and {"actor", "now"} <= keywords:
                return True
    return False


def twins() -> dict[str, str]:
    """Return module → test for every verb and rule module of the domain and every page module."""
    pairs = {}
    for feature in features():
        for path in feature.glob("*.py"):
            if path.stem == "rules" or (path.stem not in {"__init__", "queries"} and holds_a_verb(path)):
                pairs[relative(path)] = f"tests/{feature.name}/test_{path.stem}.py"
    for front in ("portal", "admin"):
        for path in (ROOT / front / "views").glob("*.py"):
            if path.stem != "__init__":
                pairs[relative(path)] = f"tests/web/{front}/test_{path.stem}.py"
    return pairs


def test_every_verb_rule_and_page_module_has_its_test() -> None:
    missing = {module: test for module, test in twins().items() if not (ROOT / test).exists()}
    assert {module: test for module, test in missing.items() if module not in PROVED_ELSEWHERE} == {}


def test_the_list_of_modules_proved_elsewhere_is_not_longer_than_needed() -> None:
    unneeded = [m for m in PROVED_ELSEWHERE if m not in twins() or (ROOT / twins()[m]).exists()]
    assert unneeded == []


def test_tests_never_shadow_a_standard_package() -> None:
    assert [relative(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_public_names_of_a_feature_are_listed() -> None:
    unlisted = []
    for feature in features():
        imports = [n for n in tree(feature / "__init__.py").body if isinstance(n, ast.ImportFrom)]
        names = [n for n in tree(feature / "__init__.py").body if isinstance(n, ast.Assign)]
        has_all = any(isinstance(t, ast.Name) and t.id == "__all__" for n in names for t in n.targets)
        if any(node.module != "__future__" for node in imports) and not has_all:
            unlisted.append(relative(feature))
    assert unlisted == []
