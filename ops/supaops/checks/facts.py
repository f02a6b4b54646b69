"""Facts that checks of more than one group judge."""

from __future__ import annotations

from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.db.environment import Environment, read_environment
from supaops.db.health.commands import Command, read_commands
from supaops.db.health.security import Exposure, read_exposures
from supaops.plan import Plan


def plan_facts(sources: Sources) -> Plan:
    """Return what an apply would change."""
    return sources.desired.plan(sources.desired.state(sources.conn))


def environment_facts(sources: Sources) -> Environment | None:
    """Return whose database it is; None before the first apply."""
    return read_environment(sources.conn)


def active_jobs(config: Config) -> list[str]:
    """Return the names of the cron jobs that are declared active."""
    return [name for name, job in config.cron.jobs.items() if job.active]


def command_facts(sources: Sources) -> tuple[Command, ...]:
    """Return the commands of pg_cron's jobs and of their latest runs."""
    return read_commands(sources.conn)


def exposure_facts(sources: Sources) -> tuple[Exposure, ...]:
    """Return what is open to whom."""
    queue = sources.desired.config.queue
    return read_exposures(sources.conn, queue.schema_name, queue.name)
