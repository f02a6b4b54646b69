"""Make `completions.json` from the commands themselves: what a Tab may need to know of them."""

from __future__ import annotations

import json
from typing import Any

import typer

from supaops.checks.catalogue import CHECKS
from supaops.cli.app import app
from supaops.cli.completion import Shell
from supaops.jobs.verb import STATUSES
from supaops.worker.telemetry.log_choice import LogLevel

_OF_OPTIONS: dict[str, str | list[str]] = {
    "--cron": "cron",
    "--env": "environment",
    "--explain": "check",
    "--log-level": list(LogLevel),
    "--only": "check",
    "--queue": "queue",
    "--queues": "queue",
    "--skip": "check",
    "--status": list(STATUSES),
    "--task-type": "task_type",
}
_OF_ARGUMENTS: dict[str, list[str | list[str]]] = {
    "completion": [list(Shell)],
    "diff-env": ["environment", "environment"],
    "enqueue": ["task_type"],
    "import": [["cron", "secrets", "table"]],
    "rotate": ["secret"],
}
_FREE = {("import", "--status")}
"""Takes what another command's option of that name does not."""


def completion_table() -> str:
    """Return the table as JSON.

    Of each option it holds its help and its values: a list of words, the kind of word, ``""`` for
    anything, or null for a flag.
    """
    ids = [each.id for each in CHECKS]
    checks = [*dict.fromkeys(each.group for each in CHECKS), *ids]
    root = _node("", typer.main.get_command(app))
    return json.dumps({"checks": checks, "root": root}, indent=1) + "\n"


# Typer keeps the types of its tree private, so they are `Any` here.
def _node(path: str, command: Any) -> dict[str, Any]:
    names = getattr(command, "commands", {})
    below = {
        name: _node(f"{path} {name}".strip(), command.get_command(None, name)) for name in names
    }
    shown = [each for each in command.params if each.param_type_name == "option"]
    help_of_help = ("Show the command's help.", None)
    return {
        "help": (command.help or "").partition("\n")[0],
        "options": {
            **{_longest(each): (each.help, _values(path, each)) for each in shown},
            "--help": help_of_help,
        },
        "arguments": _OF_ARGUMENTS.get(path, _choices(command)),
        "commands": below,
    }


def _longest(option: Any) -> str:
    return str(max(option.opts, key=len))


def _values(path: str, option: Any) -> str | list[str] | None:
    if option.is_flag:
        return None
    name = _longest(option)
    if (path, name) in _FREE:
        return ""
    return _OF_OPTIONS.get(name) or _alternatives(option.metavar)


def _choices(command: Any) -> list[str | list[str]]:
    found = [each for each in command.params if each.param_type_name == "argument"]
    return [_alternatives(each.metavar) for each in found]


def _alternatives(metavar: str | None) -> str | list[str]:
    """Return the words of ``text|json``, or nothing for a name of what it takes."""
    words = (metavar or "").split("|")
    return words if len(words) > 1 and all(word.islower() for word in words) else ""
