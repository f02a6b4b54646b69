"""`supaops diff-env A B`: what two environments differ in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from supaops.cli.console import show, show_json, write
from supaops.cli.options import ConfigOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.compare import Comparison, Facts, compare, declared, live
from supaops.config import load
from supaops.errors import UsageError
from supaops.render import resources
from supaops.report.environments import (
    comparison_json,
    comparison_lines,
    comparison_markdown,
)
from supaops.status import ExitStatus


class DiffFormat(StrEnum):
    """For people, for programs, for a page or a comment."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff_env(
    first: Annotated[str, typer.Argument(metavar="A", help="An environment.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The one to hold against it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    is_live: Annotated[
        bool, typer.Option("--live", help="Compare the two databases as well; reads only.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 2 when they differ.")
    ] = False,
    output: Annotated[
        DiffFormat,
        typer.Option("--format", metavar="text|json|markdown", help="How to print the result."),
    ] = DiffFormat.TEXT,
) -> None:
    """Show what two environments differ in, and change nothing.

    Compares what they declare: settings, resources, and where secrets come from, never a value.
    Needs no database but with --live, which compares servers, extensions, settings, privileges and
    every live object too.
    """
    facts = [_declared(name, config) for name in (first, second)]
    if is_live:
        facts = [
            {**one, **more} for one, more in zip(facts, _live(first, second, config), strict=True)
        ]
    found = compare(first, second, *facts)
    _print(found, output)
    if exit_code and not found.is_same:
        raise typer.Exit(ExitStatus.CHANGES)


def _declared(name: str, path: Path) -> Facts:
    config = load(path, name)
    return declared(config, resources(config))


def _live(first: str, second: str, path: Path) -> list[Facts]:
    targets = [target(name, path, lambda _config: ()) for name in (first, second)]
    if targets[0].database_url == targets[1].database_url:
        raise UsageError(
            f"{first} and {second} lead to the same database",
            hint="give one of them a variable of its own: database.url in its overlay",
        )
    found: list[Facts] = []
    for each in targets:
        with each.connect("diff-env") as conn:
            found.append(live(conn, each.config))
    return found


def _print(found: Comparison, output: DiffFormat) -> None:
    match output:
        case DiffFormat.JSON:
            show_json(comparison_json(found))
        case DiffFormat.MARKDOWN:
            write(comparison_markdown(found))
        case DiffFormat.TEXT:
            show(comparison_lines(found))
