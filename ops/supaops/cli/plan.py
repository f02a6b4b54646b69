"""`supaops plan`: what an apply would do."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from supaops.checks.config.environment import environment_warnings
from supaops.cli.console import comment, say, show, write
from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.config import Config, config_place
from supaops.db.environment import read_environment
from supaops.plan import Decisions, Document, Plan, document, plan_warnings, read_plan, save
from supaops.report.plan_github import plan_annotations
from supaops.report.plan_markdown import plan_markdown
from supaops.report.plan_text import plan_lines
from supaops.status import ExitStatus


class PlanFormat(StrEnum):
    """For people, for programs, for a run of GitHub Actions, for a pull request's comment."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    MARKDOWN = "markdown"


PruneOption = Annotated[bool, typer.Option("--prune", help="Also delete what is not declared.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Overwrite objects that are in conflict.")
]


def plan(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Also keep the plan, for `apply FILE`."),
    ] = None,
    prune: PruneOption = False,
    force: ForceOption = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 2 when there are changes or drift.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show no-ops and whole texts too.")
    ] = False,
    output: Annotated[
        PlanFormat,
        typer.Option(
            "--format", metavar="text|json|github|markdown", help="How to print the plan."
        ),
    ] = PlanFormat.TEXT,
) -> None:
    """Show what an apply would change, and change nothing.

    Compares what is declared with what was recorded by the last apply and with what is live.
    --prune and --force are decisions that a plan file carries to its apply.
    """
    where = target(env, config)
    with where.connect("plan") as conn:
        found = read_plan(conn, where.desired)
        facts = read_environment(conn)
    warnings = [
        *environment_warnings(facts, where.config.environment),
        *plan_warnings(found),
    ]
    for warning in warnings:
        say(f"warning: {warning}", "bold yellow")
    decisions = Decisions(prune=prune, force=force)
    written = document(found, decisions, partial(_place, where.config), warnings)
    _print(found, written, output, verbose=verbose)
    if out:
        save(written, out)
        comment(f"wrote {out}; carry it out with: supaops apply {out} --env {found.environment}")
    if exit_code and found.pending:
        raise typer.Exit(ExitStatus.CHANGES)


def _place(config: Config, source: str) -> str | None:
    """Return where the YAML declares something; a template is no file of the project."""
    return None if source.endswith(".j2") else config_place(config, source)


def _print(found: Plan, written: Document, output: PlanFormat, *, verbose: bool) -> None:
    match output:
        case PlanFormat.TEXT:
            show(plan_lines(found, decisions=written.decisions, verbose=verbose))
        case PlanFormat.JSON:
            write(written.model_dump_json(indent=2))
        case PlanFormat.GITHUB:
            write(*plan_annotations(written))
        case PlanFormat.MARKDOWN:
            write(plan_markdown(written).rstrip("\n"))
