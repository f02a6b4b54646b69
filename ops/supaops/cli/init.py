"""`supaops init`: the files of a new project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import show
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.config import load
from supaops.report.scaffold import scaffold_lines
from supaops.scaffold import CI, File, ci_texts, kubernetes_texts, starter_texts, write_new

CIOption = Annotated[
    CI | None,
    typer.Option("--ci", metavar="github|gitlab", help="Also write a pipeline for this service."),
]


def init(
    ci: CIOption = None,
    kubernetes: Annotated[
        bool,
        typer.Option("--kubernetes", help="Also write manifests of workers that KEDA scales."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show how a file that was kept differs.")
    ] = False,
) -> None:
    """Write a starter config, and a pipeline with --ci.

    With --kubernetes also manifests, of production. A file that is there stays as it is, and is
    told when it is not as the template.
    """
    root = project_root()
    files = list(write_new(root, starter_texts()))
    if ci:
        files += _pipeline(root, ci)
    if kubernetes:
        production = load(root / DEFAULT_CONFIG, "production")
        files += write_new(root, kubernetes_texts(production))
    show(scaffold_lines(files, ci, kubernetes=kubernetes, verbose=verbose))


def _pipeline(root: Path, service: CI) -> list[File]:
    staging, production = (load(root / DEFAULT_CONFIG, name) for name in ("staging", "production"))
    return list(write_new(root, ci_texts(service, staging, production)))
