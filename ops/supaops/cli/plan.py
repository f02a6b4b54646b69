"""`supaops plan`: what an apply would do."""

from __future__ import annotations

from typing import Annotated

import typer

from supaops.cli.console import show, show_json
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.plan import as_json, read_plan
from supaops.report.plan_text import plan_lines
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
    """Show what an apply would change, and change nothing.

    Compares what is declared with what was recorded by the last apply and with what is live.
    """
    where = target(env, config)
    with where.connect("plan") as conn:
        found = read_plan(conn, where.desired)
    if output is Format.JSON:
        show_json(as_json(found))
    else:
        show(plan_lines(found, verbose=verbose))
    if exit_code and found.pending:
        raise typer.Exit(ExitStatus.CHANGES)
