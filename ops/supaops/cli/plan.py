"""`supaops plan`: what an apply would do."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from supaops.cli.console import say, stdout
from supaops.cli.formats import Format, FormatOption
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, target
from supaops.db.connect import describe
from supaops.plan import as_json, read_plan
from supaops.report.plan_text import plan_text
from supaops.status import ExitStatus


def plan(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 2 when there are changes or drift.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show no-ops and whole texts too.")
    ] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Compare what is declared with what is recorded and what is live; change nothing."""
    where = target(env, config)
    say(f"plan for {env}: {describe(where.database_url)}", "dim")
    with where.connect("plan") as conn:
        found = read_plan(conn, where.desired)
    if output is Format.JSON:
        typer.echo(json.dumps(as_json(found), indent=2, ensure_ascii=False))
    else:
        stdout.print(plan_text(found, verbose=verbose))
    if exit_code and found.pending:
        raise typer.Exit(ExitStatus.CHANGES)
