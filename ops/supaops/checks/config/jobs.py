"""Does pg_cron run anything of ours that nobody declared?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from supaops.checks.check import check, ok, warning
from supaops.checks.facts import command_facts, plan_facts
from supaops.checks.finding import Verdict
from supaops.checks.sources import Sources
from supaops.config.model import Config
from supaops.db.health.commands import Command
from supaops.render.resource import Kind


@dataclass(frozen=True, slots=True)
class JobFacts:
    """pg_cron's jobs, and whose they are.

    Attributes:
        commands: of jobs and runs.
        role: as whom the declared jobs run.
        recorded: names of the jobs that an apply made; what is not declared any more is drift.
    """

    commands: tuple[Command, ...]
    role: str
    recorded: frozenset[str]


def job_facts(sources: Sources) -> JobFacts:
    """Return the jobs that there are, and those that an apply made."""
    plan = sources.facts(plan_facts)
    recorded = (each.address for each in plan.of_record if each.kind is Kind.CRON_JOB)
    names = frozenset(address.partition(".")[2] for address in recorded)
    return JobFacts(sources.facts(command_facts), plan.role, names)


@check(
    "config.foreign_jobs",
    reads=job_facts,
    title="Every cron job of the queue is declared",
    why="A job that was scheduled by hand calls the queue beside the declared ones: ticks double, "
    "pauses do not hold, and no plan shows it.",
)
def foreign_jobs(config: Config, facts: JobFacts) -> Verdict:
    """Judge whether a job carries the queue's prefix, or calls it, without being declared."""
    found = [each for each in facts.commands if _is_foreign(config, facts, each)]
    if not found:
        return ok("none but the declared ones", value=0)
    names = tuple(each.label for each in found)
    fix = f"select cron.unschedule({found[0].id}), or declare it under cron.jobs"
    return warning(f"not declared: {', '.join(names)}", fix, value=len(found), evidence=names)


def _is_foreign(config: Config, facts: JobFacts, job: Command) -> bool:
    if not (job.is_job and job.is_here and _is_about(config.queue.name, job)):
        return False
    is_known = job.name in config.cron.jobs or job.name in facts.recorded
    return not is_known or job.role != facts.role


def _is_about(queue: str, job: Command) -> bool:
    if job.name == queue or job.name.startswith(f"{queue}_"):
        return True
    return bool(re.search(rf"\b({re.escape(queue)}_|supaops\.)\w+\s*\(", job.command))
