"""`supaops enqueue TASK_TYPE`: a new job by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from supaops.cli.console import show, show_json
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.selecting import WhyOption, actor, note_undeclared, open_queue
from supaops.clock import utc_now
from supaops.db.operators import NewJob, enqueue_job
from supaops.errors import UsageError
from supaops.jobs.until import parse_moment
from supaops.report.jobs import enqueued_json

TaskTypeArgument = Annotated[
    str, typer.Argument(metavar="TASK_TYPE", help="Declared under queue.task_types.")
]
PayloadOption = Annotated[
    str,
    typer.Option("--payload", metavar="JSON|@FILE|-", help="Its payload; - reads standard input."),
]
RunAtOption = Annotated[
    str | None,
    typer.Option("--run-at", metavar="T", help="Not before: 2h, 18:00 (UTC) or ISO with zone."),
]
QueueOption = Annotated[
    str | None, typer.Option("--queue", metavar="Q", help="Else the one its task type declares.")
]
PriorityOption = Annotated[
    int, typer.Option("--priority", min=-32768, max=32767, metavar="N", help="Smaller runs first.")
]
AttemptsOption = Annotated[
    int | None, typer.Option("--max-attempts", min=1, metavar="N", help="Else as declared.")
]
DedupOption = Annotated[
    str | None,
    typer.Option("--dedup-key", metavar="KEY", help="No second live job in its queue has it."),
]


def enqueue(
    context: typer.Context,
    task_type: TaskTypeArgument,
    *,
    payload: PayloadOption = "{}",
    run_at: RunAtOption = None,
    queue: QueueOption = None,
    priority: PriorityOption = 0,
    max_attempts: AttemptsOption = None,
    dedup_key: DedupOption = None,
    reason: WhyOption = None,
    yes: YesOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Enqueue a job.

    A live job with the same dedup key stays, and its id is shown instead.
    """
    moment = parse_moment(run_at, utc_now(), "--run-at") if run_at else None
    document = _document(payload)
    job = NewJob(task_type, document, moment, queue, priority, max_attempts, dedup_key)
    where = target(env, config, needs=lambda _: ())
    require_typed(where, typed=env_is_typed(context))
    note_undeclared(where.config, queue)
    with open_queue(where, "enqueue") as conn:
        confirm(where, f"enqueue a {task_type}", yes=yes, look="the payload")
        job_id, was_there = enqueue_job(conn, where.config, job, actor(config, reason))
    if output is Format.JSON:
        show_json(enqueued_json(job_id, was_there=was_there))
    elif was_there:
        show([Text(f"Job {job_id} is live and has this dedup key: nothing was added.", "yellow")])
    else:
        show([Text(f"Enqueued job {job_id}.", "green")])


def _document(text: str) -> Any:
    """Return the payload that an option gives, a file, or standard input.

    Raises: UsageError that does not repeat the text.
    """
    try:
        if text == "-":
            return json.load(sys.stdin)
        return json.loads(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text)
    except OSError as error:
        raise UsageError(
            f"cannot read {text[1:]}: {error.strerror}", place="--payload", hint="give a JSON file"
        ) from error
    except ValueError as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(
            f"the payload is no JSON{where}", place="--payload", hint="""as '{"dryRun": false}'"""
        ) from None
