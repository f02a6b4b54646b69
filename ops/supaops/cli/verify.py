"""`supaops verify`: is every link of the chain as it should be?"""

from __future__ import annotations

import typer

from supaops.checks.finding import worst
from supaops.checks.run import run_checks
from supaops.cli.console import show, show_json
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.report.findings import finding_lines, findings_json


def verify(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Check the chain link by link, changing nothing.

    Exits as a Nagios plugin does: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    """
    where = target(env, config)
    with where.connect("verify") as conn:
        findings = run_checks(conn, where.desired)
    if output is Format.JSON:
        show_json(findings_json(findings))
    else:
        show(finding_lines(findings))
    raise typer.Exit(worst(findings))
