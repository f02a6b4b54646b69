"""Commands whose modules are imported when they run: the help of all of them needs none."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from supaops.cli.verbosity import with_verbosity

_WHOLE = 1_000
"""Characters; no sentence is as long."""


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and by the line that its help shows of them.

    Attributes:
        lines: of each command ``a-name`` the first sentence of its docstring; its module is
            ``supaops.cli.a_name``, which holds a function of that name, or a group as `app`; a
            word of Python's own has a ``_`` behind it there.

    What was added to the group in the usual way is there as well.
    """

    lines: ClassVar[dict[str, str]] = {}

    # Typer keeps the types of its tree private, so they are `Any` here.
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {**_stubs(self.lines), **self.commands}
        with_verbosity(self)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the whole command, or None when there is none of that name."""
        found = super().get_command(ctx, cmd_name)
        return with_verbosity(_whole(cmd_name)) if isinstance(found, _Stub) else found

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands without importing them; a long line is wrapped, not cut."""
        del ctx
        rows = [(name, stub.get_short_help_str(_WHOLE)) for name, stub in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class _Stub(TyperCommand):
    """What stands for a command that nobody has run."""


def _stubs(lines: dict[str, str]) -> dict[str, Any]:
    return {name: _Stub(name, help=line) for name, line in lines.items()}


def _whole(name: str) -> Any:
    word = _identifier(name)
    module = import_module(f"supaops.cli.{word}")
    tree = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    tree.callback()(_nothing)  # keeps a tree of one command a tree
    if hasattr(module, "app"):
        tree.add_typer(module.app, name=name)
    else:
        tree.command(name)(getattr(module, word))
    root: Any = typer.main.get_command(tree)
    return root.commands[name]


def _identifier(name: str) -> str:
    """Return a command's name as Python may write it: ``diff_env``, ``import_``."""
    word = name.replace("-", "_")
    return f"{word}_" if iskeyword(word) else word


def _nothing() -> None:
    """Do nothing."""
