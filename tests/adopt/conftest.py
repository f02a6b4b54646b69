"""A database in which a team made everything by hand, and a project that is to take it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from supaops.adopt import Choices, Discovery, Imported, Wanted, What, carry_out, discover
from supaops.adopt.obstacles import Obstacle
from supaops.apply import provenance
from supaops.config import Config
from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.plan import Desired
from supaops.render import Resource, resources
from tests.projects import Project, overlay_file

# As teams have it who followed the playbook: an enum, few columns, functions of their own.
BY_HAND = """
create type public.job_status as enum ('pending', 'running', 'succeeded', 'failed', 'cancelled');
create table public.job_queue (
  id serial primary key,
  task_type varchar(60) not null,
  payload json not null default '{}',
  status public.job_status not null default 'pending',
  run_at timestamptz not null default now(),
  attempts int not null default 0,
  max_attempts int not null default 3,
  last_error text,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  tenant text default 'acme'
);
create index job_queue_pending_idx on public.job_queue (run_at) where status = 'pending';
alter table public.job_queue add constraint job_queue_attempts_check check (attempts >= 0);
create table public.receipt (job_id integer references public.job_queue (id) on delete cascade);
alter table public.job_queue enable row level security;
create policy tenants on public.job_queue for select using (tenant = current_user);
create function public.job_queue_enqueue(task text, payload jsonb default '{}') returns integer
language sql as $$
  insert into public.job_queue (task_type, payload) values ($1, $2::json) returning id $$;
create function public.job_queue_cleanup(older_than interval) returns bigint
language sql as $$ select 0::bigint $$;
"""
ROWS = """
insert into public.job_queue
  (task_type, status, run_at, attempts, last_error, completed_at, payload)
values
  ('game_platform_sync', 'pending', '2026-01-02 00:00+00', 0, null, null, '{"dryRun": true}'),
  ('game_platform_sync', 'pending', '2026-01-01 00:00+00', 1, 'upstream', null, '{}'),
  ('game_platform_sync', 'succeeded', '2026-01-01 00:00+00', 1, null, '2026-01-01 00:01+00', '{}'),
  ('game_platform_sync', 'failed', '2026-01-01 00:00+00', 3, null, null, '{}'),
  ('forgotten', 'cancelled', '2026-01-01 00:00+00', 0, null, '2026-01-01 00:01+00', '{}');
insert into public.receipt values (1), (3);
"""


@cache
def rendered(config: str) -> tuple[Resource, ...]:
    """Return the resources of a config, as JSON."""
    return resources(Config.model_validate_json(config, by_alias=True))


@dataclass(frozen=True, slots=True)
class Import:
    """Imports into one project from one database."""

    project: Project
    conn: Connection

    def wanted(
        self,
        what: What,
        *names: str,
        statuses: Mapping[str, str] | None = None,
        rekey: bool = False,
        base: bool = False,
    ) -> Wanted:
        path = self.project.config_path
        file = path if base else overlay_file(self.project.folder)
        return Wanted(what, names, Choices(statuses or {}, rekey), path, file)

    @property
    def desired(self) -> Desired:
        """Return what the project declares; rendered once, since most tests change no YAML."""
        config = self.project.config
        return Desired(config, rendered(config.model_dump_json()), self.project.resolved.secrets)

    def discover(self, wanted: Wanted) -> Discovery:
        return discover(self.conn, self.desired, wanted)

    def carry_out(self, wanted: Wanted, shown: Discovery | None = None) -> Imported:
        return carry_out(
            self.conn,
            self.desired,
            wanted,
            shown or self.discover(wanted),
            provenance(self.project.folder),
            lock_wait=timedelta(seconds=5),
        )

    def table(self, **choices: object) -> Imported:
        """Import the table."""
        statuses, rekey = choices.get("statuses"), bool(choices.get("rekey"))
        assert isinstance(statuses, Mapping | None)
        return self.carry_out(self.wanted(What.TABLE, statuses=statuses, rekey=rekey))

    def obstacles(self, **choices: object) -> list[Obstacle]:
        """Return the obstacles to an import of the table."""
        statuses, rekey = choices.get("statuses"), bool(choices.get("rekey"))
        assert isinstance(statuses, Mapping | None)
        found = self.discover(self.wanted(What.TABLE, statuses=statuses, rekey=rekey))
        return list(found.table.obstacles) if found.table else []

    def reasons(self, **choices: object) -> list[str]:
        """Return what is said against it."""
        return [each.reason for each in self.obstacles(**choices)]


@pytest.fixture
def project(tmp_path: Path, stack: Stack) -> Project:
    return Project.make(tmp_path, stack)


@pytest.fixture
def by_hand(project: Project, db: Connection) -> Import:
    """Return imports from a database with a table, its rows, and functions of the team's own."""
    db.execute(BY_HAND.encode() + ROWS.encode())
    return Import(project, db)


@pytest.fixture
def empty(project: Project, db: Connection) -> Import:
    """Return imports from a database that holds nothing yet."""
    return Import(project, db)
