"""`supaops smoke`: prove the chain with one real job."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.cli.console import show, show_json
from supaops.cli.options import (
    LONGEST_WAIT_S,
    ConfigOption,
    EnvOption,
    Format,
    FormatOption,
    target,
)
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.waiting import Waiting
from supaops.config import Config
from supaops.db.connect import Connection
from supaops.jobs.hops import Hop
from supaops.jobs.smoke import SmokeResult, run_smoke
from supaops.report.smoke import hop_line, smoke_json, verdict_lines
from supaops.status import Severity

TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout", min=1, max=LONGEST_WAIT_S, metavar="S", help="Seconds to wait at most."
    ),
]


def smoke(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    timeout: TimeoutOption = 90.0,
    output: FormatOption = Format.TEXT,
) -> None:
    """Send one real job through the chain and time each hop.

    From the queue through cron, pg_net and the worker, and back. Exits 0 when the job succeeded,
    2 when a hop is broken, 3 when that cannot be told.
    """
    where = target(env, config, needs=lambda _: ())
    as_text = output is Format.TEXT
    with where.connect("smoke") as conn:
        result = follow(conn, where.config, timeout, show_hops=as_text)
    if as_text:
        show(verdict_lines(result))
    else:
        show_json(smoke_json(result))
    if result.broken:
        raise typer.Exit(Severity.CRITICAL)


def follow(conn: Connection, config: Config, timeout: float, *, show_hops: bool) -> SmokeResult:
    """Send a job through the chain, and show each hop as it passes it.

    Args:    timeout: seconds.
    """
    with Waiting(f"following the job, {timeout:g} s at most") as line:

        def passed(hop: Hop) -> None:
            if show_hops:
                line.show([hop_line(hop)])

        return run_smoke(conn, config, timeout=timedelta(seconds=timeout), progress=passed)
