"""`supaops render --edge-function`: the worker, for the Supabase CLI to deploy."""

from __future__ import annotations

from pathlib import Path

import typer

from supaops.cli.console import show
from supaops.cli.project import project_root
from supaops.config import load
from supaops.report.edge_function import edge_function_lines
from supaops.scaffold.edge_function import asks_for_a_token, read_edge_function
from supaops.status import ExitStatus


def write_edge_function(env: str, config: Path, *, check: bool) -> None:
    """Bring a project's function up to date, or with `check` only say whether it is."""
    root = project_root(config)
    found = read_edge_function(root, load(config, env))
    if not check:
        found.write()
    asks = asks_for_a_token(root)
    show(edge_function_lines(found, asks_for_a_token=asks, written=not check))
    if check and found.is_due:
        raise typer.Exit(ExitStatus.CHANGES)
