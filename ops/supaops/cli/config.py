"""`supaops config`: check the YAML, and describe it to an editor."""

from __future__ import annotations

import typer

from supaops.checks.catalogue import left_out
from supaops.cli.console import show
from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.clock import utc_now
from supaops.config import load
from supaops.config.editor_schema import editor_schema
from supaops.report.config_check import check_lines

app = typer.Typer(help="Check the YAML; describe it to an editor.", no_args_is_help=True)


@app.command()
def check(env: EnvOption = "local", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Check the YAML and the values that it refers to.

    Shows when each cron job ticks next. A running local stack lends its variables to `local`.
    """
    where = target(env, config)
    left_out(where.config)
    show(check_lines(where.config, utc_now()))


@app.command("show")
def show_config(env: EnvOption = "local", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print the merged config of an environment as JSON.

    Needs no value: what the YAML writes as env(NAME) or cmd(...) stays so.
    """
    typer.echo(load(config, env).model_dump_json(indent=2, by_alias=True))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the YAML, for editors."""
    typer.echo(editor_schema(), nl=False)
