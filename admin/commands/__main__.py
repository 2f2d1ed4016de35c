"""``./concord <command>``: finds the command, turns refusals into exit codes."""

from __future__ import annotations

import importlib
import json
import sys

import click
from pydantic import ValidationError

from portal.errors import Refusal

#: Command → module and name in it; loaded only when called, because start-up time is felt.
COMMANDS = {
    "access": "admin.commands.access:access",
    "audit": "admin.commands.audit:audit",
    "check": "admin.commands.checks:check",
    "compare-files": "admin.commands.compare_files:compare",
    "demo": "admin.commands.demo:demo",
    "export": "admin.commands.export:export",
    "import": "admin.commands.imports:imports",
    "keys": "admin.commands.keys:keys",
    "mail": "admin.commands.mail:mail",
    "match": "admin.commands.match:match",
    "match-files": "admin.commands.match_files:match_files",
    "migrate": "admin.commands.serve:migrate",
    "privacy": "admin.commands.privacy:privacy",
    "reminders": "admin.commands.reminders:reminders",
    "routes": "admin.commands.routes:routes",
    "serve": "admin.commands.serve:serve",
    "settings": "admin.commands.settings:settings",
    "statements": "admin.commands.statements:statements",
    "users": "admin.commands.users:users",
    "worker": "admin.commands.worker:worker",
}


class Commands(click.Group):
    """Loads each command from its own module."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return every name, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def concord() -> None:
    """Concord: accounts-receivable reconciliation with your customers, line by line.

    Example: ./concord users add mei@example.com --name "Mei Lin" --role clerk
    """


def main(arguments: list[str]) -> int:
    """Run a command: 0 done, 1 refused or something found, 2 wrong usage."""
    try:
        code = concord.main(arguments, prog_name="concord", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; what was done so far is kept", err=True)
        return 130
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(["CONCORD", *(str(part).upper() for part in problem["loc"])])
            click.echo(f"concord: {name}: {problem['msg']}", err=True)
        return 2
    except Refusal as refusal:
        if "--json" in arguments:
            click.echo(json.dumps({"error": refusal.code, "message": str(refusal)}, ensure_ascii=False))
        click.echo(f"concord: {refusal}", err=True)
        return 1
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
