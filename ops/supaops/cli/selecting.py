"""The options by which a command finds jobs, and who acts on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supaops.apply import provenance, require_own_environment
from supaops.cli.console import note
from supaops.cli.options import Target, duration
from supaops.cli.project import project_root
from supaops.config import Config
from supaops.config.declared import undeclared_queue, undeclared_task_type
from supaops.db.connect import Connection
from supaops.db.operators import Actor, require_queue
from supaops.errors import UsageError
from supaops.jobs.selection import Filter
from supaops.jobs.verb import STATUSES

IdsArgument = Annotated[
    list[int] | None, typer.Argument(metavar="[ID]", help="These jobs, and no filter.")
]
StatusOption = Annotated[
    list[str] | None,
    typer.Option("--status", metavar="S", help=f"One of {', '.join(STATUSES)}; repeatable."),
]
QueueOption = Annotated[
    str | None, typer.Option("--queue", metavar="Q", help="Jobs of this queue.")
]
TaskTypeOption = Annotated[
    str | None, typer.Option("--task-type", metavar="T", help="Jobs of this task type.")
]
ErrorOption = Annotated[
    str | None,
    typer.Option("--error", metavar="TEXT", help="Jobs whose last error contains it."),
]
WorkerOption = Annotated[
    str | None,
    typer.Option("--worker", metavar="NAME", help="Jobs whose latest worker's name begins so."),
]
OlderOption = Annotated[
    str | None,
    typer.Option(
        "--older", metavar="T", help="Jobs that ended, started or came longer ago, as 2h."
    ),
]
NewerOption = Annotated[
    str | None,
    typer.Option("--newer", metavar="T", help="Jobs that ended, started or came since, as 2h."),
]
CapOption = Annotated[
    int,
    typer.Option("--limit", min=1, max=1_000_000, metavar="N", help="How many to change at most."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
]
WhyOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")
]


def job_filter(
    *,
    status: list[str] | None,
    queue: str | None,
    task_type: str | None,
    error: str | None = None,
    worker: str | None = None,
    older: str | None = None,
    newer: str | None = None,
) -> Filter:
    """Return what the options ask for.

    Raises: UsageError for a status or a duration that is none.
    """
    if wrong := next((each for each in status or () if each not in STATUSES), None):
        raise UsageError(
            f"there is no status {wrong!r}",
            place="--status",
            hint=f"one of {', '.join(STATUSES)}",
        )
    return Filter(
        statuses=tuple(status) if status else None,
        queue=queue,
        task_type=task_type,
        error=error,
        worker=worker,
        older=duration(older, "--older") if older else None,
        newer=duration(newer, "--newer") if newer else None,
    )


def note_undeclared(config: Config, queue: str | None, task_type: str | None = None) -> None:
    """Say of a queue and of a task type that the YAML does not declare it; jobs may be there."""
    odd = [
        undeclared_queue(config, queue, "--queue") if queue is not None else None,
        undeclared_task_type(config, task_type, "--task-type") if task_type is not None else None,
    ]
    for problem in filter(None, odd):
        note(problem)


def open_queue(where: Target, command: str) -> Connection:
    """Connect to change jobs: to the environment's own database, with the queue in it.

    Raises: Refused for another environment's; DatabaseError.
    """
    conn = where.connect(command)
    try:
        require_own_environment(conn, where.config.environment)
        require_queue(conn, where.config)
    except BaseException:
        conn.close()
        raise
    return conn


def actor(config: Path, reason: str | None) -> Actor:
    """Return who acts, as a revision names them, and why."""
    return Actor(provenance(project_root(config)).applied_by, reason)
