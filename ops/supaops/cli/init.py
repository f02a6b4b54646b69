"""`supaops init`: a project's files, in a repository that may hold anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.asking import Asking
from supaops.cli.console import comment, show
from supaops.cli.init_questions import Pipeline, addition, answers
from supaops.cli.project import DEFAULT_CONFIG
from supaops.clock import utc_now
from supaops.config import load
from supaops.report.scaffold import facts, file_lines, next_lines, nothing_lines
from supaops.scaffold import Fate, File, Runner, Survey, Wanted, lay_out, survey
from supaops.scaffold.roots import SUPABASE

PipelineOption = Annotated[
    Pipeline | None,
    typer.Option(
        "--ci", metavar="github|gitlab|none", help="Whose pipeline to write; else what git tells."
    ),
]
RunnerOption = Annotated[
    Runner | None,
    typer.Option(
        "--worker",
        metavar="edge|python|route",
        help="What runs the jobs: an Edge Function, a service, a route of the app.",
    ),
]


def init(
    ci: PipelineOption = None,
    worker: RunnerOption = None,
    kubernetes: Annotated[
        bool,
        typer.Option("--kubernetes", help="Also write manifests of workers that KEDA scales."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing, and take the defaults.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace files that differ; nothing is lost."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all of how a kept file differs.")
    ] = False,
) -> None:
    """Set a project up: config, pipeline, targets, first migration.

    Asks only what the repository does not tell. A file that is there and differs stays, and how it
    differs is told; with --force it is replaced, and its text kept as NAME.orig where git could
    not bring it back. A migration is written where there is a supabase/config.toml. In a project
    that is set up already, --kubernetes and --ci write what they name and nothing else.
    """
    found = survey(Path.cwd())
    added = addition(found, ci, kubernetes=kubernetes) if worker is None else None
    plan = added or _whole(found, Asking(yes=yes), ci, worker)
    wanted = replace(plan, kubernetes=kubernetes, force=force)
    fates = set()
    for file in _files(found, wanted):
        fates.add(file.fate)
        show(file_lines(file, verbose=verbose))
    if fates == {Fate.SAME}:
        show(nothing_lines())
    show(next_lines(found, wanted, Path.cwd()))


def _whole(found: Survey, asking: Asking, ci: Pipeline | None, worker: Runner | None) -> Wanted:
    for fact in facts(found):
        comment(fact)
    return answers(found, asking, ci, worker)


def _files(found: Survey, wanted: Wanted) -> Iterator[File]:
    yield from lay_out(found, wanted)
    if wanted.migration:
        yield from _first_migration(found)


def _first_migration(found: Survey) -> Iterator[File]:
    """Write the migration as `supaops render --migration --env production` does."""
    from supaops.migration import next_migration  # noqa: PLC0415  nothing else here needs a driver

    production = load(found.root / DEFAULT_CONFIG, "production")
    migration = next_migration(found.root, production, what="supaops", now=utc_now(), prune=False)
    migration.write_file()
    yield File(migration.path.relative_to(found.root).as_posix(), Fate.WRITTEN)
    migration.supabase.write()
    lines = migration.supabase.lines
    if lines and lines.added:
        yield File(SUPABASE.as_posix(), Fate.ADDED, note=f"[db.vault] {', '.join(lines.added)}")
