"""The cron monitors that Sentry keeps for the declared jobs: their names and schedules.

Sentry reads a crontab by cronsim, which has no seconds, and calls the last day of the month `L`;
see `src/sentry/monitors/validators.py` in getsentry/sentry.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from supaops.config.cronfield import DAY, HOUR, MINUTE, MONTH, WEEKDAY, Bits, Field
from supaops.config.health import Sentry
from supaops.config.model import Config, CronJob
from supaops.config.schedule import Schedule, parse_schedule

_SLUG_CHARS = 50
_DIGEST_CHARS = 8
_LAST_DAY = "L"
_SUNDAY_TWICE = 7
_WEEK = frozenset(range(_SUNDAY_TWICE))
_WORTH_A_STEP = 3


class Unwatchable(ValueError):
    """Sentry has no such schedule; the text says why."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """A monitor of one cron job.

    Attributes:
        slug: its name in Sentry.
        job: the cron job's name.
        config: what a check-in upserts it with.
        by_posts: whether the worker's answers speak for the job, rather than pg_cron's history.
    """

    slug: str
    job: str
    config: dict[str, Any]
    by_posts: bool


def monitors(config: Config) -> list[Monitor]:
    """Return a monitor for each active job that Sentry can watch; none where they are off."""
    if not config.sentry.monitors:
        return []
    posting = _posting_job(config)
    return [
        Monitor(
            slug(config, name),
            name,
            _monitor_config(config.sentry, job.schedule),
            by_posts=name == posting,
        )
        for name, job in _active(config)
        if not unwatchable(job.schedule)
    ]


def unwatched(config: Config) -> dict[str, str]:
    """Return the active jobs that Sentry cannot watch, each with the reason."""
    reasons = {name: unwatchable(job.schedule) for name, job in _active(config)}
    return {name: reason for name, reason in reasons.items() if reason}


def unwatchable(schedule: str) -> str:
    """Return why Sentry cannot watch a schedule, or nothing."""
    try:
        sentry_schedule(schedule)
    except Unwatchable as error:
        return str(error)
    return ""


def sentry_schedule(schedule: str) -> dict[str, Any]:
    """Return a schedule of pg_cron in Sentry's form.

    One of seconds becomes a monitor of one minute, which is the shortest there is.

    Raises: Unwatchable.
    """
    parsed = parse_schedule(schedule)
    if parsed.seconds:
        return {"type": "interval", "value": 1, "unit": "minute"}
    if parsed.at_start:
        raise Unwatchable("it runs at the start of the server, which no clock tells")
    if parsed.doubt:
        raise Unwatchable(parsed.doubt)
    return {"type": "crontab", "value": _crontab(parsed)}


def slug(config: Config, job: str) -> str:
    """Return a job's name in Sentry: environment, queue and job; at most 50 characters.

    The environment is in it because Sentry has one schedule per monitor, whatever the environment.
    """
    queue = config.queue.name
    name = job if job.startswith(queue) else f"{queue}-{job}"
    whole = f"{config.environment}-{name}"
    plain = re.sub(r"[^a-z0-9_-]+", "-", whole.lower())
    if plain == whole and len(plain) <= _SLUG_CHARS:
        return plain
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST_CHARS]
    return f"{plain[: _SLUG_CHARS - _DIGEST_CHARS - 1]}-{digest}"


def _active(config: Config) -> list[tuple[str, CronJob]]:
    return [(name, job) for name, job in config.cron.jobs.items() if job.active]


def _posting_job(config: Config) -> str | None:
    """Return the one job whose ticks all reach the worker, if there is one.

    A post does not say which of several jobs sent it, and a tick that finds nothing posts nothing.
    """
    names = [name for name, job in _active(config) if job.call == "trigger_worker"]
    return names[0] if len(names) == 1 and not config.worker.skip_when_idle else None


def _monitor_config(sentry: Sentry, schedule: str) -> dict[str, Any]:
    return {
        "schedule": sentry_schedule(schedule),
        "timezone": "UTC",
        "checkin_margin": _minutes(sentry.checkin_margin),
        "max_runtime": _minutes(sentry.max_runtime),
        "failure_issue_threshold": sentry.failure_issue_threshold,
        "recovery_threshold": sentry.recovery_threshold,
    }


def _minutes(span: timedelta) -> int:
    return math.ceil(span / timedelta(minutes=1))


def _crontab(schedule: Schedule) -> str:
    days = _day(DAY, schedule.days, schedule)
    weekdays = _day(WEEKDAY, schedule.weekdays - {_SUNDAY_TWICE}, schedule)
    if schedule.last_day:
        days = f"{days},{_LAST_DAY}" if schedule.days else _LAST_DAY
    if schedule.both_days and not f"{days} {weekdays}".count("*"):
        raise Unwatchable("Sentry cannot be told that both the date and the weekday must fit")
    return " ".join(
        [
            _plain(MINUTE, schedule.minutes),
            _plain(HOUR, schedule.hours),
            days,
            _plain(MONTH, schedule.months),
            weekdays,
        ]
    )


def _plain(field: Field, bits: Bits) -> str:
    every = frozenset(range(field.low, field.high + 1))
    return "*" if bits == every else _neat(bits, every)


def _day(field: Field, bits: Bits, schedule: Schedule) -> str:
    """Return one of the two fields for days.

    Where one begins with a star both must fit, else either, there as here. So there is a star
    where both must fit, and none where either will do.
    """
    every = frozenset(range(field.low, field.high + (field is DAY)))
    if not schedule.both_days:
        return _ranges(bits)
    return "*" if bits == every else _starred(bits, every, schedule)


def _starred(bits: Bits, every: Bits, schedule: Schedule) -> str:
    """Return some of the days, with a star where the other field has none."""
    other_has_one = schedule.weekdays > _WEEK or len(schedule.days) > DAY.high - DAY.low
    return _neat(bits, every) if other_has_one else _step(bits, every) or _ranges(bits)


def _neat(bits: Bits, every: Bits) -> str:
    return (_step(bits, every) if len(bits) >= _WORTH_A_STEP else None) or _ranges(bits)


def _step(bits: Bits, every: Bits) -> str | None:
    """Return ``*/n`` for what it means in the field."""
    ordered = sorted(every)
    steps = (n for n in range(2, len(ordered) + 1) if frozenset(ordered[::n]) == bits)
    found = next(steps, None)
    return f"*/{found}" if found else None


def _ranges(bits: Iterable[int]) -> str:
    """Return numbers as ``1-5,9``."""
    runs: list[list[int]] = []
    for number in sorted(bits):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == end else f"{first}-{end}" for first, end in runs)
