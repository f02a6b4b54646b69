"""Lay a project out: every file of `supaops init`, but for the migration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from supaops.config import Config, load
from supaops.config.overlay import environments
from supaops.scaffold.additions import add
from supaops.scaffold.env_example import env_example
from supaops.scaffold.files import File, write_new
from supaops.scaffold.ignored import ignored_lines
from supaops.scaffold.kubernetes import kubernetes_texts
from supaops.scaffold.makefile import include_line
from supaops.scaffold.roots import CONFIG
from supaops.scaffold.runner import Runner
from supaops.scaffold.services import CI
from supaops.scaffold.survey import Survey
from supaops.scaffold.texts import ci_texts, make_texts, starter_texts
from supaops.scaffold.variables import variables

BASE = CONFIG / "job_queue.yaml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was found out or answered.

    Attributes:
        title: of the project, in its playbook.
        service: whose pipeline to write; None for none.
        make: whether the Makefile is to include the targets.
        migration: whether the first migration is to be written.
        force: whether to replace files that have another text.
        is_addition: whether the pipeline and the manifests are all, to a project that is there.
    """

    title: str
    runner: Runner
    service: CI | None
    make: bool = True
    migration: bool = False
    kubernetes: bool = False
    force: bool = False
    is_addition: bool = False


def lay_out(found: Survey, wanted: Wanted) -> Iterator[File]:
    """Write what is not there, and yield what became of each file.

    Raises: SupaopsError in the middle; what was yielded before is written.
    """
    root, force = found.root, wanted.force
    if not wanted.is_addition:
        yield from write_new(root, starter_texts(wanted.title, wanted.runner), force=force)
    production = load(root / BASE, "production")
    if not wanted.is_addition:
        yield from _around(found, wanted, production)
    yield from write_new(root, _optional(found, wanted, production), force=force)


def _around(found: Survey, wanted: Wanted, production: Config) -> Iterator[File]:
    """Write what a project has beside its config."""
    root = found.root
    yield add(root, env_example(variables(root / BASE), production, found.ref))
    yield add(root, ignored_lines())
    yield from write_new(root, make_texts(), force=wanted.force)
    if wanted.make:
        yield add(root, include_line(root))


def existing_config(root: Path) -> Config | None:
    """Return the config of production that a project has already; None when it has none.

    Raises: ConfigError for what is wrong in any of its environments, before anything is written.
    """
    base = root / BASE
    configs = {name: load(base, name) for name in environments(base)} if base.exists() else {}
    return configs.get("production")


def _optional(found: Survey, wanted: Wanted, production: Config) -> dict[str, str]:
    texts: dict[str, str] = {}
    if wanted.service:
        staging = load(found.root / BASE, "staging")
        folder = PurePosixPath(found.root.relative_to(found.top))
        texts |= ci_texts(wanted.service, staging, production, folder)
    if wanted.kubernetes:
        texts |= kubernetes_texts(production)
    return texts
