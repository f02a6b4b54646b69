"""A valid config as text: when each cron job ticks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.text import Text

from supaops.config import Config
from supaops.config.ticks import next_ticks

_TICKS = 3


def check_lines(config: Config, now: datetime) -> Iterator[Text]:
    """Yield two lines per cron job, its schedule and its next ticks, and the verdict."""
    width = max(map(len, config.cron.jobs), default=0)
    for name, job in config.cron.jobs.items():
        state = "" if job.active else "  (inactive)"
        yield Text(f"  {name:{width}}", "bold").append(f"  {job.schedule}{state}", "not bold")
        yield Text(f"    next: {_ticks(job.schedule, now)}", "dim")
    yield from [Text()] if config.cron.jobs else []
    secrets = len(config.vault.secrets)
    yield Text(f"{config.environment} is valid; secrets: {secrets}, all set.", "green")


def _ticks(schedule: str, now: datetime) -> str:
    """Return the next ticks in UTC: as times when all are today, else with their dates."""
    ticks = [tick.astimezone(UTC) for tick in next_ticks(schedule, now, _TICKS)]
    today = all(tick.date() == now.astimezone(UTC).date() for tick in ticks)
    shown = [f"{tick:%H:%M:%S}" if today else f"{tick:%Y-%m-%d %H:%M}" for tick in ticks]
    return f"{', '.join(shown)} UTC" if shown else "never"
