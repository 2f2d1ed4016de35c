"""Every template compiles, is used, imports what it needs, and keeps to the content-security policy."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from tests.architecture.sources import ROOT, modules, relative, templates

FOLDER = ROOT / "templates"
TEMPLATES = [pytest.param(path, id=path.relative_to(FOLDER).as_posix()) for path in templates()]
PAGES = [param for param in TEMPLATES if str(param.id).endswith(".html")]
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)

#: Words that are the same in every language.
NAMES = {"Concord"}
READ_ALOUD = {"alt", "aria-label", "aria-description", "placeholder", "title"}
#: The gap an expression leaves in the text around it.
GAP = "\N{OBJECT REPLACEMENT CHARACTER}"


class Markup(HTMLParser):
    """What a template holds beside its expressions: bare words, attributes, scripts."""

    def __init__(self, source: str) -> None:
        """Read the template with every expression taken out."""
        super().__init__()
        self.words: list[str] = []
        self.findings: list[str] = []
        self._inside = ""
        self.feed(JINJA.sub(GAP, source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = {name.strip(GAP): value or "" for name, value in attrs}
        self._inside = tag
        self.words += [word for name in READ_ALOUD & given.keys() for word in self._letters(given[name])]
        if tag in {"script", "style"} and "nonce" not in given:
            self.findings.append(f"<{tag}> without a nonce")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.findings.append("a script inside the page")
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.findings.append(f"{name}= on <{tag}>")
            if re.match(r"\s*(javascript:|js:)", value):
                self.findings.append(f"{name}={value}")
            if name in {"src", "srcset", "action"} and re.match(r"(https?:)?//", value):
                self.findings.append(f"{name}={value} leaves the site")

    def handle_data(self, data: str) -> None:
        """Look at the text between elements."""
        if self._inside not in {"script", "style", "code", "kbd"}:
            self.words += self._letters(data)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._inside = ""

    @staticmethod
    def _letters(text: str) -> list[str]:
        return [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_compiles_with_the_filters_there_are(path: Path, whole_app: Flask) -> None:
    whole_app.jinja_env.get_template(path.relative_to(FOLDER).as_posix())


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_imports_only_what_it_uses(path: Path, whole_app: Flask) -> None:
    parsed = whole_app.jinja_env.parse(path.read_text("utf-8"))
    brought = {node.target for node in parsed.find_all(nodes.Import)}
    for node in parsed.find_all(nodes.FromImport):
        brought |= {name if isinstance(name, str) else name[1] for name in node.names}
    used = {node.name for node in parsed.find_all(nodes.Name) if node.ctx == "load"}
    assert brought - used == set()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_to_the_content_security_policy(path: Path) -> None:
    if "mail" not in path.relative_to(FOLDER).parts:
        assert Markup(path.read_text("utf-8")).findings == []


@pytest.mark.parametrize("path", PAGES)
def test_every_word_of_a_page_goes_through_the_catalogues(path: Path) -> None:
    assert Markup(path.read_text("utf-8")).words == []


@pytest.mark.parametrize("path", TEMPLATES)
def test_nothing_is_printed_unescaped(path: Path) -> None:
    code = "\n".join(JINJA.findall(path.read_text("utf-8")))
    assert re.findall(r"\|\s*safe\b|autoescape\s+false", code) == []


def test_every_template_is_used() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in [*modules(), *templates()])
    unused = []
    for path in templates():
        name = path.relative_to(FOLDER).as_posix()
        # A mail is found by its event: mail/<event>/{subject.txt,body.txt,body.html}.
        word = path.parent.name if name.startswith("mail/") and name.count("/") == 2 else name
        if f'"{word}"' not in texts and f"'{word}'" not in texts:
            unused.append(name)
    assert unused == []


def test_every_mail_has_its_three_parts() -> None:
    parts = {"subject.txt", "body.txt", "body.html"}
    mails = {
        path.parent for path in templates() if path.is_relative_to(FOLDER / "mail") and path.name in parts
    }
    assert {relative(mail): parts - {p.name for p in mail.iterdir()} for mail in mails if mail.is_dir()} == {
        relative(mail): set() for mail in mails
    }


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_link_names_an_address_that_exists(path: Path, whole_app: Flask) -> None:
    text = path.read_text("utf-8")
    linked = set(re.findall(r"""url_for\(\s*["']([a-z_.]+)["']""", text))
    relative_to = {name for name in linked if name.startswith(".")}
    assert linked - relative_to - set(whole_app.view_functions) == set()


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_file_a_page_asks_for_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    own = set(re.findall(r"""\basset\(\s*["']([^"']+)["']\s*\)""", text))
    brought = {f"vendor/{name}" for name in re.findall(r"""\bvendor\(\s*["']([^"']+)["']\s*\)""", text)}
    assert [file for file in sorted(own | brought) if not (ROOT / "static" / file).is_file()] == []


def test_every_style_sheet_and_script_of_ours_is_used() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in [*templates(), *(ROOT / "static").glob("[cj]s*/*")])
    ours = [path for path in sorted((ROOT / "static").glob("[cj]s*/**/*")) if path.is_file()]
    assert [relative(path) for path in ours if not re.search(rf"\b{re.escape(path.stem)}\b", texts)] == []
