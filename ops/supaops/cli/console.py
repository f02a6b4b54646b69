"""Where output goes: data to stdout, everything about it to stderr."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from supaops.errors import ConfigError, SupaopsError

# soft_wrap: a pipe gets whole lines, and a terminal wraps them itself; rich would cut words at 80.
stdout = Console(soft_wrap=True, highlight=False)
stderr = Console(soft_wrap=True, highlight=False, stderr=True)


def say(message: str, style: str = "") -> None:
    """Print one line of progress or comment to stderr; `message` is not markup."""
    stderr.print(Text(message, style))


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
    stderr.print(line)
    if problem.hint:
        stderr.print(Text(f"  fix: {problem.hint}", "cyan"))
