"""Fixtures that need a database: one private local stack per test process."""

from __future__ import annotations

import gc
import logging
import os
import shutil
from collections.abc import Generator, Iterable, Iterator
from itertools import count
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.errors import LocalStackError
from supaops.local import Stack, down, process, up
from tests.logins import lighten
from tests.projects import reset
from tests.remembering import remember
from tests.servers.unavailable import require
from tests.servers.variables import (
    ADMIN_DSN_VARIABLE,
    API_URL_VARIABLE,
    DSN_VARIABLE,
    JWT_SECRET_VARIABLE,
)

pytest_plugins = ["tests.pooler", "tests.faults.summary", "tests.servers.lending"]

# A process takes a file at a time. One that waits and one that computes take turns, so that the
# cores have work at any time; short ones come last, so that none is left alone with a long one.
_WAITING = ("jobs", "chaos", "newcomer", "watch", "verbs", "faults")
_COMPUTING = (
    "apply",
    "docs",
    "local",
    "web",
    "benchmarks",
    "migration",
    "adopt",
    "cli",
    "worker",
    "db",
    "upgrade",
)

REAL_EXTENSIONS = """
select e.extname from pg_catalog.pg_extension as e
 where coalesce(obj_description(e.oid, 'pg_extension'), '') not like 'supaops stand-in %'
"""


def pytest_configure() -> None:
    remember()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among the tests: a million objects, which all stay to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order files by how long they take, roughly, and leave the order within each."""
    items.sort(key=_length)
    turns = _turns(dict.fromkeys((item.path, _room(item)) for item in items))
    items.sort(key=lambda item: turns[item.path])


def _length(item: pytest.Item) -> int:
    rooms = (*_WAITING, *_COMPUTING)
    return rooms.index(_room(item)) if _room(item) in rooms else len(rooms)


def _turns(files: Iterable[tuple[Path, str]]) -> dict[Path, tuple[int, bool]]:
    """Return the turn of each file: its number among its kind; one that waits goes first."""
    numbers = {True: count(), False: count()}
    return {path: (next(numbers[room in _WAITING]), room not in _WAITING) for path, room in files}


def _room(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath / "tests").parts[0]


@pytest.fixture(autouse=True)
def no_log_of_an_earlier_command() -> Iterator[None]:
    """Forget where a command has logged to: its stream is closed when its test is over."""
    yield
    root = logging.getLogger()
    # Its own kind, and not those of pytest, which are derived from it.
    kept = [each for each in root.handlers if type(each) is not logging.StreamHandler]
    if kept != root.handlers:
        root.handlers[:] = kept
        root.setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> Iterator[Stack]:
    """Return a running stack: a new one, or what SUPAOPS_TEST_DSN or SUPAOPS_TEST_SERVER names."""
    require(pytestconfig)
    if dsn := os.environ.get(DSN_VARIABLE):
        yield _existing_stack(dsn)
        return
    home = pytestconfig.rootpath / ".supaops" / "tests"
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        _remove_leftovers(home)
    root = home / str(os.getpid())
    root.mkdir(parents=True)
    try:
        yield _new_stack(root)
    finally:
        down(root, purge=True)
        shutil.rmtree(root)


@pytest.fixture
def db(stack: Stack) -> Iterator[Connection]:
    """Return a connection as role postgres to a database that holds nothing of supaops."""
    with connect(stack.url, application_name="pytest") as connection:
        reset(connection)
        yield connection


def _new_stack(root: Path) -> Stack:
    try:
        started = up(root, durable=False)
    except LocalStackError as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"{error} ({error.hint})")
    lighten(started)
    return started


def _existing_stack(dsn: str) -> Stack:
    with connect(dsn, application_name="pytest") as connection:
        version = connection.info.server_version
        rows = connection.execute(REAL_EXTENSIONS).fetchall()
    return Stack(
        url=dsn,
        admin_url=os.environ.get(ADMIN_DSN_VARIABLE, dsn),
        environment={
            "DATABASE_URL": dsn,
            "JOB_QUEUE_WORKER_ENDPOINT": "http://127.0.0.1:8787/api/jobs/run",
            "JOB_QUEUE_RUNNER_SECRET": "secret-of-the-test-run",
            **_existing_api(),
        },
        pg_bin=Path(),
        server_version=f"{version // 10000}.{version % 10000}",
        native=frozenset(
            {"pg_cron", "pg_net", "supabase_vault"} & {row["extname"] for row in rows}
        ),
        api_url=os.environ.get(API_URL_VARIABLE, ""),
        jwt_secret=os.environ.get(JWT_SECRET_VARIABLE, ""),
    )


def _existing_api() -> dict[str, str]:
    """Return what the stack would lend of its Data API."""
    return {
        f"SUPABASE_{name}": os.environ.get(f"SUPAOPS_TEST_API_{name}", "")
        for name in ("URL", "ANON_KEY", "SERVICE_ROLE_KEY")
    }


def _remove_leftovers(home: Path) -> None:
    """Take down the stacks of test runs that were killed."""
    for root in home.glob("[0-9]*"):
        if not process.command(int(root.name)):
            down(root, purge=True)
            shutil.rmtree(root, ignore_errors=True)
