"""A queue whose task types and queues have limits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from supaops.config.model import Config
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.render.resource import Resource
from supaops.render.resources import resources
from tests.db.conftest import CONFIG, install
from tests.db.limits.rig import OF_TYPE, RATES, SLOTS
from tests.projects import RESET


@cache
def with_limits() -> tuple[Resource, ...]:
    """Return what an apply of the tests' config would create if it had limits."""
    data = CONFIG.model_dump(by_alias=True)
    data["queue"]["limits"] = {
        **{name: {"concurrency": slots} for name, slots in SLOTS.items()},
        **{name: {"rate": rate} for name, rate in RATES.items()},
    }
    for name, slots in OF_TYPE.items():
        data["queue"]["task_types"][name]["concurrency"] = slots
    return resources(Config.model_validate(data))


@pytest.fixture(scope="module")
def installed(stack: Stack) -> Iterator[Stack]:
    """Return a stack with this module's queue in it."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, with_limits())
    yield stack
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)


@pytest.fixture(autouse=True)
def as_declared(queue: Connection) -> Iterator[None]:
    """Undo what a test has written to the limits."""
    before = queue.execute("select id, concurrency from supaops.limit").fetchall()
    queue.execute("select setval(arrival, 1) from supaops.limit")
    yield
    for row in before:
        queue.execute(
            "update supaops.limit set concurrency = %s where id = %s",
            [row["concurrency"], row["id"]],
        )
