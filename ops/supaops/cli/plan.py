"""`supaops plan`: what an apply would do."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from supaops.cli.console import say, stdout
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, target
from supaops.db.connect import describe
from supaops.plan import as_json, read_plan
from supaops.report.plan_text import plan_text
from supaops.status import ExitStatus


class PlanFormat(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"


def plan(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 2 when there are changes or drift.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show no-ops and whole texts too.")
    ] = False,
    output: Annotated[PlanFormat, typer.Option("--format", help="How to print.")] = PlanFormat.TEXT,
) -> None:
    """Compare what is declared with what is recorded and what is live; change nothing."""
    where = target(env, config)
    say(f"plan for {env}: {describe(where.database_url)}", "dim")
    with where.connect("plan") as conn:
        found = read_plan(conn, where.desired)
    if output is PlanFormat.JSON:
        typer.echo(json.dumps(as_json(found), indent=2, ensure_ascii=False))
    else:
        stdout.print(plan_text(found, verbose=verbose))
    if exit_code and found.pending:
        raise typer.Exit(ExitStatus.CHANGES)
