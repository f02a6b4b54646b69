"""`supaops arm` and `supaops disarm`: whether a database may post and run guarded cron jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supaops.apply import provenance, require_own_environment
from supaops.cli.console import show
from supaops.cli.guard import YesOption, authorise, env_is_typed
from supaops.cli.options import ConfigOption, EnvOption, Target, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.config import config_place
from supaops.db.connect import Connection
from supaops.db.environment import Environment, read_environment
from supaops.db.environment import arm as arm_database
from supaops.db.environment import disarm as disarm_database
from supaops.errors import SupaopsError
from supaops.report.environment_text import armed_lines, disarmed_lines

RenameOption = Annotated[
    bool, typer.Option("--rename", help="Make a copy of another environment this one's database.")
]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever finds it standing still.")
]


def arm(
    context: typer.Context,
    rename: RenameOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    yes: YesOption = False,
) -> None:
    """Let a database post, and run its guarded cron jobs.

    It does so by itself once its worker accepts a post, unless an operator has disarmed it. Exits 5
    when it belongs to another environment and --rename is not given.
    """
    where = _guarded_target(env, config)
    doing = "arm, and rename if needed, the database" if rename else "arm the database"
    authorise(where, doing, yes=yes, typed=env_is_typed(context))
    with where.connect("arm") as conn:
        before = _applied(conn, env)
        if not rename:
            require_own_environment(conn, env)
        arm_database(conn, env, actor=provenance(project_root(config)).applied_by)
    show(armed_lines(before.name if before.belongs_elsewhere(env) else None, env))


def disarm(
    context: typer.Context,
    reason: ReasonOption,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    yes: YesOption = False,
) -> None:
    """Keep a database from posting, and from running guarded cron jobs.

    It stays so through restarts and accepted posts, until `supaops arm`. Exits 5 when it belongs to
    another environment.
    """
    where = _guarded_target(env, config)
    authorise(where, "disarm the database", yes=yes, typed=env_is_typed(context))
    with where.connect("disarm") as conn:
        _applied(conn, env)
        require_own_environment(conn, env)
        disarm_database(conn, reason, actor=provenance(project_root(config)).applied_by)
    show(disarmed_lines(env))


def _guarded_target(environment: str, path: Path) -> Target:
    """Return the target, unless its database would obey nobody."""
    where = target(environment, path)
    if not where.config.clone_guard:
        raise SupaopsError(
            "without the clone guard a database is neither armed nor disarmed",
            place=config_place(where.config, "clone_guard"),
            hint="set clone_guard: true and apply; to hold back jobs: select job_queue_pause(...)",
        )
    return where


def _applied(conn: Connection, environment: str) -> Environment:
    found = read_environment(conn)
    if found is None:
        raise SupaopsError(
            "nothing is there to arm or disarm", hint=f"supaops apply --env {environment}"
        )
    return found
