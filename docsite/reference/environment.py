"""The options that a variable stands for, as docs/reference/environment.md has them. Pure."""

from __future__ import annotations

from collections import defaultdict

from supaops.cli.reference import commands

_HEAD = "| Variable | Option | Of |\n|---|---|---|"
_NAMED = 4
"""More commands than these are not named one by one."""


def options_table() -> str:
    """Return a row per variable and option."""
    rows = (
        f"| `{variable}` | `{option}` | {_several(of)} |"
        for (variable, option), of in sorted(option_variables().items())
    )
    return "\n".join([_HEAD, *rows])


def option_variables() -> dict[tuple[str, str], list[str]]:
    """Return the commands that have an option with a variable, by both."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, command in commands():
        for each in command.params:
            if each.envvar:
                found[each.envvar, each.opts[0]].append(path.removeprefix("supaops "))
    return found


def _several(commands: list[str]) -> str:
    if len(commands) > _NAMED:
        return "all that are about an environment"
    return ", ".join(f"`{each}`" for each in commands)
