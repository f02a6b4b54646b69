"""`supaops history`: what was applied when, by whom, from which commit."""

from __future__ import annotations

from typing import Annotated

import typer

from supaops.cli.console import show, show_json
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.db.history import revision, revisions
from supaops.report.history_text import history_json, history_lines, revision_lines

RevisionArgument = Annotated[
    int | None, typer.Argument(metavar="[REVISION]", min=1, help="Show this one whole.")
]
LimitOption = Annotated[
    int, typer.Option("--limit", "-n", min=1, max=10_000, metavar="N", help="How many to list.")
]


def history(
    number: RevisionArgument = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    limit: LimitOption = 20,
    output: FormatOption = Format.TEXT,
) -> None:
    """List what was applied: when, by whom, from which commit.

    With REVISION, shows its changes and their differences.
    """
    where = target(env, config)
    with where.connect("history") as conn:
        found = revisions(conn, limit) if number is None else [revision(conn, number)]
    if output is Format.JSON:
        show_json(history_json(found))
    else:
        show(history_lines(found) if number is None else revision_lines(found[0]))
