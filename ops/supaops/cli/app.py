"""The command tree."""

from __future__ import annotations

from typing import Annotated

import typer

from supaops import __version__
from supaops.cli import (
    apply,
    arm,
    bootstrap,
    config,
    history,
    local,
    plan,
    render,
    rollback,
    rotate,
    serve,
    smoke,
    verify,
)

app = typer.Typer(
    name="supaops",
    help="Declare, plan, apply and watch the job chain of a Supabase project.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(render.render)
app.command()(plan.plan)
app.command()(apply.apply)
app.command()(bootstrap.bootstrap)
app.command()(history.history)
app.command()(rollback.rollback)
app.command()(rotate.rotate)
app.command()(arm.arm)
app.command()(arm.disarm)
app.command()(verify.verify)
app.command()(smoke.smoke)
app.command()(serve.serve)
app.add_typer(config.app, name="config")
app.add_typer(local.app, name="local")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Declare, plan, apply and watch the job chain of a Supabase project."""
    if version:
        typer.echo(f"supaops {__version__}")
        raise typer.Exit
