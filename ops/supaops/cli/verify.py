"""`supaops verify`: is every link of the chain as it should be?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from supaops.checks.catalogue import left_out, selected
from supaops.checks.exit import FailOn
from supaops.cli.console import print_error, show, show_json
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
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.subject import subject
from supaops.config import load
from supaops.errors import UsageError
from supaops.report.health.junit import Rules
from supaops.report.health.listing import check_lines, checks_json

ListOption = Annotated[
    bool,
    typer.Option("--list", help="List the checks and their thresholds, and run none."),
]


def verify(
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
    list_: ListOption = False,
) -> None:
    """Check the chain link by link, changing nothing.

    But for pg_net's answers, which it saves in the ledger first. Exits as a Nagios plugin does:
    0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    """
    names = selected(only or (), skip or ())  # a misspelt name is told before anything is read
    if list_:
        _list(env, config, [each.id for each in names], output)
        return
    who = subject(env, config, limits(timeout, total_timeout))
    checks = wanted(who, only, skip)
    found = look(who, "verify", checks, Rules(fail_on, strict), write_first=not no_harvest)
    if found.error and output is HealthFormat.TEXT:
        print_error(found.error)
    else:
        tell(found, output, looks(verbose=verbose))
    raise typer.Exit(found.exit_status)


def _list(environment: str, path: Path, names: Sequence[str], output: HealthFormat) -> None:
    """List checks with the thresholds of an environment, which is all that is read."""
    config = load(path, environment)
    left_out(config)
    checks = selected(names, ())
    if output is HealthFormat.JSON:
        show_json(checks_json(checks, config.checks))
    elif output is HealthFormat.TEXT:
        show(check_lines(checks, config.checks))
    else:
        raise UsageError(f"--list has no format {output.value}", hint="--format text or json")
