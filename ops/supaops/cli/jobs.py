"""`supaops jobs`: look at jobs; nothing here changes one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from supaops.cli.console import show, show_json, width, write
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, Target, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.selecting import (
    ErrorOption,
    NewerOption,
    OlderOption,
    QueueOption,
    StatusOption,
    TaskTypeOption,
    WorkerOption,
    job_filter,
    note_undeclared,
)
from supaops.clock import utc_now
from supaops.db.connect import Connection
from supaops.db.operators import require_queue
from supaops.jobs.selection import details, newest
from supaops.jobs.tail import follow
from supaops.report.jobs import (
    change_line,
    details_json,
    details_lines,
    job_lines,
    next_page_lines,
    row_json,
    rows_json,
)

app = typer.Typer(help="Look at jobs: list them, show one, follow them.", no_args_is_help=True)

LimitOption = Annotated[
    int, typer.Option("--limit", "-n", min=1, max=10_000, metavar="N", help="How many to list.")
]
BeforeOption = Annotated[
    int | None, typer.Option("--before", metavar="ID", help="Only jobs with a smaller id.")
]
IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The job.")]
PayloadOption = Annotated[
    bool, typer.Option("--payload", help="Also show its payload and its result.")
]


@app.command("list")
def list_jobs(
    *,
    status: StatusOption = None,
    queue: QueueOption = None,
    task_type: TaskTypeOption = None,
    error: ErrorOption = None,
    worker: WorkerOption = None,
    older: OlderOption = None,
    newer: NewerOption = None,
    before: BeforeOption = None,
    limit: LimitOption = 20,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """List jobs, the newest first.

    Shows no payload. What does not fit a terminal's line is cut; a pipe gets whole lines.
    """
    wanted = job_filter(
        status=status,
        queue=queue,
        task_type=task_type,
        error=error,
        worker=worker,
        older=older,
        newer=newer,
    )
    where = target(env, config, needs=lambda _: ())
    note_undeclared(where.config, queue, task_type)
    with _connect(where, "jobs list") as conn:
        rows = newest(conn, where.config, wanted, limit, before)
    if output is Format.JSON:
        show_json(rows_json(rows, env))
    else:
        show([*job_lines(rows, utc_now(), width()), *next_page_lines(rows, limit)])


@app.command("show")
def show_job(
    number: IdArgument,
    payload: PayloadOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show one job: its attempts, its lease, what holds it back.

    Its payload and result only with --payload, for they may hold what is nobody's business.
    """
    where = target(env, config, needs=lambda _: ())
    with _connect(where, "jobs show") as conn:
        job = details(conn, where.config, number)
    if output is Format.JSON:
        show_json(details_json(job, env, payload=payload))
    else:
        show(details_lines(job, utc_now(), payload=payload))


@app.command("tail")
def tail(
    status: StatusOption = None,
    queue: QueueOption = None,
    task_type: TaskTypeOption = None,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Follow jobs as they come and change, until Ctrl-C.

    Begins with the ten that changed last. Looks twice a second at the newest 1,000 jobs and at
    those that run. With --format json, prints one document on each line.
    """
    wanted = job_filter(status=status, queue=queue, task_type=task_type)
    where = target(env, config, needs=lambda _: ())
    note_undeclared(where.config, queue, task_type)
    with _connect(where, "jobs tail") as conn:
        for row in follow(conn, where.config, wanted):
            if output is Format.JSON:
                write(json.dumps(row_json(row), ensure_ascii=False))
            else:
                show([change_line(row)])


def _connect(where: Target, command: str) -> Connection:
    conn = where.connect(command)
    try:
        require_queue(conn, where.config)
    except BaseException:
        conn.close()
        raise
    return conn
