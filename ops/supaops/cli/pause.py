"""The command `pause`: stop the queue, or a link of the chain."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.cli.console import say, show, show_json
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import (
    LONGEST_WAIT_S,
    ConfigOption,
    EnvOption,
    Format,
    FormatOption,
    target,
)
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.selecting import actor, note_undeclared, open_queue
from supaops.cli.waiting import Waiting
from supaops.clock import utc_now
from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.errors import UsageError
from supaops.jobs.cron_pausing import JobPause, pause_job
from supaops.jobs.pausing import (
    DISABLED,
    Answer,
    How,
    Pause,
    Request,
    begin_pause,
    prove_disabled,
)
from supaops.jobs.until import parse_moment
from supaops.report.pauses import (
    job_paused_lines,
    paused_json,
    paused_lines,
    proof_line,
    to_do_line,
)
from supaops.status import ExitStatus

_ALONE = "leave --queue, --task-type and --how out"

ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever finds it standing still.")
]
HowOption = Annotated[
    How,
    typer.Option(
        "--how",
        metavar="flag|cron|secret|worker",
        help="What stops: claims, pg_cron, the posts' secret, or the worker.",
    ),
]
QueueOption = Annotated[
    str | None, typer.Option("--queue", metavar="Q", help="Only this queue; by flag alone.")
]
TaskTypeOption = Annotated[
    str | None, typer.Option("--task-type", metavar="T", help="Only this one; by flag alone.")
]
CronOption = Annotated[
    str | None, typer.Option("--cron", metavar="NAME", help="Only this cron job, and no queue.")
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="T", help="2h, 18:00 (UTC) or ISO with zone."),
]
ProofOption = Annotated[
    float,
    typer.Option(
        "--timeout",
        min=1,
        max=LONGEST_WAIT_S,
        metavar="S",
        help="Seconds that a worker gets to answer 503.",
    ),
]


def pause(
    context: typer.Context,
    *,
    reason: ReasonOption,
    queue: QueueOption = None,
    task_type: TaskTypeOption = None,
    cron: CronOption = None,
    how: HowOption = How.FLAG,
    until: UntilOption = None,
    timeout: ProofOption = 120.0,
    yes: YesOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Stop the queue, or a link of the chain, and say why.

    A flag ends by itself at --until; the other ways wait for `supaops resume`, and an apply leaves
    them alone. Exits 1 when a worker that was to be disabled still takes work.
    """
    moment = parse_moment(until, utc_now(), "--until") if until else None
    wanted = Request(how, reason, queue or "*", task_type or "*", moment)
    _require_whole(wanted)
    if cron is not None and wanted != Request(How.FLAG, reason, until=moment):
        raise UsageError("--cron is about one cron job alone", place="--cron", hint=_ALONE)
    where = target(env, config, needs=lambda _: ())
    require_typed(where, typed=env_is_typed(context))
    note_undeclared(where.config, queue)
    with open_queue(where, "pause") as conn:
        doing = _doing(wanted) if cron is None else f"pause cron job {cron}"
        confirm(where, doing, yes=yes, look="`supaops jobs list`")
        made = _begin(conn, where.config, wanted, cron, actor(config, reason))
        said = _prove(conn, timeout) if how is How.WORKER else None
    if output is Format.JSON:
        show_json(paused_json(made, env, said))
    else:
        lines = paused_lines(made, env) if cron is None else job_paused_lines(made, env)
        show([*lines, *([proof_line(said)] if said else [])])
    if said and said.status_code != DISABLED:
        raise typer.Exit(ExitStatus.ERROR)


def _begin(
    conn: Connection, config: Config, wanted: Request, cron: str | None, who: Actor
) -> Pause:
    if cron is None:
        return begin_pause(conn, config, wanted, who)
    return pause_job(conn, config, JobPause(cron, wanted.reason, wanted.until), who)


def _require_whole(wanted: Request) -> None:
    if wanted.how is not How.FLAG and (wanted.queue, wanted.task_type) != ("*", "*"):
        raise UsageError(
            f"--how {wanted.how} stops the whole chain, and no single queue or task type",
            place="--how",
            hint="leave --queue and --task-type out, or pause by flag",
        )


def _doing(wanted: Request) -> str:
    what = "every queue" if wanted.queue == "*" else f"queue {wanted.queue}"
    kind = "" if wanted.task_type == "*" else f"task type {wanted.task_type} in "
    by = "" if wanted.how is How.FLAG else f" by the {wanted.how}"
    return f"pause {kind}{what}{by}"


def _prove(conn: Connection, timeout: float) -> Answer:
    say(to_do_line().plain, "bold")
    with Waiting("waiting for the worker's 503") as line:
        return prove_disabled(conn, timeout=timedelta(seconds=timeout), progress=line.now)
