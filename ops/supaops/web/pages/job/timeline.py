"""The life of a job as a row of waits and attempts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Literal

from supaops.db.selection import Attempt
from supaops.report.times import span

SHOWN = 12
"""Attempts on the timeline; earlier ones are one step."""
WIDTH = 1000.0
"""Of the bar, in its own units."""
_LEAST = 4.0  # Of the bar, so that the shortest of spans is seen.

Kind = Literal["event", "wait", "run", "earlier"]


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a job's times.

    Attributes:
        attempts: the latest ones, in the order of time.
        total: how many there were.
    """

    status: str
    created_at: datetime
    run_at: datetime
    completed_at: datetime | None
    attempts: Sequence[Attempt]
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: something that happened, or that took a while.

    Attributes:
        name: as CSS and the reader know it: a status, an outcome, or what is waited for.
        at: when it happened or began.
        seconds: how long it took or takes; 0 for an event.
    """

    kind: Kind
    name: str
    text: str
    at: datetime | None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A step as a part of the bar: where it begins and how wide it is, in units of `WIDTH`."""

    step: Step
    x: float
    width: float


def lasted(seconds: float) -> str:
    """Return a length as people read it: ``40 ms``, ``4.2 s``, ``3 min``."""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else span(seconds)  # noqa: PLR2004  two digits


def steps(life: Life, now: datetime) -> tuple[Step, ...]:
    """Return the steps of a job's life, the first first; none takes less than no time.

    What a clock, or somebody by hand, has put in another order takes no time.
    """
    return tuple(_walk(life, now))


def bars(life: Sequence[Step]) -> tuple[Bar, ...]:
    """Return what takes time as parts of a bar, as wide as they are long, but never unseen."""
    spans = [step for step in life if step.seconds > 0]
    total = sum(step.seconds for step in spans)
    wide = [max(_LEAST, WIDTH * step.seconds / total) for step in spans]
    scale = WIDTH / sum(wide) if wide else 1.0
    ends = accumulate(width * scale for width in wide)
    return tuple(
        Bar(step, round(end - width * scale, 2), round(width * scale, 2))
        for step, width, end in zip(spans, wide, ends, strict=True)
    )


def _walk(life: Life, now: datetime) -> Iterator[Step]:
    yield Step("event", "created", "Created", life.created_at)
    shown = list(life.attempts)[-SHOWN:]
    cursor = life.created_at
    hidden = life.total - len(shown)
    if hidden > 0 and shown:
        began = shown[0].started_at or cursor
        plural = "s" if hidden > 1 else ""
        text = f"{hidden:,} earlier attempt{plural}"
        yield Step("earlier", "earlier", text, cursor, _between(cursor, began))
        cursor = max(cursor, began)
    for each in shown:
        began = each.started_at or cursor
        yield from _wait("waited", cursor, began)
        yield _attempt(each, began, now)
        cursor = max(cursor, began, each.finished_at or now)
    yield from _present(life, cursor, now)


def _attempt(attempt: Attempt, began: datetime, now: datetime) -> Step:
    seconds = _between(began, attempt.finished_at or now)
    verb = "has run for" if attempt.outcome == "running" else "ran"
    ending = "" if attempt.outcome == "running" else f", {attempt.outcome}"
    text = f"Attempt {attempt.attempt} {verb} {lasted(seconds)}{ending}"
    return Step("run", attempt.outcome, text, attempt.started_at, seconds)


def _present(life: Life, cursor: datetime, now: datetime) -> Iterator[Step]:
    """Yield what came after the last attempt: a wait that goes on, or the end."""
    if life.status == "pending":
        due = max(life.run_at, cursor)
        if due > now:
            yield Step(
                "wait",
                "scheduled",
                f"Waits for its time, {lasted(_between(now, due))} left",
                cursor,
                _between(cursor, due),
            )
            return
        yield from _wait("scheduled", cursor, due)
        waits = _between(due, now)
        yield Step("wait", "ready", f"Ready for {lasted(waits)}", due, waits)
    elif life.status != "running":
        ended = life.completed_at or cursor
        yield from _wait("waited", cursor, ended)
        yield Step("event", life.status, f"Ended: {life.status}", life.completed_at)


def _wait(name: str, start: datetime, end: datetime) -> Iterator[Step]:
    seconds = _between(start, end)
    if seconds > 0:
        yield Step("wait", name, f"Waited {lasted(seconds)}", start, seconds)


def _between(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0)
