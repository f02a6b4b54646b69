"""The options that commands share, and what they lead to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import say
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.config import Config, Resolved, load, resolve
from supaops.config.duration import parse_positive_duration
from supaops.config.overlay import environments
from supaops.config.problem import Complaint
from supaops.db.connect import Connection, connect, describe, uses_pooler
from supaops.errors import LocalStackError, UsageError
from supaops.local import Stack, find
from supaops.plan import Desired
from supaops.render import resources

LONGEST_WAIT_S = 86_400
"""A day; an endless wait, or one that no timer can hold, is a mistake."""


class Format(StrEnum):
    """``text`` for people, ``json`` for programs."""

    TEXT = "text"
    JSON = "json"


def _environments() -> list[str]:
    """Return the names that a shell can complete after ``--env``."""
    return environments(project_root() / DEFAULT_CONFIG)


EnvOption = Annotated[
    str,
    typer.Option(
        "--env",
        envvar="SUPAOPS_ENV",
        metavar="E",
        help="Environment to act on.",
        autocompletion=_environments,
    ),
]
ConfigOption = Annotated[
    Path,
    typer.Option("--config", metavar="PATH", help="The base YAML; overlays lie beside it."),
]
FormatOption = Annotated[
    Format, typer.Option("--format", metavar="text|json", help="How to print the result.")
]


def duration(text: str, option: str) -> timedelta:
    """Parse the value of an option such as ``1h30m``.

    Raises: UsageError that names the option.
    """
    try:
        return parse_positive_duration(text)
    except Complaint as complaint:
        raise UsageError(str(complaint), place=option, hint="such as 30s, 5m or 1h30m") from None


@dataclass(frozen=True, slots=True)
class Target:
    """One environment, resolved: its config, its secrets, and where its database is."""

    config: Config
    resolved: Resolved
    database_url: str

    @property
    def desired(self) -> Desired:
        """Return what the environment should hold."""
        return Desired(self.config, resources(self.config), self.resolved.secrets)

    @property
    def is_local_stack(self) -> bool:
        """Tell whether its database is the stack of ``supaops local up``, which may be lost."""
        return self.config.database.url == "local"

    def announce(self, command: str) -> None:
        """Say which environment a command is about, and where its database is."""
        say(f"{command} {self.config.environment}: {describe(self.database_url)}", "dim")
        if uses_pooler(self.database_url):
            say("through a transaction pooler: it works, but port 5432 is the better way", "dim")

    def connect(self, command: str) -> Connection:
        """Announce and connect, as ``supaops <command>``, so that a lock's holder can be named."""
        self.announce(command)
        return connect(self.database_url, application_name=f"supaops {command}")


def target(environment: str, path: Path) -> Target:
    """Load, check and resolve one environment.

    A running local stack lends its variables to `local`, beneath those of the shell.

    Raises: ConfigError with every problem; LocalStackError when `local` does not run.
    """
    config = load(path, environment)
    if config.database.url == "local":
        stack = _running_stack(path)
        return Target(config, resolve(config, {**stack.environment, **os.environ}), stack.url)
    resolved = resolve(config, os.environ)
    return Target(config, resolved, resolved.revealed_url)


def _running_stack(config: Path) -> Stack:
    stack = find(project_root(config))
    if stack is None:
        raise LocalStackError("the local stack is not running", hint="supaops local up")
    return stack
