"""As much of an environment as there is, for a command that works with less than the whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from supaops.cli.options import Target
from supaops.cli.project import project_root
from supaops.config import Config, Outside, Resolved, load, resolve_some
from supaops.db.connect import Connection
from supaops.errors import ConfigError, LocalStackError
from supaops.local import LocalDatabase, local_database

_WITHOUT = "or scan files alone: --no-database"


@dataclass(frozen=True, slots=True)
class Partial:
    """One environment as far as it can be told.

    Attributes:
        error: what is wrong with the YAML; then there is nothing else.
        connect: opens the database, when it is wanted.
    """

    config: Config | None = None
    resolved: Resolved | None = None
    connect: Callable[[], Connection] | None = None
    error: ConfigError | None = None


def partial_target(environment: str, path: Path, command: str, *, with_database: bool) -> Partial:
    """Load an environment and resolve what can be.

    Raises: ConfigError or LocalStackError when the database is wanted and nothing leads to it.
    """
    try:
        config = load(path, environment)
    except ConfigError as error:
        return Partial(error=error)
    root, local = project_root(path), None
    if config.database.url == "local":
        local = _local(root, needed=with_database)
    resolved = _resolved(config, root, local, with_database=with_database)
    if not with_database:
        return Partial(config, resolved)
    url = local.url if local else resolved.revealed_url
    return Partial(config, resolved, partial(Target(config, resolved, url).connect, command))


def _local(root: Path, *, needed: bool) -> LocalDatabase | None:
    try:
        return local_database(root)
    except LocalStackError as error:
        if not needed:
            return None
        raise LocalStackError(error.message, hint=f"{error.hint}; {_WITHOUT}") from error


def _resolved(
    config: Config, root: Path, local: LocalDatabase | None, *, with_database: bool
) -> Resolved:
    lent: Mapping[str, str] = local.environment if local else {}
    outside = Outside(root, local.api_url if local else "")
    resolved, problems = resolve_some(config, {**lent, **os.environ}, outside)
    if with_database and local is None and resolved.database_url is None:
        problem = problems[0]  # the database's comes first
        problem.hint = f"{problem.hint}; {_WITHOUT}"
        raise ConfigError([problem])
    return resolved
