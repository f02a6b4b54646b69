"""The options that commands share, and what they lead to."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from supaops.cli.choices import ConfigOption, EnvOption, Format, FormatOption
from supaops.cli.console import comment
from supaops.cli.project import project_root
from supaops.config import Config, Outside, Resolved, load, resolve
from supaops.config.duration import parse_positive_duration
from supaops.config.problem import Complaint
from supaops.db.connect import Connection, connect, describe, uses_pooler
from supaops.errors import UsageError
from supaops.local import local_database
from supaops.plan import Desired
from supaops.render import resources

LONGEST_WAIT_S = 86_400
"""A day; an endless wait, or one that no timer can hold, is a mistake."""


def duration(text: str, option: str) -> timedelta:
    """Parse the value of an option such as ``1h30m``.

    Raises: UsageError that names the option.
    """
    try:
        return parse_positive_duration(text)
    except Complaint as complaint:
        hint = complaint.hint or f"{option} 1h30m"
        raise UsageError(str(complaint), place=option, hint=hint) from None


@dataclass(frozen=True, slots=True)
class Target:
    """One environment, resolved: its config, its secrets, and where its database is."""

    config: Config
    resolved: Resolved
    database_url: str

    @property
    def desired(self) -> Desired:
        """Return what the environment should hold."""
        return Desired(
            self.config,
            resources(self.config),
            self.resolved.secrets,
            sentry_dsn=lambda: self.resolved.sentry_dsn,
        )

    @property
    def is_local_stack(self) -> bool:
        """Tell whether its database is one of this machine, which may be lost."""
        return self.config.database.url == "local"

    def announce(self, command: str) -> None:
        """Say which environment a command is about, and where its database is."""
        comment(f"{command} {self.config.environment}: {describe(self.database_url)}")
        if uses_pooler(self.database_url):
            comment("through a transaction pooler: it works, but port 5432 is the better way")

    def connect(self, command: str) -> Connection:
        """Announce and connect, as ``supaops <command>``, so that a lock's holder can be named."""
        self.announce(command)
        return connect(self.database_url, application_name=f"supaops {command}")


def target(
    environment: str,
    path: Path,
    needs: Callable[[Config], Collection[str]] | None = None,
    needs_database: Callable[[Config], bool] = lambda _: True,
) -> Target:
    """Load, check and resolve one environment.

    A running local stack lends its variables to `local`, beneath those of the shell.

    Args:
        needs: tells the secrets that a command needs; None needs all that are declared.
        needs_database: tells whether it needs the database's URL, which is else empty.
    Raises:  ConfigError with every problem; LocalStackError when `local` does not run.
    """
    config = load(path, environment)
    root, names = project_root(path), needs(config) if needs else None
    if config.database.url == "local":
        local = local_database(root)
        variables = {**local.environment, **os.environ}
        resolved = resolve(config, variables, Outside(root, local.api_url), names)
        return Target(config, resolved, local.url)
    resolved = resolve(config, os.environ, Outside(root), names, database=needs_database(config))
    return Target(config, resolved, resolved.revealed_url)


__all__ = [
    "LONGEST_WAIT_S",
    "ConfigOption",
    "EnvOption",
    "Format",
    "FormatOption",
    "Target",
    "duration",
    "target",
]
