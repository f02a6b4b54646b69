"""A database with the whole queue in it, installed from the templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from supaops.config.model import Config
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.context import template_context
from supaops.render.environment import render_sql, template_root

ROOMS = ("schema", "functions/supaops", "functions/public", "views", "triggers")

TASK_TYPES = {
    "game_platform_sync": {
        "payload": {
            "type": "object",
            "properties": {"dryRun": {"type": "boolean"}},
            "additionalProperties": False,
        }
    },
    "supaops_smoke": {"max_attempts": 1},
    "plain": {"max_attempts": 3},
    "report": {"queue": "reports", "timeout": "10m"},
}

CONFIG = Config.model_validate(
    {
        "version": 1,
        "database": {"url": "local"},
        "queue": {
            "lease": "5m",
            "retry": {"base": "10s", "factor": 2, "max": "1h", "jitter": 0.2},
            "retention": {"succeeded": "14d", "cancelled": "7d", "failed": None},
            "task_types": TASK_TYPES,
        },
        "worker": {
            "endpoint": "job_queue_worker_endpoint",
            "secret": "job_queue_runner_secret",
            "batch_limit": 10,
            "timeout": "5s",
        },
    }
)

GRANTS = """
do $$
declare
  target text;
begin
  for target in
    select format('%s %s', case c.relkind when 'v' then 'table' else 'table' end, c.oid::regclass)
    from pg_catalog.pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname like 'job_queue%' and c.relkind in ('r', 'v')
    union all
    select format('function %s', p.oid::regprocedure) from pg_catalog.pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname like 'job_queue%'
  loop
    execute format('revoke all on %s from public, anon, authenticated', target);
    execute format('grant all on %s to service_role', target);
  end loop;
  for target in
    select p.oid::regprocedure from pg_catalog.pg_proc p
    where p.pronamespace = 'supaops'::regnamespace
  loop
    execute format('revoke all on function %s from public', target);
  end loop;
end
$$
"""

EMPTY = """
truncate public.job_queue restart identity;
truncate supaops.dispatch, supaops.audit, supaops.pause, supaops.lease restart identity;
delete from vault.secrets;
"""


@cache
def installation_sql() -> tuple[str, ...]:
    """Return the rendered text of every template, in the order of an apply."""
    context = template_context(CONFIG)
    root = template_root() / "sql"
    return tuple(
        render_sql(path.relative_to(root).as_posix(), context)
        for room in ROOMS
        for path in sorted((root / room).glob("*.j2"))
    )


def install(connection: Connection) -> None:
    """Install the queue in one transaction, as an apply does."""
    with connection.transaction():
        connection.execute("set local check_function_bodies = off")
        for text in installation_sql():
            connection.execute(text.encode())
        for name, task in CONFIG.queue.task_types.items():
            connection.execute(
                "insert into supaops.task_type (name, queue, max_attempts, timeout, payload_schema)"
                " values (%s, %s, %s, %s, %s::jsonb)",
                (name, task.queue, task.max_attempts, task.timeout, as_json(task.payload)),
            )
        connection.execute(GRANTS.encode())


def as_json(value: object) -> str | None:
    """Return a value as JSON text, null as null."""
    import json

    return None if value is None else json.dumps(value)


@pytest.fixture
def queue(stack: Stack) -> Iterator[Connection]:
    """Return a connection as role postgres to an installed and empty queue."""
    with connect(stack.url, application_name="pytest") as connection:
        row = connection.execute(
            "select to_regclass('supaops.task_type') is null as absent"
        ).fetchone()
        if row and row["absent"]:
            install(connection)
        connection.execute(EMPTY.encode())
        yield connection


@pytest.fixture
def another(stack: Stack, queue: Connection) -> Iterator[Callable[[], Connection]]:
    """Return a function that opens one more connection to the queue; all close at the end."""
    opened: list[Connection] = []

    def open_one() -> Connection:
        opened.append(connect(stack.url, application_name="pytest another"))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()
