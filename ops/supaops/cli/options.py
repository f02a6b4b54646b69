"""The options that every command shares, and what they lead to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from supaops.config import Config, Resolved, load, resolve
from supaops.db.connect import Connection, connect
from supaops.errors import LocalStackError
from supaops.local import Stack, find
from supaops.plan import Desired
from supaops.render import resources

DEFAULT_CONFIG = Path("ops/config/job_queue.yaml")

EnvOption = Annotated[
    str,
    typer.Option("--env", envvar="SUPAOPS_ENV", metavar="E", help="Environment to act on."),
]
ConfigOption = Annotated[
    Path,
    typer.Option("--config", metavar="PATH", help="The base YAML; overlays lie beside it."),
]


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

    def connect(self, command: str) -> Connection:
        """Connect as ``supaops <command>``, so that a lock's holder can be named."""
        return connect(self.database_url, application_name=f"supaops {command}")


def project_root(config: Path) -> Path:
    """Return the project's folder: the one that holds ``ops/config``, else the current one."""
    folder = config.resolve().parent
    is_usual = (folder.parent.name, folder.name) == ("ops", "config")
    return folder.parent.parent if is_usual else Path.cwd()


def target(environment: str, path: Path) -> Target:
    """Load, check and resolve one environment.

    A running local stack lends its variables to `local`, beneath those of the shell.

    Raises: ConfigError with every problem; LocalStackError when `local` does not run.
    """
    config = load(path, environment)
    stack = _local_stack(config, path)
    resolved = resolve(config, _variables(stack))
    if resolved.database_url is not None:
        return Target(config, resolved, resolved.database_url.get_secret_value())
    if stack is None:
        raise LocalStackError("the local stack is not running", hint="supaops local up")
    return Target(config, resolved, stack.url)


def _local_stack(config: Config, path: Path) -> Stack | None:
    return find(project_root(path)) if config.database.url == "local" else None


def _variables(stack: Stack | None) -> Mapping[str, str]:
    return {**(stack.environment if stack else {}), **os.environ}
