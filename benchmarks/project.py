"""The projects that are measured, declared and applied; secrets made up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from supaops.apply import Applied, apply_plan, provenance
from supaops.config import load, resolve
from supaops.db.connect import Connection
from supaops.plan import Desired, read_plan
from supaops.render import resources

REPOSITORY = Path(__file__).resolve().parents[1]
SHIPPED = REPOSITORY / "ops" / "config" / "job_queue.yaml"
MEASURED = REPOSITORY / "benchmarks" / "config" / "job_queue.yaml"
RESET = (REPOSITORY / "tests" / "reset.sql").read_bytes()
VARIABLES = {
    "JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:9/api/jobs/run",  # nobody is called
    "JOB_QUEUE_RUNNER_SECRET": secrets.token_urlsafe(32),
}


def declared(
    path: Path, environment: str = "local", variables: Mapping[str, str] = VARIABLES
) -> Desired:
    """Return what an environment of a YAML file should hold."""
    config = load(path, environment)
    return Desired(config, resources(config), resolve(config, variables).secrets)


def apply(db: Connection, desired: Desired) -> Applied:
    """Plan and apply."""
    return apply_plan(db, desired, read_plan(db, desired), provenance(REPOSITORY))
