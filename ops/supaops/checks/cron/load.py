"""Do the jobs, and what they leave behind, ask too much of the server?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import product

from supaops.checks.check import check, graded
from supaops.checks.cron.facts import cron_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.config.schedule import Schedule, ScheduleError, parse_schedule
from supaops.config.ticks import runs_on
from supaops.db.health.cron import CronFacts

_WEEK = 7  # days


@check(
    "cron.coincidence",
    reads=cron_facts,
    title="Few jobs start in the same minute",
    why=(
        "What starts together competes: Supabase advises eight jobs at once, and those beyond "
        "cron.max_running_jobs start late."
    ),
)
def coincidence(config: Config, facts: CronFacts) -> Verdict:
    """Judge the fullest minute of the coming week, of all active jobs in pg_cron."""
    bounds = config.checks.thresholds("cron.coincidence")
    if facts.max_running_jobs and bounds.warning is not None:
        bounds = replace(bounds, warning=min(bounds.warning, facts.max_running_jobs))
    count, at = fullest_minute(facts.schedules, facts.now)
    return graded(
        count,
        bounds,
        f"{count} {at}",
        fix="give them different minutes: select jobname, schedule from cron.job where active",
    )


def fullest_minute(schedules: Iterable[str], now: datetime) -> tuple[int, str]:
    """Return how many jobs start in the fullest minute of the coming week, and its time in UTC.

    One that counts seconds starts in each minute.
    """
    always, minutes = 0, Counter[tuple[str, time]]()
    for schedule, jobs in _parsed(schedules).items():
        if schedule.seconds:
            always += jobs
        for minute in _minutes(schedule, now):
            minutes[minute] += jobs
    if not minutes:
        return always, "in every minute"
    (day, at), count = minutes.most_common(1)[0]
    return always + count, f"at {day} {at:%H:%M} UTC"


def _parsed(schedules: Iterable[str]) -> Counter[Schedule]:
    found = Counter[Schedule]()
    for text, jobs in Counter(schedules).items():
        try:
            found[parse_schedule(text)] += jobs
        except ScheduleError:
            continue  # pg_cron never took it
    return found


def _minutes(schedule: Schedule, now: datetime) -> Iterator[tuple[str, time]]:
    days = [now.date() + timedelta(days=n) for n in range(_WEEK)]
    names = [f"{day:%a}" for day in days if runs_on(schedule, day)]
    for name, hour, minute in product(names, schedule.hours, schedule.minutes):
        yield name, time(hour, minute)


@check(
    "cron.history",
    reads=cron_facts,
    title="The history of runs is short enough",
    why=(
        "cron.job_run_details grows for ever unless somebody removes its rows: whatever reads it "
        "gets slow."
    ),
)
def history(config: Config, facts: CronFacts) -> Verdict:
    """Judge how many rows there are, by the planner's estimate."""
    return graded(
        facts.history_rows,
        config.checks.thresholds("cron.history"),
        f"about {facts.history_rows:,} rows",
        fix=(
            "set history.foreign_cron_runs, and see that a cron job has call: maintain; then: "
            f"supaops apply --env {config.environment}"
        ),
        declared_at=("history",),
    )
