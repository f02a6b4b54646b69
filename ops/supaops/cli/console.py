"""Where output goes: results to stdout, everything about them to stderr."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from supaops.cli.verbosity import QUIET, verbosity
from supaops.cli.visible import visible
from supaops.cli.wrapping import wrapped
from supaops.errors import ConfigError, SupaopsError


def _console(*, stderr: bool = False) -> Console:
    """Return a console; NO_COLOR turns off bold and dim too, which rich would keep."""
    is_forced = os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0")
    return Console(
        soft_wrap=True,
        force_terminal=True if is_forced else None,  # None: rich looks at FORCE_COLOR
        highlight=False,
        stderr=stderr,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )


stdout, stderr = _console(), _console(stderr=True)


def width() -> int | None:
    """Return how wide a result may be; None where no person reads it."""
    return stdout.width if stdout.file.isatty() else None


def shows_symbols() -> bool:
    """Tell whether stdout is shown in colour to somebody, and can show more than ASCII."""
    return stdout.color_system is not None and stdout.encoding.lower().startswith("utf")


def show(lines: Iterable[Text]) -> None:
    """Print the lines of a result to stdout."""
    for line in lines:
        _print(stdout, line)


def show_json(data: Any) -> None:
    """Print a result as one JSON document to stdout."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def write(*lines: str) -> None:
    """Print text that another program reads to stdout, whole and without colour."""
    for line in lines:
        typer.echo(visible(Text(line)).plain)


def say(message: str, style: str = "") -> None:
    """Print one line that nobody may miss to stderr; `message` is not markup."""
    _print(stderr, Text(message, style))


def comment(message: str) -> None:
    """Print one line of progress or comment to stderr, unless ``--quiet``."""
    if not verbosity.has(QUIET):
        say(message, "dim")


def detail(message: str) -> None:
    """Print what ``--verbose`` tells to stderr: one step, and never a secret."""
    say(f"  {message}", "dim")


def note(problem: SupaopsError) -> None:
    """Print to stderr what is odd and stops nothing: what, and the remedy."""
    say(f"note: {problem}; {problem.hint}" if problem.hint else f"note: {problem}", "yellow")


def print_error(error: SupaopsError) -> None:
    """Print every problem with its place, its cause and its remedy."""
    problems = error.problems if isinstance(error, ConfigError) else [error]
    for problem in problems:
        _print_problem(problem)
    if len(problems) > 1:
        say(f"{len(problems)} problems; nothing was done", "bold red")


def _print_problem(problem: SupaopsError) -> None:
    line = Text("error: ", "bold red")
    if problem.place:
        line.append(f"{problem.place}: ", "bold")
    line.append(problem.message, "not bold")
    _print(stderr, line)
    if problem.hint:
        _print(stderr, Text(f"  fix: {problem.hint}", "cyan"))


def _print(console: Console, line: Text) -> None:
    """Print one line: wrapped on a terminal, whole where a program reads it."""
    shown = visible(line)
    for row in wrapped(shown, console.width) if console.file.isatty() else [shown]:
        console.print(row)
