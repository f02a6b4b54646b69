"""`supaops verify`: is every link of the chain as it should be?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from supaops.checks.catalogue import selected
from supaops.checks.check import AnyCheck
from supaops.checks.exit import FailOn, exit_status
from supaops.checks.finding import Finding
from supaops.checks.run import run_checks, unreachable
from supaops.cli.console import print_error, show, show_json
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, Target, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.errors import ConnectionFailed
from supaops.report.findings import check_lines, finding_lines, findings_json

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


def verify(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
    only: OnlyOption = None,
    skip: SkipOption = None,
    fail_on: FailOnOption = FailOn.WARNING,
    strict: StrictOption = False,
    list_: Annotated[bool, typer.Option("--list", help="List the checks, and run none.")] = False,
) -> None:
    """Check the chain link by link, changing nothing.

    Exits as a Nagios plugin does: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    """
    if list_:
        show(check_lines(selected(only or (), skip or ())))
        return
    selected(only or (), skip or ())  # a misspelt name is told before anything is read
    where = target(env, config)
    checks = selected(only or (), [*(skip or ()), *where.config.checks.skip])
    findings = look(where, checks)
    if output is Format.JSON:
        show_json(findings_json(findings))
    else:
        show(finding_lines(findings))
    raise typer.Exit(exit_status(findings, fail_on, strict=strict))


def look(where: Target, checks: Sequence[AnyCheck]) -> list[Finding]:
    """Run checks; without a connection say of each that there is none."""
    try:
        connection = where.connect("verify")
    except ConnectionFailed as error:
        print_error(error)
        return unreachable(error, checks)
    with connection as conn:
        return run_checks(conn, where.desired, checks)
