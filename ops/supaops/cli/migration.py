"""`supaops render --migration`: a file for Supabase's own tools."""

from __future__ import annotations

from pathlib import Path

import typer

from supaops.cli.console import show
from supaops.cli.project import project_root
from supaops.clock import utc_now
from supaops.config import load
from supaops.migration import next_migration
from supaops.report.migration_text import migration_lines
from supaops.status import ExitStatus


def migrate(env: str, config: Path, what: str, *, prune: bool, check: bool) -> None:
    """Write the next migration of a project, or with `check` only say whether one is due."""
    root = project_root(config)
    found = next_migration(root, load(config, env), what=what, now=utc_now(), prune=prune)
    if not check:
        found.write()
    show(migration_lines(found, root, written=not check))
    if check and found.is_due:
        raise typer.Exit(ExitStatus.CHANGES)
