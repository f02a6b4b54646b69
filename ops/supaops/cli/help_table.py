"""Make `help.json` from the commands themselves: the help of each, as 80 columns show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import typer

from supaops.cli.app import app
from supaops.cli.ready import FULL_WIDTH

_MARGIN = 2
"""Columns that Typer leaves free."""


def help_table() -> str:
    """Return the lines of each command's help by its name, as JSON; without that of ``supaops``."""
    root: Any = typer.main.get_command(app)
    context = _context(root, "supaops", terminal_width=FULL_WIDTH - _MARGIN)
    return json.dumps(dict(_below(context)), indent=1) + "\n"


# Typer keeps the types of its tree private, so they are `Any` here.
def _below(context: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    for name in getattr(context.command, "commands", {}):
        command = context.command.get_command(context, name)
        inner = _context(command, name, parent=context)
        whole = f"{path} {name}".strip()
        yield whole, command.get_help(inner).splitlines()
        yield from _below(inner, whole)


def _context(command: Any, name: str, **given: Any) -> Any:
    return command.context_class(command, info_name=name, **command.context_settings, **given)
