"""`supaops smoke`: prove the chain with one real job."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.text import Text

from supaops.cli.console import say, stdout
from supaops.cli.formats import Format, FormatOption
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, target
from supaops.db.connect import describe
from supaops.jobs.smoke import SmokeResult, run_smoke
from supaops.report.smoke import hop_line, smoke_json, smoke_verdict
from supaops.status import Severity


def smoke(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="S", help="Seconds to wait at most.")
    ] = 90.0,
    output: FormatOption = Format.TEXT,
) -> None:
    """Send one job from the queue through cron, pg_net and the worker, and time each hop.

    Exits 0 when the job succeeded, 2 when a hop is broken, 3 when that cannot be told.
    """
    where = target(env, config)
    as_text = output is Format.TEXT
    say(f"smoke test of {env}: {describe(where.database_url)}", "dim")
    with where.connect("smoke") as conn:
        result = run_smoke(
            conn,
            where.config,
            timeout=timedelta(seconds=timeout),
            progress=lambda hop: stdout.print(hop_line(hop)) if as_text else None,
        )
    _print(result, as_text=as_text)
    if result.broken:
        raise typer.Exit(Severity.CRITICAL)


def _print(result: SmokeResult, *, as_text: bool) -> None:
    if not as_text:
        typer.echo(json.dumps(smoke_json(result), indent=2, ensure_ascii=False))
        return
    lines = [hop_line(result.broken)] if result.broken else []
    stdout.print(Text("\n").join([*lines, Text(), smoke_verdict(result)]))
