"""Whose database it is, and whether it may act. Pure: facts in, a finding out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from supaops.checks.finding import Finding
from supaops.config.model import Config
from supaops.db.environment import Environment, GuardState
from supaops.status import Severity

BELONGS, ARMED = "config.environment", "config.armed"
_BY_ITSELF = "the next post that the worker accepts arms it"


def environment_checks(config: Config, facts: Environment | None) -> list[Finding]:
    """Return what there is to say of the environment and of the guard."""
    if facts is None:
        fix = f"supaops apply --env {config.environment}"
        return [Finding(BELONGS, Severity.UNKNOWN, "applied by an older supaops", fix)]
    return [belongs(config, facts), armed(config, facts)]


def environment_warnings(facts: Environment | None, environment: str) -> Iterator[str]:
    """Yield a sentence for another environment's database, and for one that is disarmed."""
    if facts is not None and facts.belongs_elsewhere(environment):
        yield f"this database belongs to {facts.name}, not to {environment}: apply refuses it"
    if facts is not None and facts.state is GuardState.DISARMED:
        yield f"this database is disarmed by the {facts.disarmed_by}: {facts.disarmed_reason}"


def belongs(config: Config, facts: Environment) -> Finding:
    """Judge whether the database is that of this environment."""
    wanted = config.environment
    if facts.belongs_elsewhere(wanted):
        fix = f"use the database of {wanted}; if this is a copy that is to become it: "
        fix += f"supaops arm --env {wanted} --rename"
        return Finding(BELONGS, Severity.CRITICAL, f"belongs to {facts.name}", fix)
    return Finding(BELONGS, Severity.OK, facts.name or "not named yet, the next apply does")


def armed(config: Config, facts: Environment) -> Finding:
    """Judge whether the database posts and runs its guarded jobs, and whether the worker helps."""
    if not config.clone_guard:
        return Finding(ARMED, Severity.OK, "not guarded: clone_guard is false")
    if facts.state is GuardState.DISARMED:
        return _disarmed(config, facts)
    if facts.unconfirmed_dispatch is not None:
        return _deaf_worker(facts)
    if facts.state is GuardState.UNCONFIRMED:
        observed = "unconfirmed: guarded cron jobs do not run; "
        observed += f"started or copied since it was last armed, {_when(facts.confirmed_at)}"
        fix = f"{_BY_ITSELF}; by hand: {_arm(config)}"
        return Finding(ARMED, Severity.WARNING, observed, fix)
    return Finding(ARMED, Severity.OK, f"armed since {_when(facts.confirmed_at)}")


def _disarmed(config: Config, facts: Environment) -> Finding:
    since = f"disarmed by the {facts.disarmed_by} since {_when(facts.disarmed_at)}"
    observed = f"{since}: {facts.disarmed_reason}"
    if facts.disarmed_by == "operator":
        return Finding(ARMED, Severity.WARNING, observed, _arm(config))
    fix = f"a copy stays so. Otherwise correct the worker's DATABASE_URL: {_BY_ITSELF}"
    return Finding(ARMED, Severity.CRITICAL, observed, fix)


def _deaf_worker(facts: Environment) -> Finding:
    observed = f"{facts.state}, but the worker accepted post {facts.unconfirmed_dispatch} without "
    observed += "confirming it: after a restart no guarded job runs"
    fix = "have the worker call job_queue_confirm for each post, or set clone_guard: false"
    return Finding(ARMED, Severity.WARNING, observed, fix)


def _arm(config: Config) -> str:
    return f"supaops arm --env {config.environment}"


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
