"""`supaops bootstrap`: a whole environment in one command."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from supaops.apply import require_own_environment
from supaops.checks.finding import Finding, worst
from supaops.checks.run import run_checks
from supaops.cli.apply import agreed, carry_out
from supaops.cli.console import comment, say, show, shows_symbols
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import ConfigOption, EnvOption, Target, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.smoke import TimeoutOption, follow
from supaops.cli.standin import stand_in
from supaops.db.connect import Connection
from supaops.db.extensions import create_extensions, missing_extensions
from supaops.jobs.smoke import SmokeResult, ticks
from supaops.plan import Decisions, read_plan
from supaops.report.health.text import Look, finding_lines
from supaops.report.smoke import verdict_lines
from supaops.status import ExitStatus, Severity

NoSmokeOption = Annotated[
    bool, typer.Option("--no-smoke", help="Send no job through the chain: no worker runs yet.")
]


def bootstrap(
    context: typer.Context,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    yes: YesOption = False,
    no_smoke: NoSmokeOption = False,
    timeout: TimeoutOption = 90.0,
) -> None:
    """Bring up a whole environment: extensions, apply, smoke, verify.

    What is there already stays, so it can be run again. Where nothing ticks, as in a preview, no
    job is sent. On a local stack without a worker, one of supaops' own does the smoke job. Exits 1
    when the chain does not work in the end.
    """
    where = target(env, config)
    require_typed(where, typed=env_is_typed(context))
    with where.connect("bootstrap") as conn:
        require_own_environment(conn, where.config.environment)
        _extensions(conn, where, yes=yes)
        plan = read_plan(conn, where.desired)
        carry_out(conn, where.desired, plan, agreed(where, plan, Decisions(), yes=yes), config)
        with nullcontext() if no_smoke else stand_in(conn, where):
            result = None if no_smoke else _smoke(conn, where, timeout)
            comment("verifying")
            findings = run_checks(conn, where.desired)
        show(finding_lines(findings, Look(symbols=shows_symbols())))
    if not _is_sound(findings, result):
        raise typer.Exit(ExitStatus.ERROR)


def _extensions(conn: Connection, where: Target, *, yes: bool) -> None:
    if missing := missing_extensions(conn):
        names = ", ".join(missing)
        confirm(where, f"create the extensions {names}", yes=yes)
        create_extensions(conn, missing)
        comment(f"created the extensions {names}")


def _smoke(conn: Connection, where: Target, timeout: float) -> SmokeResult | None:
    if not ticks(where.config):
        say(f"nothing ticks in {where.config.environment}: no job was sent", "yellow")
        return None
    result = follow(conn, where.config, timeout, show_hops=True)
    show(verdict_lines(result))
    return result


def _is_sound(findings: list[Finding], result: SmokeResult | None) -> bool:
    """Tell whether what was looked at works; that nothing was sent yet is no fault."""
    broken = result is not None and result.broken is not None
    allowed = Severity.WARNING if result else Severity.UNKNOWN
    return not broken and worst(findings).rank <= allowed.rank
