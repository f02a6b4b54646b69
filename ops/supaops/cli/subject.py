"""One environment as far as it can be told, for the commands that report what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from supaops.checks.catalogue import left_out
from supaops.checks.check import VALID
from supaops.checks.declared import declared
from supaops.checks.finding import Finding
from supaops.cli.options import Target
from supaops.cli.project import project_root
from supaops.config import Config, Outside, config_place, load, resolve_some
from supaops.db.connect import Connection, describe
from supaops.errors import ConfigError, LocalStackError, SupaopsError
from supaops.local import LocalDatabase, local_database
from supaops.plan import Desired

_LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Subject:
    """What there is to look at.

    Attributes:
        declared: what the environment should hold, or what is wrong with the YAML.
        missing: a problem for each value that the YAML refers to and that is not there; None when
            that cannot be told.
        where: its database, or why there is no way to it.
    """

    environment: str
    declared: Desired | ConfigError
    missing: tuple[SupaopsError, ...] | None
    where: Target | SupaopsError

    def connect(self, command: str) -> Connection:
        """Announce and connect.

        Raises: SupaopsError.
        """
        if isinstance(self.where, SupaopsError):
            raise self.where
        return self.where.connect(command)

    @property
    def left_out(self) -> list[str]:
        """Return the checks and groups that the YAML leaves out."""
        if isinstance(self.declared, ConfigError):
            return []
        return self.declared.config.checks.skip

    @property
    def target(self) -> str | None:
        """Return where the database is, without its password; None when nothing tells."""
        if isinstance(self.where, SupaopsError):
            return None
        try:
            return describe(self.where.database_url)
        except SupaopsError:
            return None

    def place(self, finding: Finding) -> str | None:
        """Return where the YAML has what a finding is about, as ``file:line:column``."""
        if isinstance(self.declared, ConfigError):
            return self.declared.problems[0].place if finding.id == VALID else None
        keys = finding.verdict.declared_at
        return config_place(self.declared.config, keys) if keys else None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the command line says of time in place of the YAML."""

    timeout: timedelta | None = None
    total_timeout: timedelta | None = None

    def over(self, config: Config) -> Config:
        """Return a config with these limits."""
        given = {"timeout": self.timeout, "total_timeout": self.total_timeout}
        changed = {name: limit for name, limit in given.items() if limit is not None}
        checks = config.checks.model_copy(update=changed)
        return config.model_copy(update={"checks": checks})


def subject(environment: str, path: Path, limits: Limits = Limits()) -> Subject:
    """Return an environment, and in place of what cannot be told the reason."""
    try:
        config = load(path, environment)
        left_out(config)
    except ConfigError as error:
        return Subject(environment, error, None, error)
    return _of(limits.over(config), project_root(path))


def _of(config: Config, root: Path) -> Subject:
    local = _local(config, root)
    away = local if isinstance(local, LocalStackError) else None
    stack = local if isinstance(local, LocalDatabase) else None
    lent: Mapping[str, str] = stack.environment if stack else {}
    outside = Outside(root, stack.api_url if stack else "")
    resolved, problems = resolve_some(config, {**lent, **os.environ}, outside)
    url = stack.url if stack else resolved.revealed_url
    where: Target | SupaopsError = away or (Target(config, resolved, url) if url else problems[0])
    missing = None if away else tuple(problems)
    return Subject(config.environment, declared(config, resolved), missing, where)


def _local(config: Config, root: Path) -> LocalDatabase | LocalStackError | None:
    if config.database.url != _LOCAL:
        return None
    try:
        return local_database(root)
    except LocalStackError as error:
        return error
