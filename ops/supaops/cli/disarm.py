"""The command `disarm`: keep a database from posting and from running its guarded cron jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from supaops.apply import provenance
from supaops.cli.arm import RenameOption, doing, former_name, guarded_target
from supaops.cli.console import show
from supaops.cli.guard import YesOption, authorise, env_is_typed
from supaops.cli.options import ConfigOption, EnvOption
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.db.environment import disarm as disarm_database
from supaops.report.environment_text import disarmed_lines, renamed_lines

ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever finds it standing still.")
]


def disarm(
    context: typer.Context,
    reason: ReasonOption,
    rename: RenameOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    yes: YesOption = False,
) -> None:
    """Keep a database from posting, and running guarded jobs.

    It stays so through restarts and accepted posts, until `supaops arm`. Exits 5 when it belongs to
    another environment and --rename is not given.
    """
    where = guarded_target(env, config)
    authorise(where, doing("disarm", rename=rename), yes=yes, typed=env_is_typed(context))
    with where.connect("disarm") as conn:
        before = former_name(conn, env, rename=rename)
        disarm_database(conn, env, reason, actor=provenance(project_root(config)).applied_by)
    show([*renamed_lines(before, env), *disarmed_lines(env)])
