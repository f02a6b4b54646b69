"""What the page of the queues shows of each of them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from supaops.checks.queue.facts import Course
from supaops.checks.queue.waiting import drain_times_s
from supaops.checks.words import span
from supaops.config.model import Config
from supaops.db.pages.queues import Hour, Limit, QueueBoard
from supaops.db.pause import How, Pause
from supaops.db.workers import ANY, Registered
from supaops.jobs.resuming import command, told
from supaops.web.access.role import Role, User

STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Card:
    """One queue.

    Attributes:
        counts: jobs by status, zero included.
        oldest_ready_s: how long the longest waiting one could have begun; None when none waits.
        age_level: warning or critical where that is longer than promised, else ok.
        drain_s: None where nothing has waited for long.
        limits: what is in force, in words.
        task_types: what is declared to queue here, or is here.
        workers: those with a handler for any of that.
    """

    name: str
    counts: Counter[str]
    oldest_ready_s: float | None
    age_level: str
    drain_s: float | None
    hour: Hour | None
    limits: tuple[str, ...]
    task_types: tuple[str, ...]
    workers: tuple[Registered, ...]
    pauses: tuple[Pause, ...]

    @property
    def is_paused(self) -> bool:
        """Tell whether the whole of it is paused."""
        return any(each.task_type == "*" for each in self.pauses)


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause as the page shows it.

    Attributes:
        told: what it is about, in words.
        effect: what that means for who waits.
        role: who may end it.
        command: what ends it where the page cannot; else empty.
    """

    pause: Pause
    told: str
    effect: str
    role: Role
    command: str


def cards(config: Config, board: QueueBoard) -> tuple[Card, ...]:
    """Return a card for each queue that is declared, limited, paused, or holds jobs."""
    types = _task_types(config, board)
    drains = drain_times_s(Course(list(board.counts), list(board.trends)))
    limited = {name for scope, name in board.limits if scope == "queue"}
    paused = {each.queue for each in board.pauses} - {"*"}
    names = sorted({*types, *limited, *paused})
    return tuple(_card(name, config, board, types[name], drains.get(name)) for name in names)


def stops(config: Config, pauses: Iterable[Pause], queue: str) -> tuple[Stop, ...]:
    """Return the pauses of a queue; ``*`` gives those of all of them and of the chain."""
    return tuple(_stop(config, each) for each in pauses if each.queue == queue)


def who_ends(pause: Pause) -> Role:
    """Return who may end a pause, or begin one like it: of the whole chain an admin alone."""
    is_whole = pause.queue == "*" or pause.how is not How.FLAG
    return Role.ADMIN if is_whole else Role.OPERATOR


def may_end(user: User, stop: Stop) -> bool:
    """Tell whether the page ends a pause for somebody."""
    return user.may(stop.role) and not stop.command


def _card(
    name: str, config: Config, board: QueueBoard, types: set[str], drain_s: float | None
) -> Card:
    counts: Counter[str] = Counter(dict.fromkeys(STATUSES, 0))
    for each in board.counts:
        counts[each.status] += each.jobs if each.queue == name else 0
    ages = [each.ready_age_s for each in board.counts if each.queue == name]
    oldest = max((age for age in ages if age is not None), default=None)
    workers = board.workers
    return Card(
        name=name,
        counts=counts,
        oldest_ready_s=oldest,
        age_level="ok" if _is_stopped(board, name) else _level(config, oldest),
        drain_s=drain_s,
        hour=board.hours.get(name),
        limits=tuple(_limits(name, types, board, counts["running"])),
        task_types=tuple(sorted(types)),
        workers=tuple(each for each in workers if _serves(each, types)),
        pauses=tuple(each for each in board.pauses if each.queue == name),
    )


def _task_types(config: Config, board: QueueBoard) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, each in config.queue.task_types.items():
        found[each.queue].add(name)
    for count in board.counts:
        if count.jobs:
            found[count.queue].add(count.task_type)
    return found


def _serves(worker: Registered, types: set[str]) -> bool:
    return ANY in worker.handlers or bool(worker.handlers & types)


def _is_stopped(board: QueueBoard, name: str) -> bool:
    """Tell whether its jobs wait because somebody wants them to."""
    return any(each.queue in (name, "*") and each.task_type == "*" for each in board.pauses)


def _level(config: Config, age_s: float | None) -> str:
    bounds = config.checks.thresholds("queue.oldest_ready")
    if age_s is None:
        return "ok"
    if bounds.critical is not None and age_s > bounds.critical:
        return "critical"
    return "warning" if age_s > config.slo.freshness.within.total_seconds() else "ok"


def _limits(name: str, types: set[str], board: QueueBoard, running: int) -> Iterable[str]:
    """Yield the queue's limits, and those of its task types, in words."""
    own = board.limits.get(("queue", name))
    if own:
        yield from _limit("", own, running)
    for each in sorted(types):
        if limit := board.limits.get(("task_type", each)):
            busy = sum(
                c.jobs for c in board.counts if c.task_type == each and c.status == "running"
            )
            yield from _limit(f"{each}: ", limit, busy)


def _limit(prefix: str, limit: Limit, running: int) -> Iterable[str]:
    if limit.concurrency is not None:
        yield f"{prefix}{running:,} of {limit.concurrency:,} at once"
    if limit.rate is not None:
        yield f"{prefix}{limit.rate:,} start in {span(limit.period_s or 0)} at most"


def _stop(config: Config, pause: Pause) -> Stop:
    is_shell = pause.how is How.SECRET
    return Stop(
        pause=pause,
        told=told(pause),
        effect=_effect(pause),
        role=who_ends(pause),
        command=command(pause, config.environment) if is_shell else "",
    )


def _effect(pause: Pause) -> str:
    names = ", ".join(pause.stopped)
    match pause.how:
        case How.FLAG:
            return "no job starts; what runs goes on, and jobs can be enqueued"
        case How.CRON:
            return f"pg_cron does not start {names}"
        case How.SECRET:
            return f"{names} is a dummy, so the worker refuses each post"
        case How.WORKER:
            return "the worker is to answer HTTP 503"
