"""`supaops apply`: make the database as declared, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.apply import (
    Options,
    apply_plan,
    changes_cron_jobs,
    provenance,
    remind_scheduler,
)
from supaops.cli.console import show
from supaops.cli.options import LONGEST_WAIT_S, ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.cli.waiting import Waiting
from supaops.plan import read_plan
from supaops.report.apply_text import applied_lines
from supaops.report.plan_text import plan_lines


def apply(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also delete what is no longer declared.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite objects that are in conflict.")
    ] = False,
    lock_timeout: Annotated[
        float,
        typer.Option(
            "--lock-timeout",
            min=0,
            max=LONGEST_WAIT_S,
            metavar="S",
            help="Seconds to wait for another apply to end.",
        ),
    ] = 10.0,
) -> None:
    """Make the database as declared, in one transaction or not at all.

    Exits 4 when another apply holds the lock, 5 when a guard refuses.
    """
    where = target(env, config)
    options = Options(prune=prune, force=force, lock_wait=timedelta(seconds=lock_timeout))
    desired = where.desired
    with where.connect("apply") as conn:
        plan = read_plan(conn, desired)
        show(plan_lines(plan))
        with Waiting("waiting for the lock") as line:
            applied = apply_plan(
                conn,
                desired,
                plan,
                provenance(project_root(config)),
                options,
                progress=lambda change: line.now(f"{change.action} {change.address}"),
            )
            line.show(applied_lines(plan, applied))
            if changes_cron_jobs(applied):
                line.now("reminding pg_cron of its jobs")
                remind_scheduler(conn)
