"""Collect the words of the product into portal/i18n/locale/ and compile them; run by the launcher on its own.

Like assets.py it imports nothing of Concord, so that a set-up never depends on the state of the application.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "portal" / "i18n" / "locale"
LANGUAGES = ("en", "zh")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def path_of(language: str) -> Path:
    """Return where the text of a language's catalogue is kept."""
    return LOCALE / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Read every marked message of the pages, mails and code; babel.cfg says which files are read."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping, filename="babel.cfg")  # type: ignore[no-untyped-call] # Babel leaves this one untyped
    catalogue = Catalog(project="Concord", charset="utf-8")
    for top in sorted({pattern.split("/")[0] for pattern, _ in methods}):
        inside = [(pattern.removeprefix(f"{top}/"), method) for pattern, method in methods]
        settings = {pattern.removeprefix(f"{top}/"): option for pattern, option in options.items()}
        found = extract_from_dir(ROOT / top, inside, settings, keywords=KEYWORDS)
        for name, _line, message, _comments, context in found:
            catalogue.add(message, locations=[(f"{top}/{name}", 0)], context=context)
    return catalogue


def read(language: str) -> Catalog:
    """Read the catalogue of a language; a new one where there is none yet."""
    if not path_of(language).exists():
        return Catalog(
            locale=language,
            header_comment="# The words of Concord; admin/commands/catalogues.py keeps them in line.",
            project="Concord",
            version="1",
            msgid_bugs_address="Concord",
            last_translator="Concord",
            language_team="Concord",
            fuzzy=False,
        )
    with path_of(language).open("rb") as source:
        return read_po(source, locale=language)


def update() -> None:
    """Bring every catalogue in line with the code: new messages empty, unused ones gone, the rest kept."""
    template = extract()
    for language in LANGUAGES:
        catalogue = read(language)
        template.creation_date = catalogue.creation_date
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as target:
            write_po(target, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)


def compile_all() -> None:
    """Compile every catalogue whose text is newer than its compiled form."""
    for text in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled = text.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > text.stat().st_mtime:
            continue
        with text.open("rb") as source:
            catalogue = read_po(source, locale=text.parts[-3])
        for message in catalogue:
            # An untranslated plural is a tuple of empty texts: left in, it would hide the original.
            if isinstance(message.string, tuple | list) and not all(message.string):
                message.string = ""
        partial = compiled.with_suffix(".part")
        with partial.open("wb") as target:
            write_mo(target, catalogue)
        partial.replace(compiled)


def main(arguments: list[str]) -> int:
    """Run ``update`` or ``compile``."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case _:
            print("usage: catalogues.py update|compile", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
