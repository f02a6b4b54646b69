"""What `verify` and `doctor` share: their options, one run of checks, and its output."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from supaops.checks.catalogue import selected
from supaops.checks.check import AnyCheck
from supaops.checks.exit import FailOn, exit_status
from supaops.checks.finding import Finding
from supaops.checks.run import run_checks
from supaops.cli.console import show, shows_symbols, write
from supaops.cli.options import duration
from supaops.cli.subject import Limits, Subject
from supaops.clock import utc_now
from supaops.db.health.harvest import harvest
from supaops.errors import SupaopsError
from supaops.refusals import refused
from supaops.report.health.document import HealthDocument, Occasion, as_json, document
from supaops.report.health.github import health_annotations, health_markdown
from supaops.report.health.junit import Rules, junit
from supaops.report.health.nagios import nagios_lines
from supaops.report.health.text import Look, finding_lines
from supaops.status import Severity


class HealthFormat(StrEnum):
    """For people, programs, test reports, a run of GitHub Actions, Nagios, and Prometheus."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    NAGIOS = "nagios"
    PROMETHEUS = "prometheus"


_NAMES = "an id or a group; repeatable."
OnlyOption = Annotated[
    list[str] | None, typer.Option("--only", metavar="CHECK", help=f"Run these alone: {_NAMES}")
]
SkipOption = Annotated[
    list[str] | None, typer.Option("--skip", metavar="CHECK", help=f"Leave these out: {_NAMES}")
]
FailOnOption = Annotated[
    FailOn,
    typer.Option(
        "--fail-on",
        metavar="warning|critical|never",
        help="What makes the exit status other than 0.",
    ),
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="A check that was skipped counts as UNKNOWN.")
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show what is OK or skipped, and the evidence.")
]
TimeoutOption = Annotated[
    str | None,
    typer.Option("--timeout", metavar="T", help="For what one check reads; else the YAML's."),
]
TotalTimeoutOption = Annotated[
    str | None,
    typer.Option("--total-timeout", metavar="T", help="For all checks; else the YAML's."),
]
NoHarvestOption = Annotated[
    bool,
    typer.Option("--no-harvest", help="Write nothing: do not save pg_net's answers first."),
]
HealthFormatOption = Annotated[
    HealthFormat,
    typer.Option(
        "--format",
        metavar="text|json|junit|github|nagios|prometheus",
        help="How to print the result.",
    ),
]


def limits(timeout: str | None, total_timeout: str | None) -> Limits:
    """Return what two options say of time.

    Raises: UsageError.
    """
    return Limits(
        duration(timeout, "--timeout") if timeout else None,
        duration(total_timeout, "--total-timeout") if total_timeout else None,
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """What one run of checks found.

    Attributes:
        error: why there was no connection; then most checks were skipped.
    """

    findings: list[Finding]
    document: HealthDocument
    exit_status: Severity
    rules: Rules
    error: SupaopsError | None = None


def look(
    who: Subject, command: str, checks: Sequence[AnyCheck], rules: Rules, *, write_first: bool
) -> Looked:
    """Run checks; without a connection say what can be said without one.

    Args:    write_first: save pg_net's answers in the ledger before.
    """
    started_at, started = utc_now(), time.monotonic()
    findings, error = _findings(who, command, checks, write_first=write_first)
    status = exit_status(findings, rules.fail_on, strict=rules.strict)
    taken = time.monotonic() - started
    occasion = Occasion(who.environment, who.target, started_at, taken, status, who.place)
    return Looked(findings, document(findings, occasion), status, rules, error)


def _findings(
    who: Subject, command: str, checks: Sequence[AnyCheck], *, write_first: bool
) -> tuple[list[Finding], SupaopsError | None]:
    debug = bool(os.environ.get("SUPAOPS_DEBUG"))
    try:
        connection = who.connect(command)
    except SupaopsError as error:
        return run_checks(error, who.declared, checks, missing=who.missing, debug=debug), error
    with connection as conn:
        if write_first:
            harvest(conn)
        return run_checks(conn, who.declared, checks, missing=who.missing, debug=debug), None


def wanted(who: Subject, only: Sequence[str] | None, skip: Sequence[str] | None) -> list[AnyCheck]:
    """Return the checks that the command line and the YAML leave."""
    return selected(only or (), [*(skip or ()), *who.left_out])


def tell(found: Looked, output: HealthFormat, look: Look) -> None:
    """Print what was found; the summary of a GitHub Actions run goes to its own file."""
    match output:
        case HealthFormat.TEXT:
            show(finding_lines(found.findings, look))
        case HealthFormat.JSON:
            typer.echo(as_json(found.document))
        case HealthFormat.JUNIT:
            typer.echo(junit(found.document, found.rules))
        case HealthFormat.GITHUB:
            write(*health_annotations(found.document))
            _summarise(health_markdown(found.document))
        case HealthFormat.NAGIOS:
            write(*nagios_lines(found.document))
        case HealthFormat.PROMETHEUS:
            _write_metrics(found.findings)


def _write_metrics(findings: Sequence[Finding]) -> None:
    from supaops.report.prometheus import (  # noqa: PLC0415  the others need no such library
        findings_prometheus,
    )

    typer.echo(findings_prometheus(findings), nl=False)


def looks(*, verbose: bool, explained: bool = False) -> Look:
    """Return how much to tell on this terminal."""
    return Look(verbose, explained, shows_symbols())


def _summarise(markdown: str) -> None:
    """Add to the page that GitHub shows of a run.

    Source: GitHub Docs, "Adding a job summary".
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    with (
        refused("write the summary", Path(path), hint="unset GITHUB_STEP_SUMMARY"),
        Path(path).open("a", encoding="utf-8") as page,
    ):
        page.write(markdown)
