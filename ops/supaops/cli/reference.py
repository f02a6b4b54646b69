"""Make docs/reference/cli.md from the commands themselves: ``python -m supaops.cli.reference``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer

from supaops.cli.app import app
from supaops.cli.reference_text import EXIT_CODES, FOOT, HEAD
from supaops.cli.verbosity import NAMES

_FLAG_COLUMNS = "| Option | Default | Variable | Meaning |\n|---|---|---|---|"


def page() -> str:
    """Return the whole page as Markdown."""
    sections = [HEAD, exit_table(), FOOT, *(_section(path, it) for path, it in commands())]
    return "\n\n".join(section.strip("\n") for section in sections) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, such as ``supaops local up``, with its Typer object.

    Typer keeps the types of its tree private, so they are `Any` here.
    """
    yield from _below("supaops", typer.main.get_command(app))


def exit_table() -> str:
    """Return the table of exit codes, as README.md shows it too."""
    rows = (f"| {code} | {of} | {meaning} |" for code, of, meaning in EXIT_CODES)
    return "\n".join(["| exit code | of | means |", "|---|---|---|", *rows])


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name in command.commands:
        yield from _below(f"{path} {name}", command.get_command(None, name))


def _section(path: str, command: Any) -> str:
    usage = f"    {' '.join([path, *_arguments(command)])}"
    rows = [_row(each) for each in command.params if not is_everywhere(each)]
    table = ["\n".join([_FLAG_COLUMNS, *rows])] if rows else []
    return "\n\n".join([f"## {path}", command.help, usage, *table])


def is_everywhere(parameter: Any) -> bool:
    """Tell whether it is one of the options of all commands, which the page tells of once."""
    return parameter.name in NAMES and not parameter.expose_value


def _arguments(command: Any) -> list[str]:
    """Return the usage's words after the command."""
    rest = [each.metavar for each in command.params if _is_argument(each)]
    rest += ["[ARGUMENTS]..."] if command.context_settings.get("allow_extra_args") else []
    return [*(["[OPTIONS]"] if command.params else []), *rest]


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _row(parameter: Any) -> str:
    value = f" {parameter.metavar}" if parameter.metavar else ""
    options = [f"{name}{value}" for name in parameter.opts]
    shown = [parameter.metavar] if _is_argument(parameter) else options
    names = ", ".join(f"`{name}`" for name in shown).replace("|", r"\|")
    variable = f"`{parameter.envvar}`" if parameter.envvar else ""
    return f"| {names} | {_default(parameter.default)} | {variable} | {parameter.help} |"


def _default(value: object) -> str:
    """Return a default as one would type it; a flag and an option without one have none."""
    if value is None or isinstance(value, bool):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


if __name__ == "__main__":
    sys.stdout.write(page())
