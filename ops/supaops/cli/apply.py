"""`supaops apply`: make the database as declared, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from supaops.apply import (
    Options,
    apply_plan,
    changes_cron_jobs,
    provenance,
    remind_scheduler,
    require_own_environment,
)
from supaops.cli.console import say, show
from supaops.cli.guard import (
    YesOption,
    confirm,
    env_is_typed,
    require_typed,
    wants_force,
)
from supaops.cli.options import LONGEST_WAIT_S, ConfigOption, EnvOption, Target, target
from supaops.cli.plan import ForceOption, PruneOption
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.cli.waiting import Waiting
from supaops.db.connect import Connection
from supaops.errors import UsageError
from supaops.plan import (
    Decisions,
    Desired,
    Document,
    Plan,
    plan_warnings,
    read_plan,
    require_unmoved,
    saved,
)
from supaops.report.apply_text import applied_lines, planned
from supaops.report.plan_text import plan_lines

FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="A plan of `plan --out`: exactly that, or nothing."),
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        min=0,
        max=LONGEST_WAIT_S,
        metavar="S",
        help="Seconds to wait for another apply to end.",
    ),
]


def apply(
    context: typer.Context,
    file: FileArgument = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    prune: PruneOption = False,
    force: ForceOption = False,
    yes: YesOption = False,
    lock_timeout: LockTimeoutOption = 10.0,
) -> None:
    """Make the database as declared, all of it or nothing.

    It is one transaction. Shows the plan and asks; the local stack needs no question. With FILE,
    carries out exactly that plan. Exits 4 when another apply holds the lock, 5 when a guard
    refuses.
    """
    kept = _kept(file, Decisions(prune=prune, force=force))
    where = target(env, config)
    require_typed(where, typed=env_is_typed(context))
    with where.connect("apply") as conn:
        require_own_environment(conn, where.config.environment)
        plan = read_plan(conn, where.desired)
        if kept:
            _require_fitting(kept, plan)
        decisions = kept.decisions if kept else Decisions(prune=prune, force=force)
        options = agreed(where, plan, decisions, yes=yes)
        wait = timedelta(seconds=lock_timeout)
        carry_out(conn, where.desired, plan, replace(options, lock_wait=wait), config)


def carry_out(
    conn: Connection, desired: Desired, plan: Plan, options: Options, config: Path
) -> None:
    """Apply a plan that was shown and agreed to, and say what was done."""
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


def _kept(file: Path | None, decisions: Decisions) -> Document | None:
    """Return the plan of a file, whose decisions were made when it was planned."""
    if file is None:
        return None
    if decisions != Decisions():
        raise UsageError(
            "a plan file says itself what to prune and force",
            hint=f"give --prune and --force to: supaops plan --out {file}",
        )
    return saved(file)


def _require_fitting(kept: Document, plan: Plan) -> None:
    if kept.environment != plan.environment:
        raise UsageError(
            f"the plan is of {kept.environment}, not of {plan.environment}",
            hint=f"add --env {kept.environment}",
        )
    require_unmoved(kept, plan)


def agreed(where: Target, plan: Plan, decisions: Decisions, *, yes: bool) -> Options:
    """Show a plan and ask what is open: whether to go on, and to overwrite what is in conflict.

    Raises: Refused when the answer is no, or nobody is there to give one.
    """
    show(plan_lines(plan, decisions=decisions))
    for warning in plan_warnings(plan):
        say(f"warning: {warning}", "bold yellow")
    if count := planned(plan, decisions):
        confirm(where, f"apply {count}", yes=yes)
    force = decisions.force or (not yes and wants_force(plan))
    return Options(prune=decisions.prune, force=force)
