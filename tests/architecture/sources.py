"""The source files of the product as the architecture tests see them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("portal", "admin")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    """Return a path as the messages show it, from the top of the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Return every Python file below the folders, in order of name; without folders those of the product."""
    found = [path for folder in folders or PRODUCT for path in (ROOT / folder).rglob("*.py")]
    found += [] if folders else [path for path in [ROOT / "wsgi.py"] if path.exists()]
    return tuple(sorted(found))


@cache
def tree(path: Path) -> ast.Module:
    """Parse one file, once."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


@cache
def templates() -> tuple[Path, ...]:
    """Return every template, in order of name."""
    return tuple(sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"}))


@cache
def markdown() -> tuple[Path, ...]:
    """Return every document of the project, in order of name."""
    return tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))


@cache
def features() -> tuple[Path, ...]:
    """Return the packages of the domain: every package of portal/ but the fronts' plumbing and pages."""
    packages = {path.parent for path in (ROOT / "portal").glob("*/__init__.py")}
    return tuple(sorted(path for path in packages if path.name not in {"http", "views", "i18n", "api"}))


@dataclass(frozen=True)
class Place:
    """One function: where it stands and its node."""

    path: Path
    name: str
    node: Function

    def __str__(self) -> str:
        """Return ``portal/disputes/open.py:open_dispute``."""
        return f"{relative(self.path)}:{self.name}"

    @property
    def decorators(self) -> list[str]:
        """The decorators as text."""
        return [ast.unparse(decorator) for decorator in self.node.decorator_list]

    @property
    def is_route(self) -> bool:
        """Whether a decorator binds it to an address."""
        return any(re.match(r"\w+\.(route|get|post|put|patch|delete)\(", text) for text in self.decorators)

    @property
    def lines(self) -> int:
        """Lines from ``def`` to the end, the docstring not counted: explaining must cost nothing."""
        assert self.node.end_lineno is not None
        total = self.node.end_lineno - self.node.lineno + 1
        first = self.node.body[0]
        if ast.get_docstring(self.node) is not None and first.end_lineno is not None:
            total -= first.end_lineno - first.lineno + 1
        return total


def functions(*folders: str) -> Iterator[Place]:
    """Yield every function and method below the folders, nested ones included."""
    for path in modules(*folders):
        yield from _functions_in(path, tree(path), "")


def _functions_in(path: Path, node: ast.AST, prefix: str) -> Iterator[Place]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield Place(path, prefix + child.name, child)
            yield from _functions_in(path, child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions_in(path, child, f"{prefix}{child.name}.")
        else:
            yield from _functions_in(path, child, prefix)
