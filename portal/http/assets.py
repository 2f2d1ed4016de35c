"""Addresses of our style sheets, scripts and the front-end files, named by their content."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from flask import Flask, g, url_for

_hashes: dict[tuple[str, int], str] = {}


def set_up_assets(app: Flask) -> None:
    """Give templates ``asset(path)`` and ``vendor(path)``."""
    folder = Path(app.static_folder or "static")

    def asset(path: str) -> str:
        """Return the address of a file, worked out once a request: a page may draw a hundred icons of one file."""
        known: dict[str, str] = g.setdefault("assets", {})
        if path not in known:
            begin = known[""] = known.get("") or url_for("static", filename="")
            known[path] = f"{begin}{path}?v={version(path)}"
        return known[path]

    def version(path: str) -> str:
        file = folder / path
        try:
            changed = file.stat().st_mtime_ns
        except FileNotFoundError:
            changed = 0
        key = (path, changed)
        if key not in _hashes:
            _hashes[key] = sha256(file.read_bytes()).hexdigest()[:12] if changed else "missing"
        return _hashes[key]

    def vendor(path: str) -> str:
        return asset(f"vendor/{path}")

    app.jinja_env.globals.update(asset=asset, vendor=vendor)
