"""``routes``: every address with its methods and who may use it."""

from __future__ import annotations

import json

import click

from admin.commands.context import the_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def routes(*, as_json: bool) -> None:
    """List every address: rule, methods, endpoint, permission, scope.

    Scope is public, customer, staff or any (both sides).

    Example: ./concord routes --json
    """
    from wsgi import create_app

    app = create_app(the_settings())
    rows = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        is_public = rule.endpoint == "static" or getattr(view, "is_public", False)
        permission = getattr(view, "permission", None)
        several = permission if isinstance(permission, tuple) else (permission,)
        rows.append(
            {
                "rule": rule.rule,
                "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
                "endpoint": rule.endpoint,
                "permission": None if is_public else " ".join(str(one) for one in several if one),
                "scope": "public" if is_public else getattr(view, "side", "any"),
            }
        )
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            f"{row['rule']:60} {','.join(row['methods']):10} {row['permission'] or 'public':40} {row['scope']}"
        )
