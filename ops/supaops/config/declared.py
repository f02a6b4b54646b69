"""A name on the command line beside those that the YAML declares. Pure."""

from __future__ import annotations

from collections.abc import Collection

from supaops.config.loading import config_place
from supaops.config.model import DEFAULT_QUEUE, Config
from supaops.config.places import listed, shorten
from supaops.config.suggest import did_you_mean
from supaops.config.validate import SMOKE_TASK_TYPE
from supaops.errors import UsageError


def undeclared_queue(config: Config, name: str, option: str) -> UsageError | None:
    """Return what to say of a queue that the YAML does not declare; None where it does.

    Declared is what a task type names, and what has an entry under ``queue.limits``.
    """
    named = {each.queue for each in config.queue.task_types.values()}
    known = sorted({DEFAULT_QUEUE, *named, *config.queue.limits})
    place = config_place(config, ("queue", "limits"))
    entry = "`NAME: {}` under queue.limits declares another" + (f" ({place})" if place else "")
    return _undeclared("queue", name, known, option, entry)


def undeclared_task_type(config: Config, name: str, option: str) -> UsageError | None:
    """Return what to say of a task type that the YAML does not declare; None where it does."""
    known = sorted({SMOKE_TASK_TYPE, *config.queue.task_types})
    return _undeclared("task type", name, known, option)


def _undeclared(
    what: str, name: str, known: Collection[str], option: str, remedy: str = ""
) -> UsageError | None:
    if name in known:
        return None
    then = "; ".join(filter(None, [f"declared: {listed(known)}", remedy]))
    message = f"{what} {shorten(name)!r} is not declared"
    return UsageError(message, place=option, hint=did_you_mean(name, known, then))
