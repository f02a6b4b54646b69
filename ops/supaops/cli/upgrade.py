"""`supaops upgrade`: bring what is supaops' own in a database to this version."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.apply import Applied, Options, provenance, require_own_environment
from supaops.apply.upgrade import apply_upgrade
from supaops.cli.apply import LockTimeoutOption
from supaops.cli.console import show, show_json
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.cli.waiting import Waiting
from supaops.plan import read_plan
from supaops.plan.upgrade import require_installed, upgrading
from supaops.report.upgrade import upgrade_json, upgrade_lines, upgraded_line
from supaops.status import ExitStatus

NOTHING = Applied((), None)


def upgrade(
    context: typer.Context,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 2 when an upgrade is due.")
    ] = False,
    yes: YesOption = False,
    lock_timeout: LockTimeoutOption = 10.0,
    output: FormatOption = Format.TEXT,
) -> None:
    """Bring an installed schema to this version, and nothing else.

    Tables, functions, views, triggers and grants of supaops become those of this version, all of
    it in one transaction or nothing; jobs, cron jobs, secrets and settings stay as they are.
    """
    where = target(env, config, needs=lambda _: ())
    if not check:
        require_typed(where, typed=env_is_typed(context))
    desired, done = upgrading(where.desired), NOTHING
    with where.connect("upgrade") as conn:
        require_own_environment(conn, where.config.environment)
        plan = read_plan(conn, desired)
        require_installed(plan)
        if output is Format.TEXT:
            show(upgrade_lines(plan))
        if plan.pending and not check:
            confirm(where, "upgrade the schema", yes=yes, look="`supaops upgrade --check`")
            options = Options(prune=True, lock_wait=timedelta(seconds=lock_timeout))
            with Waiting("upgrading"):
                origin = provenance(project_root(config))
                done = apply_upgrade(conn, desired, plan, origin, options)
    if output is Format.JSON:
        show_json(upgrade_json(plan, done.revision_id))
    elif plan.pending and not check:
        show([upgraded_line(len(done.changes), done.revision_id)])
    if check and plan.pending:
        raise typer.Exit(ExitStatus.CHANGES)
