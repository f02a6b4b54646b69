"""Before a database is changed: say which one it is, and ask. The default answer is No."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from supaops.cli.choices import env_is_typed
from supaops.cli.console import say
from supaops.cli.options import Target
from supaops.db.connect import describe
from supaops.errors import Refused
from supaops.plan import Action, Plan

_TYPED_ABOVE = 100
_CONFIRM = "run it again and confirm, or say --yes"

YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask; needed where there is no terminal.")
]


def authorise(target: Target, doing: str, *, yes: bool, typed: bool) -> None:
    """Let a command change a database, or refuse.

    Args:
        doing: what is about to happen, as in ``apply 3 changes``.
        yes: ``--yes``, which answers the question.
        typed: whether ``--env`` was typed; see `env_is_typed`.
    Raises: Refused; nothing was touched.
    """
    require_typed(target, typed=typed)
    confirm(target, doing, yes=yes)


def require_typed(target: Target, *, typed: bool) -> None:
    """Refuse a protected environment that nobody named on the command line.

    A variable may linger in a shell or come from a file; a word that was typed is a decision.

    Raises: Refused.
    """
    name = target.config.environment
    if target.config.is_protected and not typed:
        raise Refused(
            f"{name} is protected: it must be named on the command line",
            hint=f"add --env {name}; a variable does not do",
        )


def confirm(target: Target, doing: str, *, yes: bool, look: str = "`supaops plan`") -> None:
    """Ask whether to go on; the local stack needs no question.

    Args:    look: what shows beforehand what would be done.
    Raises:  Refused when the answer is no, or nobody is there to give one.
    """
    if yes or target.is_local_stack:
        return
    _announce(target, doing, look)
    if not typer.confirm("Go on?", default=False, err=True):
        raise Refused("not confirmed; nothing was changed", hint=_CONFIRM)


def confirm_count(target: Target, doing: str, count: int, *, yes: bool) -> None:
    """Ask whether to change so many jobs; for more than a hundred the count is to be typed.

    Raises: Refused when the answer is no, or nobody is there to give one.
    """
    if yes or target.is_local_stack or count <= _TYPED_ABOVE:
        confirm(target, doing, yes=yes, look="it with --dry-run")
        return
    _announce(target, doing, "it with --dry-run")
    typed = typer.prompt(f"Type {count} to go on", default="", show_default=False, err=True)
    if typed.replace(",", "").strip() != str(count):
        raise Refused("not confirmed; nothing was changed", hint=_CONFIRM)


def _announce(target: Target, doing: str, look: str) -> None:
    where = f"{target.config.environment} ({describe(target.database_url)})"
    if not _has_terminal():
        raise Refused(
            f"there is no terminal to ask whether to {doing} in {where}",
            hint=f"look at {look}, then say --yes",
        )
    say(f"About to {doing} in {where}.", "bold")


def wants_force(plan: Plan) -> bool:
    """Ask whether to overwrite what is in conflict; without a terminal nobody has said so."""
    conflicts = plan.of(Action.CONFLICT)
    if not conflicts or not _has_terminal():
        return False
    say(f"In conflict: {', '.join(change.address for change in conflicts)}.", "bold red")
    return typer.confirm("Overwrite what is live?", default=False, err=True)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


__all__ = [
    "YesOption",
    "authorise",
    "confirm",
    "confirm_count",
    "env_is_typed",
    "require_typed",
    "wants_force",
]
