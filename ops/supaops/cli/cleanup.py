"""`supaops cleanup`: delete finished jobs now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import comment, show, show_json
from supaops.cli.guard import YesOption, confirm_count, env_is_typed, require_typed
from supaops.cli.options import (
    ConfigOption,
    EnvOption,
    Format,
    FormatOption,
    Target,
    duration,
    target,
)
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.selecting import DryRunOption, WhyOption, actor, open_queue
from supaops.cli.waiting import Waiting
from supaops.db.connect import Connection
from supaops.jobs.cleaning import clean, expired
from supaops.report.bulk import jobs
from supaops.report.cleanup import cleanup_json, expired_line, removed_line

OlderThanOption = Annotated[
    str | None,
    typer.Option(
        "--older-than",
        metavar="T",
        help="Succeeded and cancelled jobs of this age, as 7d; else the declared retention.",
    ),
]


def cleanup(
    context: typer.Context,
    *,
    older_than: OlderThanOption = None,
    reason: WhyOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Delete finished jobs that are past their retention.

    Failed jobs go by the declared retention alone. Shows the exact count and asks; for more than
    100 jobs the count is to be typed. It deletes in small steps and keeps nobody waiting.
    """
    age = duration(older_than, "--older-than") if older_than else None
    where = target(env, config, needs=lambda _: ())
    if not dry_run:
        require_typed(where, typed=env_is_typed(context))
    with open_queue(where, "cleanup") as conn:
        with Waiting("looking for jobs") as line:
            found = expired(conn, where.config, age, line.now)
        removed = 0
        if found.total() and not dry_run:
            comment(expired_line(found).plain)
            confirm_count(where, f"delete {jobs(found.total())}", found.total(), yes=yes)
            removed = _clean(conn, where, age, reason, config)
    _show(env, found, output, None if dry_run else removed)


def _clean(
    conn: Connection, where: Target, age: timedelta | None, reason: str | None, config: Path
) -> int:
    with Waiting("deleting") as line:
        return clean(
            conn,
            where.config,
            age,
            actor(config, reason),
            lambda count: line.now(f"deleted {jobs(count)}"),
        )


def _show(env: str, found: Mapping[str, int], output: Format, removed: int | None) -> None:
    if output is Format.JSON:
        show_json(cleanup_json(env, found, removed))
    else:
        show([expired_line(found) if removed is None else removed_line(removed)])
