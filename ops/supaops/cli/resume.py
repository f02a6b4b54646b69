"""`supaops resume`: put back what a pause has stopped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from supaops.cli.console import print_error, say, show, show_json
from supaops.cli.guard import YesOption, confirm, env_is_typed, require_typed
from supaops.cli.options import (
    ConfigOption,
    EnvOption,
    Format,
    FormatOption,
    Target,
    target,
)
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.selecting import WhyOption, actor, open_queue
from supaops.cli.smoke import TimeoutOption, follow
from supaops.cli.waiting import Waiting
from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.errors import SupaopsError, UsageError
from supaops.jobs.cron_pausing import outcome, resume_job
from supaops.jobs.pausing import DISABLED, How, Pause, answered, in_force, prove_enabled
from supaops.jobs.resuming import Proof, proof, to_end, told
from supaops.jobs.resuming import resume as put_back
from supaops.report.pauses import (
    confirmed_lines,
    job_resumed_line,
    remaining_lines,
    resumed_json,
    resumed_lines,
    unconfirmed_line,
)
from supaops.report.smoke import verdict_lines
from supaops.status import ExitStatus

QueueOption = Annotated[
    str | None, typer.Option("--queue", metavar="Q", help="Only the pause of this queue.")
]
TaskTypeOption = Annotated[
    str | None, typer.Option("--task-type", metavar="T", help="Only the pause of this task type.")
]
CronOption = Annotated[
    str | None, typer.Option("--cron", metavar="NAME", help="Only the pause of this cron job.")
]
NoSmokeOption = Annotated[
    bool, typer.Option("--no-smoke", help="Send no job to prove it; nothing is confirmed then.")
]


def resume(
    context: typer.Context,
    *,
    queue: QueueOption = None,
    task_type: TaskTypeOption = None,
    cron: CronOption = None,
    reason: WhyOption = None,
    no_smoke: NoSmokeOption = False,
    timeout: TimeoutOption = 90.0,
    yes: YesOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Put back what a pause has stopped, and prove that it works.

    Without --queue or --cron these are the pauses of all queues together and of the chain. Then
    sends a smoke job, and looks for HTTP 200 in the cron history; not for --cron. Exits 1 when that
    is not confirmed.
    """
    where = target(env, config, needs=lambda _: ())
    require_typed(where, typed=env_is_typed(context))
    if cron is not None:
        _require_alone(queue, task_type)
        _resume_job(where, cron, actor(config, reason), yes=yes, output=output)
        return
    with open_queue(where, "resume") as conn:
        ending, staying = to_end(in_force(conn, where.config), env, queue, task_type)
        if not ending:
            _show(env, [], [], None, output)
            return
        where = _with_secret(where, ending, env, config)
        confirm(where, f"resume {', '.join(map(told, ending))}", yes=yes, look="`supaops plan`")
        _await_worker(conn, ending, timeout)
        secrets = where.resolved.secrets
        put_back(conn, where.config, ending, secrets, actor(config, reason))
        as_text = output is Format.TEXT
        if as_text:
            show(resumed_lines(ending))
        shown = None if no_smoke else _prove(conn, where, timeout, as_text=as_text)
    _show(env, ending, staying, shown, output)
    if not no_smoke and not (shown and shown.holds):
        raise typer.Exit(ExitStatus.ERROR)


def _require_alone(queue: str | None, task_type: str | None) -> None:
    if queue is not None or task_type is not None:
        raise UsageError(
            "--cron is about one cron job alone",
            place="--cron",
            hint="leave --queue and --task-type out",
        )


def _resume_job(where: Target, name: str, who: Actor, *, yes: bool, output: Format) -> None:
    """Start one cron job again; a smoke job would prove nothing of most of them."""
    with open_queue(where, "resume") as conn:
        confirm(where, f"resume cron job {name}", yes=yes, look="`supaops plan`")
        ended = resume_job(conn, where.config, name, who)
        staying = in_force(conn, where.config)
    if output is Format.TEXT:
        show([job_resumed_line(outcome(where.config, name))])
    _show(where.config.environment, [ended], staying, None, output)


def _with_secret(where: Target, ending: list[Pause], env: str, config: Path) -> Target:
    """Return the target with the values that are to be put back; nothing else needs one."""
    names = [name for each in ending if each.how is How.SECRET for name in each.stopped]
    return target(env, config, needs=lambda _: names) if names else where


def _await_worker(conn: Connection, ending: list[Pause], timeout: float) -> None:
    """Wait for a worker that was disabled; as long as it is, its pause is not over.

    Raises: SupaopsError when it still answers 503; nothing was resumed then.
    """
    if all(each.how is not How.WORKER for each in ending):
        return
    say("Unset JOB_QUEUE_DISABLED where the worker runs, and redeploy it.", "bold")
    with Waiting("waiting for the worker") as line:
        said = prove_enabled(conn, timeout=timedelta(seconds=timeout), progress=line.now)
    if said.status_code == DISABLED:
        raise SupaopsError(
            f"the worker still answers {answered(said)}; nothing was resumed",
            hint="unset JOB_QUEUE_DISABLED, redeploy the worker, and resume again",
        )


def _prove(conn: Connection, where: Target, timeout: float, *, as_text: bool) -> Proof | None:
    """Send a job; None when it cannot be told, and why is said."""
    try:
        result = follow(conn, where.config, timeout, show_hops=as_text)
    except SupaopsError as error:
        print_error(error)
        show([unconfirmed_line(where.config.environment)] if as_text else [])
        return None
    if as_text:
        show(verdict_lines(result))
    return proof(conn, where.config, result)


def _show(
    env: str, ended: list[Pause], staying: list[Pause], shown: Proof | None, output: Format
) -> None:
    if output is Format.JSON:
        show_json(resumed_json(ended, staying, env, shown))
        return
    if not ended:
        show([Text("Nothing is paused.", "green")])
    show([*(confirmed_lines(shown, env) if shown else []), *remaining_lines(staying, env)])
