"""A project folder with a config of its own, and what the rooms make of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from supaops.apply import Applied, Options, apply_plan, provenance
from supaops.config import Config, Resolved, load, resolve
from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.plan import Desired, Plan, read_plan
from supaops.render import resources

ROOT = Path(__file__).parents[1]
ENVIRONMENT = "test"

# Nothing ticks by itself while a test looks.
QUIET_CRON = """
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {active: false}
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with ``ops/config`` whose environment `test` is the base file and one overlay.

    Attributes:
        stack: None for a project that needs no database.
    """

    folder: Path
    stack: Stack | None
    environ: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def make(cls, folder: Path, stack: Stack | None, overlay: str = QUIET_CRON) -> Project:
        """Copy the repository's base file and write `overlay` beside it."""
        lent = stack.environment if stack else {}
        project = cls(folder, stack, {**os.environ, **lent, "SUPAOPS_ENV": ENVIRONMENT})
        project.overlay_path.parent.mkdir(parents=True)
        shutil.copy(ROOT / "ops" / "config" / "job_queue.yaml", project.config_path)
        project.write_overlay(overlay)
        return project

    @property
    def config_path(self) -> Path:
        return self.folder / "ops" / "config" / "job_queue.yaml"

    @property
    def overlay_path(self) -> Path:
        return self.config_path.parent / "environments" / f"{ENVIRONMENT}.yaml"

    def write_overlay(self, overlay: str) -> None:
        self.overlay_path.write_text(overlay, encoding="utf-8")

    @property
    def config(self) -> Config:
        return load(self.config_path, ENVIRONMENT)

    @property
    def resolved(self) -> Resolved:
        return resolve(self.config, self.environ)

    @property
    def desired(self) -> Desired:
        config = self.config
        return Desired(config, resources(config), resolve(config, self.environ).secrets)

    def plan(self, conn: Connection) -> Plan:
        return read_plan(conn, self.desired)

    def apply(self, conn: Connection, options: Options | None = None) -> Applied:
        desired = self.desired
        plan = read_plan(conn, desired)
        origin = provenance(self.folder)
        return apply_plan(conn, desired, plan, origin, options or Options())
