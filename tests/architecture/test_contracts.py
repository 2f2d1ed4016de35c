"""The layering contract holds, and it covers every Flask extension in use."""

import ast
import subprocess
import sys
import tomllib

from tests.architecture.sources import ROOT, features, modules, tree

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def imported() -> set[str]:
    names = set()
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names


def test_imports_keep_the_layers() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


def test_every_flask_extension_is_kept_at_the_edges() -> None:
    protected = next(c for c in CONTRACTS if c["type"] == "protected")["protected_modules"]
    in_use = {name for name in imported() if name.startswith(("flask", "wtforms"))}
    assert in_use - set(protected) == set()


def test_pages_are_kept_off_the_inside_of_every_feature() -> None:
    closed = next(c for c in CONTRACTS if c["name"].startswith("Pages speak"))["forbidden_modules"]
    assert {f"portal.{feature.name}.*" for feature in features()} - set(closed) == set()
