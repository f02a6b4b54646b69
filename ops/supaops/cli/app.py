"""The command tree."""

from __future__ import annotations

from typing import Annotated

import typer

from supaops.cli.lazy import LazyGroup
from supaops.cli.ready import VERSION
from supaops.cli.verbosity import VERBOSE, verbosity
from supaops.errors import UsageError


class Commands(LazyGroup):
    """Every command, in the order of the help."""

    lines = {  # noqa: RUF012  declared once by the class above, where its shape is told
        "init": "Set a project up: config, pipeline, targets, first migration.",
        "render": "Print the SQL of an environment, without a database.",
        "types": "Write the task types and a typed enqueue, as TypeScript or Python.",
        "plan": "Show what an apply would change, and change nothing.",
        "apply": "Make the database as declared, all of it or nothing.",
        "bootstrap": "Bring up a whole environment: extensions, apply, smoke, verify.",
        "upgrade": "Bring an installed schema to this version, and nothing else.",
        "history": "List what was applied: when, by whom, from which commit.",
        "rollback": "Bring back what an earlier revision left, but for data.",
        "rotate": "Replace a secret's value, without a gap.",
        "pause": "Stop the queue, or a link of the chain, and say why.",
        "resume": "Put back what a pause has stopped, and prove that it works.",
        "jobs": "Look at jobs: list them, show one, follow them.",
        "enqueue": "Enqueue a job.",
        "retry": "Run jobs again, by id or by filter.",
        "replay": "Enqueue jobs once more as new ones, by id or by filter.",
        "cancel": "Cancel jobs that wait or run, by id or by filter.",
        "cleanup": "Delete finished jobs that are past their retention.",
        "arm": "Let a database post, and run its guarded cron jobs.",
        "disarm": "Keep a database from posting, and running guarded jobs.",
        "import": "Make ours what was made by hand: cron jobs, secrets, the table.",
        "diff-env": "Show what two environments differ in, and change nothing.",
        "verify": "Check the chain link by link, changing nothing.",
        "doctor": "Say what is wrong, why it matters, and what to do about it.",
        "watch": "Run the checks again and again, and tell what turns.",
        "incident": "Tell on one page what is broken, since when, and what to do.",
        "smoke": "Send one real job through the chain and time each hop.",
        "runbook": "Write the playbook with the names of this environment.",
        "scan": "Find secrets in the YAML, templates, SQL, cron jobs and runs.",
        "serve": "Run the worker that pg_net posts to.",
        "worker": "Run jobs without HTTP, until SIGTERM or SIGINT.",
        "dashboard": "Serve the control room, until SIGTERM or SIGINT.",
        "config": "Check the YAML; describe it to an editor.",
        "completion": "Print what teaches bash, zsh or fish to complete commands.",
        "local": "Run a private Supabase-like PostgreSQL for this project.",
    }


app = typer.Typer(
    name="supaops",
    cls=Commands,
    help="Declare, plan, apply and watch the job chain of a Supabase project.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Declare, plan, apply and watch the job chain of a Supabase project."""
    if version:
        typer.echo(VERSION)
        if verbosity.has(VERBOSE):
            _describe()
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise UsageError("the command is missing", hint="supaops --help")


def _describe() -> None:
    from supaops.cli.about import about  # noqa: PLC0415  nothing else needs it

    for name, value in about():
        typer.echo(f"{name:<16}{value}")
