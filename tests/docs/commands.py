"""Parse a command that somebody is told to type, as supaops itself would."""

from __future__ import annotations

import re
import shlex
from itertools import dropwhile
from typing import Any

import typer
from typer.exceptions import Exit, TyperException

from supaops.cli.app import app
from supaops.cli.reference import commands

_COMMANDS: dict[str, Any] = dict(commands())
_GROUPS = {path.rpartition(" ")[0] for path in _COMMANDS}
_ROOT: Any = typer.main.get_command(app)
_ROOT_OPTIONS = {"-h", "--help", *(name for each in _ROOT.params for name in each.opts)}
_ANY_COMMAND = re.compile(r"supaops (COMMAND|<command>|1$|\{)")
"""What stands for one: in prose, and where an f-string fills it in."""


def complaint(words: str) -> str:
    """Return what is wrong with a command such as ``supaops local up``; empty when nothing is."""
    line = words.strip()
    if line in _GROUPS or _ANY_COMMAND.match(line):
        return ""
    split = _without_first_options(shlex.split(line))
    size = next((n for n in (3, 2) if " ".join(split[:n]) in _COMMANDS), 1)
    if size == 1:
        return "" if set(split[1:]) <= _ROOT_OPTIONS else f"{line}: no such command"
    path = " ".join(split[:size])
    try:
        _COMMANDS[path].make_context(path, split[size:])
    except Exit:  # --help
        return ""
    except TyperException as error:
        return f"{line}: {error.format_message()}"
    return ""


def _without_first_options(words: list[str]) -> list[str]:
    """Return the words without the options that may stand before the command."""
    behind = list(dropwhile(_ROOT_OPTIONS.__contains__, words[1:]))
    return [words[0], *behind] if behind else words
