"""`supaops apply`: make the database as declared, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from supaops.apply import Applied, Options, apply_plan, provenance
from supaops.cli.console import say, stderr, stdout
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, target
from supaops.db.connect import describe
from supaops.plan import Action, Plan, read_plan
from supaops.report.plan_text import plan_text


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
        float, typer.Option("--lock-timeout", min=0, metavar="S", help="Seconds to wait.")
    ] = 10.0,
) -> None:
    """Apply the plan of this moment in one transaction: all of it or nothing."""
    where = target(env, config)
    options = Options(prune=prune, force=force, lock_wait=timedelta(seconds=lock_timeout))
    desired = where.desired
    say(f"apply to {env}: {describe(where.database_url)}", "dim")
    with where.connect("apply") as conn:
        plan = read_plan(conn, desired)
        stdout.print(plan_text(plan))
        with stderr.status("taking the lock") as status:
            applied = apply_plan(
                conn,
                desired,
                plan,
                provenance(Path.cwd()),
                options,
                progress=lambda change: status.update(f"{change.action} {change.address}"),
            )
    _report(plan, applied)


def _report(plan: Plan, applied: Applied) -> None:
    if applied.revision_id is not None:
        say(f"Applied {len(applied.changes)} changes as revision {applied.revision_id}.", "green")
    kept = plan.of(Action.DELETE)
    if kept and not any(change.action is Action.DELETE for change in applied.changes):
        say(f"{len(kept)} no longer declared; `supaops apply --prune` deletes them.", "yellow")
