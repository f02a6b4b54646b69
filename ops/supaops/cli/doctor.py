"""`supaops doctor`: what is wrong, why it matters, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from supaops.checks.catalogue import check_named, selected
from supaops.checks.exit import FailOn
from supaops.checks.runbooks import runbook
from supaops.cli.console import show
from supaops.cli.health import (
    FailOnOption,
    HealthFormat,
    HealthFormatOption,
    NoHarvestOption,
    OnlyOption,
    SkipOption,
    StrictOption,
    TimeoutOption,
    TotalTimeoutOption,
    VerboseOption,
    limits,
    look,
    looks,
    tell,
    wanted,
)
from supaops.cli.options import ConfigOption, EnvOption
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.cli.subject import subject
from supaops.report.health.junit import Rules
from supaops.report.health.text import closing_line, values_line
from supaops.scaffold.env_example import has_example

ExplainOption = Annotated[
    str | None,
    typer.Option(
        "--explain", metavar="CHECK", help="Print a check's runbook, and look at nothing."
    ),
]


def doctor(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: HealthFormatOption = HealthFormat.TEXT,
    only: OnlyOption = None,
    skip: SkipOption = None,
    fail_on: FailOnOption = FailOn.WARNING,
    strict: StrictOption = False,
    verbose: VerboseOption = False,
    timeout: TimeoutOption = None,
    total_timeout: TotalTimeoutOption = None,
    no_harvest: NoHarvestOption = False,
    explain: ExplainOption = None,
) -> None:
    """Say what is wrong, why it matters, and what to do about it.

    From the YAML on this machine to the worker's answer, past the first error. Exits as `verify`.
    """
    if explain:
        show(Text(line) for line in runbook(check_named(explain).id).splitlines())
        return
    selected(only or (), skip or ())
    who = subject(env, config, limits(timeout, total_timeout))
    checks = wanted(who, only, skip)
    found = look(who, "doctor", checks, Rules(fail_on, strict), write_first=not no_harvest)
    tell(found, output, looks(verbose=verbose, explained=True))
    if output is HealthFormat.TEXT:
        show([closing_line(found.findings, env)])
        if who.missing and has_example(project_root(config)):
            show([values_line()])
    raise typer.Exit(found.exit_status)
