"""Whose database it is, and whether it may act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from supaops.checks.check import check, critical, ok, unknown, warning
from supaops.checks.facts import environment_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.environment import Environment, GuardState

_BY_ITSELF = "the next post that the worker accepts arms it"


def environment_warnings(facts: Environment | None, environment: str) -> Iterator[str]:
    """Yield a sentence for another environment's database, and for one that is disarmed."""
    if facts is not None and facts.belongs_elsewhere(environment):
        yield f"this database belongs to {facts.name}, not to {environment}: apply refuses it"
    if facts is not None and facts.state is GuardState.DISARMED:
        yield f"this database is disarmed by the {facts.disarmed_by}: {facts.disarmed_reason}"


@check(
    "config.environment",
    reads=environment_facts,
    title="It is this environment's database",
    why="An apply to another environment's database would overwrite its secrets and schedules.",
)
def belongs(config: Config, facts: Environment | None) -> Verdict:
    """Judge whether the database is that of this environment."""
    if facts is None:
        return _of_an_older_version(config)
    wanted = config.environment
    if facts.belongs_elsewhere(wanted):
        fix = f"use the database of {wanted}; if this is a copy that is to become it: "
        fix += f"supaops arm --env {wanted} --rename"
        return critical(f"belongs to {facts.name}", fix)
    return ok(facts.name or "not named yet, the next apply does")


@check(
    "config.armed",
    reads=environment_facts,
    title="The database may act",
    why="A disarmed database posts nothing and runs no guarded job.",
)
def armed(config: Config, facts: Environment | None) -> Verdict:
    """Judge whether the database posts and runs its guarded jobs, and whether the worker helps."""
    if facts is None:
        return _of_an_older_version(config)
    if not config.clone_guard:
        return ok("not guarded: clone_guard is false")
    if facts.state is GuardState.DISARMED:
        return _disarmed(config, facts)
    if facts.unconfirmed_dispatch is not None:
        return _deaf_worker(facts)
    if facts.state is GuardState.UNCONFIRMED:
        observed = "unconfirmed: guarded cron jobs do not run; "
        observed += f"started or copied since it was last armed, {_when(facts.confirmed_at)}"
        fix = f"{_BY_ITSELF}; by hand: {_arm(config)}"
        return warning(observed, fix)
    return ok(f"armed since {_when(facts.confirmed_at)}")


def _of_an_older_version(config: Config) -> Verdict:
    fix = f"supaops apply --env {config.environment}"
    return unknown("applied by an older supaops", fix)


def _disarmed(config: Config, facts: Environment) -> Verdict:
    since = f"disarmed by the {facts.disarmed_by} since {_when(facts.disarmed_at)}"
    observed = f"{since}: {facts.disarmed_reason}"
    if facts.disarmed_by == "operator":
        return warning(observed, _arm(config), since=facts.disarmed_at)
    fix = f"a copy stays so. Otherwise correct the worker's DATABASE_URL: {_BY_ITSELF}"
    return critical(observed, fix, since=facts.disarmed_at)


def _deaf_worker(facts: Environment) -> Verdict:
    observed = f"{facts.state}, but the worker accepted post {facts.unconfirmed_dispatch} without "
    observed += "confirming it: after a restart no guarded job runs"
    fix = "have the worker call job_queue_confirm for each post, or set clone_guard: false"
    return warning(observed, fix)


def _arm(config: Config) -> str:
    return f"supaops arm --env {config.environment}"


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
