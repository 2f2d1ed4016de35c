"""Bring the front-end files to static/vendor/; run by the launcher on its own.

It imports nothing of Concord, so that a set-up never depends on the state of the application.
"""

import base64
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
ICON_FOLDER = Path("@tabler/icons/icons/outline")


class AssetMismatch(Exception):
    """A front-end file is missing or does not carry the hash in the list."""


def sha384(content: bytes) -> str:
    """Return the subresource-integrity form of a file's SHA-384, ``sha384-<base64>``."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def listed_files() -> list[dict[str, str]]:
    """Return the rows of static/vendor.json: source in node_modules, target in static/vendor, integrity."""
    rows: list[dict[str, str]] = json.loads((ROOT / "static" / "vendor.json").read_text("utf-8"))["files"]
    return rows


def sprite(icons: Path) -> str:
    """Draw the icons named in static/icons.txt as one SVG whose symbols are called ``i-<name>``.

    Raises:
        AssetMismatch: A listed icon is not part of the icon package.
    """
    symbols = []
    for name in (ROOT / "static" / "icons.txt").read_text("utf-8").split():
        drawing = icons / f"{name}.svg"
        if not drawing.is_file():
            raise AssetMismatch(f"static/icons.txt names {name}, which the icon package does not hold")
        found = re.search(r"<svg[^>]*>(.*)</svg>", drawing.read_text("utf-8"), re.DOTALL)
        assert found, f"{drawing} is not an SVG drawing"
        paths = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", found.group(1))
        symbols.append(
            f'<symbol id="i-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{" ".join(paths.split())}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def bring(modules: Path) -> None:
    """Copy the listed files out of node_modules, each only if its hash is the listed one.

    Raises:
        AssetMismatch: A file is missing or differs; nothing is left half-copied under its name.
    """
    for row in listed_files():
        source, target = modules / row["from"], VENDOR / row["to"]
        if not source.is_file() or sha384(source.read_bytes()) != row["integrity"]:
            raise AssetMismatch(f"{row['from']} is missing or is not the file listed in static/vendor.json")
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".part")
        shutil.copyfile(source, partial)
        partial.replace(target)
    (VENDOR / "icons.svg").write_text(sprite(modules / ICON_FOLDER), "utf-8")


def pin(modules: Path) -> None:
    """Write the hashes of the files now in node_modules to static/vendor.json, after raising a version."""
    rows = [{**row, "integrity": sha384((modules / row["from"]).read_bytes())} for row in listed_files()]
    text = json.dumps({"files": rows}, indent=2) + "\n"
    (ROOT / "static" / "vendor.json").write_text(text, "utf-8")


STEPS = {"bring": bring, "pin": pin}


def main(arguments: list[str]) -> int:
    """Run ``bring`` or ``pin``, each with the node_modules folder."""
    match arguments:
        case [step, modules] if step in STEPS:
            try:
                STEPS[step](Path(modules))
            except AssetMismatch as refusal:
                print(f"concord: {refusal}", file=sys.stderr)
                return 1
        case _:
            print("usage: assets.py bring|pin NODE_MODULES", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
