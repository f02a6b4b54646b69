"""`supaops verify`: is every link of the chain as it should be?"""

from __future__ import annotations

import json

import typer

from supaops.checks.finding import worst
from supaops.checks.run import run_checks
from supaops.cli.console import say, stdout
from supaops.cli.formats import Format, FormatOption
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, target
from supaops.db.connect import describe
from supaops.report.findings import findings_json, findings_text


def verify(
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Check the chain link by link, changing nothing.

    Exits as a Nagios plugin does: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    """
    where = target(env, config)
    say(f"verify {env}: {describe(where.database_url)}", "dim")
    with where.connect("verify") as conn:
        findings = run_checks(conn, where.desired)
    if output is Format.JSON:
        typer.echo(json.dumps(findings_json(findings), indent=2, ensure_ascii=False))
    else:
        stdout.print(findings_text(findings))
    raise typer.Exit(worst(findings))
