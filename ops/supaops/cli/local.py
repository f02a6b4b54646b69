"""``supaops local``: the private Supabase-like stack of a project."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from supaops import local
from supaops.clock import utc_now
from supaops.errors import LocalStackError
from supaops.local import Inspection

NOT_RUNNING = 3
"""Exit code of ``status``; source: LSB init scripts and ``pg_ctl status``."""

_FOLLOW_S = 0.25

app = typer.Typer(
    help="Run a private Supabase-like PostgreSQL for this project.", no_args_is_help=True
)
_out, _err = Console(highlight=False), Console(stderr=True, highlight=False)

Reset = Annotated[
    bool, typer.Option("--reset", help="Delete the data and begin with an empty database.")
]
Purge = Annotated[bool, typer.Option("--purge", help="Also delete the data.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines are written.")]
Lines = Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of the past.")]
Standins = Annotated[bool, typer.Option("--standins", help="The stand-ins' log, not the server's.")]


@app.command()
def up(*, reset: Reset = False) -> None:
    """Start the stack; run it again at any time to mend what is broken."""
    began = time.monotonic()
    stack = local.up(_root(), reset=reset, report=_say)
    port = urlsplit(stack.url).port
    seconds = time.monotonic() - began
    _out.print(f"PostgreSQL {stack.server_version} runs on 127.0.0.1:{port} ({seconds:.1f} s)")


@app.command()
def down(*, purge: Purge = False) -> None:
    """Stop the stack; the data stays unless --purge."""
    stopped = local.down(_root(), purge=purge, report=_say)
    _out.print("stopped" if stopped else "nothing was running")


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show what runs; exit 0 when all of it does, 3 when not."""
    found = local.inspect(_root())
    if as_json:
        _out.print_json(json.dumps(asdict(found) if found else None, default=str))
    elif found:
        _out.print(_table(found))
    else:
        _out.print("there is no local stack; start one: supaops local up")
    if not found or not found.healthy:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def logs(*, follow: Follow = False, lines: Lines = 50, standins: Standins = False) -> None:
    """Print the log of the server, or of the stand-ins."""
    found = _known()
    path = found.standins_log if standins else found.log
    if not path.exists():
        raise LocalStackError(
            "nothing has been logged yet", place=str(path), hint="supaops local up"
        )
    for text in _tail(path, lines, follow=follow):
        _out.out(text, end="")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Run psql as role postgres, with any arguments of its own."""
    stack = local.find(_root())
    if stack is None:
        raise LocalStackError("the local stack does not run", hint="supaops local up")
    program = stack.pg_bin / "psql"
    if not os.access(program, os.X_OK):
        raise LocalStackError(
            "this server comes without psql", place=str(program), hint="install postgresql-client"
        )
    os.execve(program, ["psql", *context.args], {**os.environ, **_psql_environment(stack.url)})  # noqa: S606  no shell


def _psql_environment(url: str) -> dict[str, str]:
    """Return the connection as variables: a process list shows arguments, not these."""
    parts = urlsplit(url)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.removeprefix("/"),
        "PGSSLMODE": "disable",
    }


def _root() -> Path:
    """Return the nearest directory upward that holds supaops' configuration, else this one."""
    here = Path.cwd()
    for directory in (here, *here.parents):
        if (directory / "ops" / "config").is_dir():
            return directory
    return here


def _known() -> Inspection:
    found = local.inspect(_root())
    if found is None:
        raise LocalStackError("there is no local stack", hint="supaops local up")
    return found


def _say(step: str) -> None:
    _err.print(f"[dim]{step}[/dim]")


def _table(found: Inspection) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(
        "server", _state(running=found.running, word=f"PostgreSQL {found.server_version}")
    )
    table.add_row("from", found.source)
    if found.running:
        table.add_row("address", f"127.0.0.1:{found.port}, database postgres")
        table.add_row("roles", "postgres (no superuser), supabase_admin (superuser)")
        table.add_row("processes", _processes(found))
        table.add_row("uptime", _uptime(found))
    for part in found.parts:
        table.add_row(part.name, _state(running=part.running, word=part.kind))
    table.add_row("data", f"{found.data} (account {found.account})")
    table.add_row("log", str(found.log))
    return table


def _state(*, running: bool, word: str) -> Text:
    mark = ("● ", "green") if running else ("○ ", "red")
    return Text.assemble(mark, word if running else f"{word}, not running")


def _processes(found: Inspection) -> str:
    helpers = f", supervisor {found.supervisor_pid}, stand-ins {found.loops_pid}"
    return f"server {found.server_pid}" + (helpers if found.supervisor_pid else "")


def _uptime(found: Inspection) -> str:
    if found.started_at is None:
        return "unknown"
    return str(utc_now() - found.started_at).split(".", maxsplit=1)[0]


def _tail(path: Path, lines: int, *, follow: bool) -> Iterator[str]:
    """Yield the last lines of a file, then what is appended until the caller stops."""
    with path.open(encoding="utf-8", errors="replace") as file:
        past = file.readlines()
        yield from past[len(past) - min(lines, len(past)) :]
        while follow:
            if text := file.read():
                yield text
            else:
                time.sleep(_FOLLOW_S)
