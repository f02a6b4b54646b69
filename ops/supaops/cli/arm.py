"""`supaops arm`: let a database post and run its guarded cron jobs; and what `disarm` shares."""

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
from supaops.db.environment import arm as arm_database
from supaops.db.environment import read_environment
from supaops.errors import SupaopsError
from supaops.report.environment_text import armed_lines, renamed_lines

RenameOption = Annotated[
    bool, typer.Option("--rename", help="Make a copy of another environment this one's database.")
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
    where = guarded_target(env, config)
    authorise(where, doing("arm", rename=rename), yes=yes, typed=env_is_typed(context))
    with where.connect("arm") as conn:
        before = former_name(conn, env, rename=rename)
        arm_database(conn, env, actor=provenance(project_root(config)).applied_by)
    show([*renamed_lines(before, env), *armed_lines()])


def doing(verb: str, *, rename: bool) -> str:
    """Return what is about to happen, for the question."""
    return f"{verb} and rename the database" if rename else f"{verb} the database"


def guarded_target(environment: str, path: Path) -> Target:
    """Return the target, unless its database would obey nobody."""
    where = target(environment, path)
    if not where.config.clone_guard:
        raise SupaopsError(
            "without the clone guard a database is neither armed nor disarmed",
            place=config_place(where.config, "clone_guard"),
            hint="set clone_guard: true and apply; to hold back jobs: supaops pause --reason WHY",
        )
    return where


def former_name(conn: Connection, environment: str, *, rename: bool) -> str | None:
    """Return the other environment that a database belongs to, if it does and may be renamed.

    Raises: Refused without `rename`; SupaopsError when nothing was applied.
    """
    found = read_environment(conn)
    if found is None:
        raise SupaopsError(
            "nothing is there to arm or disarm", hint=f"supaops apply --env {environment}"
        )
    if not rename:
        require_own_environment(conn, environment)
    return found.name if found.belongs_elsewhere(environment) else None
