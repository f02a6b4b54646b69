"""A database with the whole queue in it, installed from the templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby

import pytest

from supaops.config.model import Config
from supaops.config.worker import Worker
from supaops.db.connect import Connection, connect
from supaops.db.write import create_together, put
from supaops.local import Stack
from supaops.plan import ROW_KINDS
from supaops.render.resource import Resource
from supaops.render.resources import resources
from tests.projects import RESET

TASK_TYPES = {
    "game_platform_sync": {
        "payload": {
            "type": "object",
            "properties": {"dryRun": {"type": "boolean"}},
            "additionalProperties": False,
        }
    },
    "plain": {"max_attempts": 3},
    "report": {"queue": "reports", "timeout": "10m"},
    "patient": {"retry": {"base": "2m", "jitter": 0}},
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

# `delete` rather than `truncate`, which makes new files for every table: ten times as long.
EMPTY = b"""
delete from public.job_queue;
delete from supaops.lease;
delete from supaops.worker;
delete from supaops.tally;
delete from supaops.pause;
delete from supaops.audit;
delete from supaops.dispatch;
delete from supaops.sample;
delete from supaops.finished;
delete from supaops.maintenance;
insert into supaops.maintenance default values;
update supaops.environment set
  name = null, probe_at = null, disarmed_at = null, disarmed_by = null, disarmed_reason = null,
  confirmed_identity = supaops.identity(), confirmed_at = clock_timestamp();
delete from supaops.cleanup;
insert into supaops.cleanup default values;
delete from vault.secrets;
select setval(pg_get_serial_sequence('public.job_queue', 'id'), 1, false);
select setval(due, 1)
from (values ('supaops.survey_due'::regclass), ('supaops.look_back_due'::regclass),
             ('supaops.wake_due'::regclass)) x (due);
"""


@cache
def rendered() -> tuple[Resource, ...]:
    """Return everything that an apply of the tests' config would create."""
    return resources(CONFIG)


def install(connection: Connection, found: tuple[Resource, ...] | None = None) -> None:
    """Install the queue, or these resources, in one transaction, as an apply does."""
    with connection.transaction():
        connection.execute("set local check_function_bodies = off")
        for is_text, group in groupby(found or rendered(), lambda each: each.kind not in ROW_KINDS):
            if is_text:
                create_together(connection, list(group))
            else:
                for resource in group:
                    put(connection, resource, None, {})


def dispatching(**worker: object) -> Config:
    """Return the tests' config with other keys in the section `worker`."""
    changed = Worker.model_validate({**CONFIG.worker.model_dump(), **worker})
    return CONFIG.model_copy(update={"worker": changed})


# Whoever waits for a lock for so long would wait for ever.
PATIENCE = "set lock_timeout = '10s'"


@pytest.fixture(scope="module")
def installed(stack: Stack) -> Stack:
    """Return a stack with this folder's queue in it, whatever ran on it before."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection)
    return stack


@pytest.fixture
def queue(installed: Stack) -> Iterator[Connection]:
    """Return a connection as role postgres to an installed and empty queue."""
    with connect(installed.url, application_name="pytest") as connection:
        connection.execute(PATIENCE)
        connection.execute(EMPTY)
        yield connection


@pytest.fixture
def another(stack: Stack) -> Iterator[Callable[[], Connection]]:
    """Return a function that opens one more connection as role postgres; all close at the end."""
    opened: list[Connection] = []

    def open_one() -> Connection:
        connection = connect(stack.url, application_name="pytest another")
        opened.append(connection)
        connection.execute(PATIENCE)
        return connection

    yield open_one
    for connection in opened:
        connection.close()
