"""Run every check against one environment."""

from __future__ import annotations

from supaops.checks.chain import CHAIN_CHECKS, active_jobs, drift
from supaops.checks.environment import environment_checks
from supaops.checks.finding import Finding
from supaops.db.connect import Connection
from supaops.db.environment import read_environment
from supaops.db.health import read_chain
from supaops.plan import Desired, read_plan
from supaops.status import Severity


def run_checks(conn: Connection, desired: Desired) -> list[Finding]:
    """Return one finding per check, in the order of the chain; changes nothing.

    Raises: MissingExtension or DatabaseError when the database cannot answer at all.
    """
    plan = read_plan(conn, desired)
    findings = [drift(plan)]
    if not plan.of_record:
        fix = f"supaops apply --env {plan.environment}"
        return [*findings, Finding("config.applied", Severity.CRITICAL, "never applied", fix)]
    findings += environment_checks(desired.config, read_environment(conn))
    facts = read_chain(conn, active_jobs(desired.config))
    return findings + [check(desired.config, facts) for check in CHAIN_CHECKS]
