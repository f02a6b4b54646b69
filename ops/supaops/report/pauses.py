"""What a pause or a resume did, as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

from supaops.jobs.pausing import DISABLED, Answer, How, Pause, answered
from supaops.jobs.resuming import Proof, command, told
from supaops.report.smoke import smoke_json
from supaops.report.times import iso, utc

FORMAT_VERSION = "1.0"
_VARIABLE = "JOB_QUEUE_DISABLED"


def paused_lines(pause: Pause, environment: str) -> Iterator[Text]:
    """Yield what stands still now, until when, and what ends it."""
    yield Text(f"Paused: {_effect(pause)}.", "yellow")
    yield from (Text(f"  {line}") for line in _notes(pause))
    yield Text(f"  back: {command(pause, environment)}", "cyan")


def job_paused_lines(pause: Pause, environment: str) -> Iterator[Text]:
    """Yield that a single cron job stands still, and what starts it again."""
    [name] = pause.stopped
    yield Text(f"Paused: cron job {name} is inactive.", "yellow")
    yield from (Text(f"  {line}") for line in _notes(pause))
    yield Text(f"  back: supaops resume --env {environment} --cron {name}", "cyan")


def to_do_line() -> Text:
    """Return what an operator has to do for a pause of the worker."""
    return Text(f"Set {_VARIABLE}=true where the worker runs, and redeploy it.", "bold")


def proof_line(said: Answer) -> Text:
    """Return whether the worker has shown that it is disabled."""
    if said.status_code == DISABLED:
        return Text(f"Proved: the worker answers HTTP {DISABLED}.", "green")
    return Text(
        f"Not proved: the worker answers {answered(said)}. Written down all the same: "
        f"set {_VARIABLE}=true, redeploy, and pause again.",
        "bold red",
    )


def resumed_lines(pauses: Iterable[Pause]) -> Iterator[Text]:
    """Yield a line per pause that has ended: what works again."""
    for pause in pauses:
        yield Text("  ok ", "green").append(_restored(pause), "default")
        if pause.how is How.SECRET:
            yield Text(
                f"     the worker's own, in .env or its deployment, must be the same "
                f"{pause.stopped[0]}",
                "dim",
            )


def job_resumed_line(outcome: str) -> Text:
    """Return what has become of a single cron job."""
    return Text("  ok ", "green").append(outcome, "default")


def remaining_lines(pauses: Iterable[Pause], environment: str) -> Iterator[Text]:
    """Yield what is still paused, and the command that ends it."""
    for pause in pauses:
        yield Text(f"  still paused: {told(pause)}, {_by(pause)}: {pause.reason}", "yellow")
        yield Text(f"    back: {command(pause, environment)}", "cyan")


def confirmed_lines(proof: Proof, environment: str) -> Iterator[Text]:
    """Yield whether the cron history shows HTTP 200 beside the run that woke the worker."""
    if proof.holds:
        line = f"Resumed: the cron history records HTTP 200 beside run {proof.smoke.run_id}."
        yield Text(line, "green")
        return
    seen = f"HTTP {proof.history_status}" if proof.history_status else "no HTTP 200"
    yield Text(f"Resumed, but not confirmed: the cron history records {seen}.", "bold red")
    yield Text(f"  fix: supaops verify --env {environment}", "cyan")


def unconfirmed_line(environment: str) -> Text:
    """Return that no job was sent, and what proves the chain instead."""
    line = Text("Resumed, but not confirmed: ", "bold red")
    return line.append(f"supaops smoke --env {environment}", "not bold cyan")


def paused_json(pause: Pause, environment: str, said: Answer | None = None) -> dict[str, Any]:
    """Return a pause as JSON-able data; `proved` is null where nothing had to be."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        **_json(pause),
        "proved": None if said is None else said.status_code == DISABLED,
    }


def resumed_json(
    ended: Iterable[Pause], remaining: Iterable[Pause], environment: str, proof: Proof | None
) -> dict[str, Any]:
    """Return a resume as JSON-able data; `confirmed` is null when no job was sent."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "ended": [_json(each) for each in ended],
        "still_paused": [_json(each) for each in remaining],
        "confirmed": proof.holds if proof else None,
        "history_status": proof.history_status if proof else None,
        "smoke": smoke_json(proof.smoke) if proof else None,
    }


def _effect(pause: Pause) -> str:
    match pause.how:
        case How.FLAG:
            return f"{told(pause)} hands out no jobs"
        case How.CRON:
            return f"{', '.join(pause.stopped)} is inactive, so pg_cron wakes nobody"
        case How.SECRET:
            return f"{pause.stopped[0]} is a dummy, so the worker refuses each post with HTTP 401"
        case How.WORKER:
            return f"the worker is to answer HTTP {DISABLED}"


def _notes(pause: Pause) -> Iterator[str]:
    if pause.how is How.FLAG:
        yield "what runs goes on, and jobs can be enqueued"
        yield f"ends by itself at {utc(pause.until)}" if pause.until else "ends with a resume"
        return
    if pause.how is How.SECRET:
        yield "cron runs go on, and their posts fail with 401: let whoever is on call know"
    if pause.how in (How.CRON, How.SECRET):
        yield "an apply leaves it so"
    until = f": resume it by {utc(pause.until)}" if pause.until else ""
    yield f"does not end by itself{until}"


def _restored(pause: Pause) -> str:
    match pause.how:
        case How.FLAG:
            return f"{told(pause)} hands out jobs again"
        case How.CRON:
            return f"{', '.join(pause.stopped)} is active again"
        case How.SECRET:
            return f"{pause.stopped[0]} has its declared value again"
        case How.WORKER:
            return f"the worker does not answer HTTP {DISABLED} any more"


def _by(pause: Pause) -> str:
    since = f" since {utc(pause.paused_at)}" if pause.paused_at else ""
    return f"by {pause.paused_by or 'hand'}{since}"


def _json(pause: Pause) -> dict[str, Any]:
    return {
        "how": pause.how,
        "queue": pause.queue,
        "task_type": pause.task_type,
        "reason": pause.reason,
        "until": iso(pause.until),
        "paused_at": iso(pause.paused_at),
        "paused_by": pause.paused_by,
        "stopped": list(pause.stopped),
    }
