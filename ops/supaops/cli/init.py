"""`supaops init`: a project's files, in a repository that may hold anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.asking import Asking
from supaops.cli.console import show, show_comments
from supaops.cli.project import DEFAULT_CONFIG
from supaops.clock import utc_now
from supaops.config import Config, load
from supaops.report.scaffold import file_lines, found_lines, next_lines, nothing_lines
from supaops.scaffold import (
    CI,
    Fate,
    File,
    Runner,
    Survey,
    Wanted,
    existing_config,
    lay_out,
    runner_of,
    survey,
)
from supaops.scaffold.makefile import INCLUDE, includes_targets, makefile
from supaops.scaffold.roots import SUPABASE
from supaops.scaffold.texts import MAKE_TARGETS


class Pipeline(StrEnum):
    """A service's, or none."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


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
    not bring it back. A migration is written where there is a supabase/config.toml.
    """
    found = survey(Path.cwd())
    show_comments(found_lines(found))
    asking = Asking(yes=yes)
    plan = _answers(found, asking, ci, worker)
    wanted = replace(plan, kubernetes=kubernetes, force=force)
    fates = set()
    for file in _files(found, wanted):
        fates.add(file.fate)
        show(file_lines(file, verbose=verbose))
    if fates == {Fate.SAME}:
        show(nothing_lines())
    show(next_lines(found, wanted, Path.cwd()))


def _answers(found: Survey, asking: Asking, ci: Pipeline | None, worker: Runner | None) -> Wanted:
    is_new = not (found.root / DEFAULT_CONFIG).exists()
    there = existing_config(found.root)
    return Wanted(
        title=(there.runbook.title if there else "") or found.name,
        runner=worker or _runner(found, there, asking),
        service=_service(found, ci, asking),
        make=_make(found, asking),
        migration=_migration(found, asking, is_new=is_new),
    )


def _runner(found: Survey, there: Config | None, asking: Asking) -> Runner:
    """Return what runs the jobs: what the YAML says, else the only thing found, else an answer."""
    if there:
        return runner_of(there)
    likely = [runner for runner, _ in found.runners]
    if len(likely) == 1:
        return likely[0]
    default = likely[0] if likely else Runner.PYTHON
    return Runner(asking.choose("What runs the jobs:", list(Runner), default, "--worker"))


def _service(found: Survey, given: Pipeline | None, asking: Asking) -> CI | None:
    """Return whose pipeline to write; without git there is nothing that could run one."""
    if given is None and found.service:
        return found.service[0]
    if given is None and found.is_git:
        given = Pipeline(
            asking.choose("Whose pipeline to write:", list(Pipeline), Pipeline.GITHUB, "--ci")
        )
    return None if given in (None, Pipeline.NONE) else CI(given)


def _make(found: Survey, asking: Asking) -> bool:
    """Return whether a Makefile is to include the targets; one that is somebody's is asked for."""
    there = makefile(found.root)
    if there is None or includes_targets(there):
        return True
    question = f"Add `{INCLUDE}` at the end of {there.name}?"
    otherwise = f"No targets in {there.name}: `make -f {MAKE_TARGETS}` has them"
    return asking.agree(question, default=True, otherwise=otherwise)


def _migration(found: Survey, asking: Asking, *, is_new: bool) -> bool:
    """Return whether to write the first migration.

    A project that has a config already may live by `supaops apply` alone.
    """
    if not found.is_supabase or found.has_migration:
        return False
    question = "Write what the config declares as a migration, too?"
    otherwise = "No migration; for one: supaops render --migration --env production"
    return is_new or asking.agree(question, default=False, otherwise=otherwise)


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
