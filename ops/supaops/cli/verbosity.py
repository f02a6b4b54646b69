"""How much a command tells beside its result: ``--quiet``, ``--verbose``, or neither."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import typer

from supaops.errors import UsageError

NAMES = QUIET, VERBOSE = "quiet", "verbose"


class Verbosity:
    """What one command line asks for, before the command or after it."""

    def __init__(self) -> None:
        self.begin(_nothing)

    def begin(self, on_verbose: Callable[[], None]) -> None:
        """Begin with a new command line; `on_verbose` is called when it says ``--verbose``."""
        self._asked: set[str] = set()
        self._on_verbose = on_verbose

    def ask(self, name: str) -> None:
        """Take note of an option.

        Raises: UsageError when the other one was given as well.
        """
        if name not in self._asked and name == VERBOSE:
            self._on_verbose()
        self._asked.add(name)
        if len(self._asked) > 1:
            raise UsageError(
                "--quiet and --verbose exclude each other", hint="leave one of them out"
            )

    def has(self, name: str) -> bool:
        """Tell whether an option was given."""
        return name in self._asked


def _nothing() -> None:
    """Do nothing."""


verbosity = Verbosity()


def _noted(name: str) -> Callable[[Any, Any, bool], bool]:
    """Return what takes note of an option, and gives its value wherever it was given."""

    def note(context: Any, option: Any, value: bool) -> bool:
        del context, option
        if value:
            verbosity.ask(name)
        return verbosity.has(name)

    return note


def _both(
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", expose_value=False, help="Only results and errors.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", expose_value=False, help="Also what is read, asked and awaited."
        ),
    ] = False,
) -> None:
    """Declare the two options."""


# Typer keeps the types of its tree private, so they are `Any` here.
def with_verbosity(command: Any) -> Any:
    """Return a command, and all below it, with ``-q`` and ``-v``.

    One that tells more by a ``--verbose`` of its own keeps its words for it, and gets the value
    wherever it was given. One that hands its options to another program is left alone.
    """
    for each in getattr(command, "commands", {}).values():
        with_verbosity(each)
    if command.context_settings.get("ignore_unknown_options"):
        return command
    own = {option.name for option in command.params}
    command.params += [option for option in _options() if option.name not in own]
    for option in command.params:
        if option.name in NAMES:
            option.callback = _noted(option.name)
    return command


@cache
def _options() -> tuple[Any, ...]:
    """Return both, the same ones for all commands: making them takes as long as an import."""
    tree = typer.Typer(add_completion=False, rich_markup_mode=None)
    tree.command()(_both)
    command: Any = typer.main.get_command(tree)
    return tuple(command.params)
