"""``settings``: what is set and what each setting means."""

from __future__ import annotations

import os
from typing import Any

import click

from admin.commands.context import answer, as_json, the_settings
from portal.settings import Settings

_SECRET = frozenset({"secret_key", "old_secret_keys"})


def _shown(name: str, value: Any) -> Any:
    if name == "oidc_client_secret":
        return "set" if value else ""
    if name in _SECRET:
        return "set" if value else "kept in the home folder"
    text = value if isinstance(value, int) else str(value)
    if isinstance(text, str) and "@" in text and "://" in text:  # an address with a password in it
        scheme, _, rest = text.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return text


@click.command()
@as_json
def settings(*, as_json: bool) -> None:
    """Show every setting, its value and its meaning; secrets are masked.

    Example: ./concord settings --json
    """
    current = the_settings()
    rows = [
        {
            "name": f"CONCORD_{name.upper()}",
            "value": _shown(name, getattr(current, name)),
            "is_set": f"CONCORD_{name.upper()}" in os.environ,
            "description": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]
    text = "\n".join(f"{row['name']}={row['value']}\n    {row['description']}" for row in rows)
    answer({"settings": rows}, as_json=as_json, text=text)
