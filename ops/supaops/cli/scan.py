"""`supaops scan`: is there a secret where none may stand?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from supaops.cli.console import show, show_json, write
from supaops.cli.options import ConfigOption, EnvOption, duration
from supaops.cli.partial import partial_target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.clock import utc_now
from supaops.report.scan import scan_annotations, scan_json, scan_lines
from supaops.scan import Request, Scan, run_scan
from supaops.status import ExitStatus


class ScanFormat(StrEnum):
    """``text`` for people, ``json`` for programs, ``github`` for a workflow's annotations."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def scan(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    no_database: Annotated[
        bool, typer.Option("--no-database", help="Read files and rendered SQL alone.")
    ] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="T", help="How far back to read cron's run history.")
    ] = "7d",
    output: Annotated[
        ScanFormat,
        typer.Option("--format", metavar="text|json|github", help="How to print the result."),
    ] = ScanFormat.TEXT,
) -> None:
    """Find secrets in the YAML, templates, SQL, cron jobs and runs.

    Looks for what has the form of a secret, and for the values of the declared ones where they are
    set. Shows where, and of what kind, never the text. Exits 1 when there is one.
    """
    where = partial_target(env, config, "scan", with_database=not no_database)
    found = run_scan(
        Request(
            environment=env,
            config=config,
            root=project_root(config),
            loaded=where.config,
            resolved=where.resolved,
            connect=where.connect,
            since=utc_now() - duration(since, "--since"),
        )
    )
    if where.error and not found.leaks:
        raise where.error
    _print(found, output)
    if found.leaks:
        raise typer.Exit(ExitStatus.ERROR)


def _print(found: Scan, output: ScanFormat) -> None:
    match output:
        case ScanFormat.JSON:
            show_json(scan_json(found))
        case ScanFormat.GITHUB:
            write(*scan_annotations(found))
        case ScanFormat.TEXT:
            show(scan_lines(found))
