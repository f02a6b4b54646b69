"""`supaops local`: the private Supabase-like stack of a project."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.text import Text

from supaops import local
from supaops.cli.choices import Format, FormatOption
from supaops.cli.console import show, show_json
from supaops.cli.project import project_root
from supaops.cli.waiting import Waiting
from supaops.clock import utc_now
from supaops.errors import LocalStackError
from supaops.local.psql import run_psql
from supaops.local.status_text import key_lines, status_lines
from supaops.local.tail import tail
from supaops.status import NOT_RUNNING

app = typer.Typer(
    help="Run a private Supabase-like PostgreSQL for this project.", no_args_is_help=True
)

Reset = Annotated[
    bool, typer.Option("--reset", help="Delete the data and begin with an empty database.")
]
Purge = Annotated[bool, typer.Option("--purge", help="Also delete the data.")]
Keys = Annotated[
    bool,
    typer.Option("--keys", help="Show the keys of its Data API, and the control room's password."),
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines are written.")]
Lines = Annotated[
    int, typer.Option("--lines", "-n", min=0, metavar="N", help="How many lines of the past.")
]
Standins = Annotated[bool, typer.Option("--standins", help="The stand-ins' log, not the server's.")]


@app.command()
def up(*, reset: Reset = False) -> None:
    """Start the stack; run it again to mend what is broken.

    Needs neither Docker nor root. Makes what is missing, and is quick when nothing is.
    """
    began = time.monotonic()
    with Waiting("starting") as line:
        stack = local.up(project_root(), reset=reset, report=line.step)
    port = urlsplit(stack.url).port
    seconds = time.monotonic() - began
    show([Text(f"PostgreSQL {stack.server_version} runs on 127.0.0.1:{port} ({seconds:.1f} s)")])


@app.command()
def down(*, purge: Purge = False) -> None:
    """Stop the stack; the data stays unless --purge."""
    with Waiting("stopping") as line:
        stopped = local.down(project_root(), purge=purge, report=line.step)
    show([Text("stopped" if stopped else "nothing was running")])


@app.command()
def status(*, output: FormatOption = Format.TEXT, keys: Keys = False) -> None:
    """Show what runs; exit 0 when all of it does, 3 when not."""
    found = local.inspect(project_root())
    secrets = local.api_keys(project_root()) if keys else {}
    if output is Format.JSON:
        show_json({**asdict(found), **({"keys": secrets} if keys else {})} if found else None)
    elif found:
        show(status_lines(found, utc_now()))
        show(key_lines(secrets))
    else:
        show([Text("there is no local stack; start one: supaops local up")])
    if not found or not found.healthy:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def logs(*, follow: Follow = False, lines: Lines = 50, standins: Standins = False) -> None:
    """Print the log of the server, or of the stand-ins."""
    found = local.inspect(project_root())
    if found is None:
        raise LocalStackError("there is no local stack", hint="supaops local up")
    path = found.standins_log if standins else found.log
    for text in tail(path, lines, follow=follow):
        typer.echo(text, nl=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Run psql as role postgres, with any arguments of its own."""
    stack = local.find(project_root())
    if stack is None:
        raise LocalStackError("the local stack is not running", hint="supaops local up")
    run_psql(stack, context.args)
