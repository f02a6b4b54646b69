"""`supaops rollback`: bring back what an earlier revision left."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.apply import Options, require_own_environment
from supaops.cli.apply import LockTimeoutOption, carry_out
from supaops.cli.console import show
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.plan import ForceOption
from supaops.cli.project import DEFAULT_CONFIG
from supaops.plan import Decisions, read_plan
from supaops.plan.rollback import earlier
from supaops.report.apply_text import planned, rollback_lines
from supaops.report.plan_text import plan_lines

RevisionArgument = Annotated[
    int | None,
    typer.Argument(metavar="[REVISION]", min=1, help="Which; the one before the newest."),
]


def rollback(
    context: typer.Context,
    number: RevisionArgument = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    force: ForceOption = False,
    yes: YesOption = False,
    lock_timeout: LockTimeoutOption = 10.0,
) -> None:
    """Bring back what an earlier revision left, but for data.

    Functions, schedules and settings come back; tables and secrets stay as they are. It is an apply
    like any other, and a revision of its own; what was made since is deleted.
    """
    where = target(env, config)
    require_typed(where, typed=env_is_typed(context))
    with where.connect("rollback") as conn:
        require_own_environment(conn, where.config.environment)
        desired = earlier(conn, where.config, number, force=force)
        plan = read_plan(conn, desired)
        decisions = Decisions(prune=True, force=force)
        show(plan_lines(plan, decisions=decisions))
        if count := planned(plan, decisions):
            confirm(where, f"roll back {count}", yes=yes)
        wait = timedelta(seconds=lock_timeout)
        options = Options(prune=True, force=force, lock_wait=wait)
        carry_out(conn, desired, plan, options, config)
        show(rollback_lines(plan))
