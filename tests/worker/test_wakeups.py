"""New jobs wake a worker over a connection of its own, where that carries notifications."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from supaops.db import wakeups as module
from supaops.db.connect import Connection
from supaops.db.pool import Pool
from supaops.db.wakeups import Wakeups
from supaops.local import Stack
from tests.worker.queue_rows import until

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

CHANNEL = "job_queue"
LISTENS = "from pg_stat_activity where application_name = 'supaops worker (wakeups)'"


@dataclass
class Listener:
    """Counts what it hears; `task` ends when nothing will ever come."""

    heard: int = 0
    task: asyncio.Task[None] = field(init=False)

    def hear(self) -> None:
        self.heard += 1


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Listener]:
    patience = timedelta(seconds=10)
    async with Pool(url, size=1, application_name="pytest", patience=patience) as pool:
        listener = Listener()
        wakeups = Wakeups(url, pool, channel=CHANNEL, heard=listener.hear)
        listener.task = asyncio.create_task(wakeups.follow())
        try:
            yield listener
        finally:
            listener.task.cancel()
            await asyncio.gather(listener.task, return_exceptions=True)


def notify(db: Connection, payload: str = "") -> None:
    db.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


async def test_each_notification_is_heard_and_the_beginning_counts_as_one(
    stack: Stack, db: Connection
) -> None:
    async with listening(stack.url) as listener:
        await until(lambda: listener.heard == 1)
        notify(db)
        await until(lambda: listener.heard == 2)


async def test_a_worker_that_proves_its_connection_wakes_nobody(
    stack: Stack, db: Connection
) -> None:
    async with listening(stack.url) as first:
        await until(lambda: first.heard == 1)
        async with listening(stack.url) as second:
            await until(lambda: second.heard == 1)
        notify(db)
        await until(lambda: first.heard == 2)


async def test_a_connection_that_was_cut_is_opened_again(
    stack: Stack, db: Connection, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE_S", 0.05)
    async with listening(stack.url) as listener:
        await until(lambda: listener.heard == 1)
        db.execute(f"select pg_terminate_backend(pid) {LISTENS}")
        await until(lambda: listener.heard == 2)
        notify(db)
        await until(lambda: listener.heard == 3)
    assert caplog.text.count("not listening for new jobs") == 1
    assert "password" not in caplog.text


async def test_through_a_transaction_pooler_it_gives_up(
    pooler: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(module, "PROOF_S", 0.3)
    monkeypatch.setattr(module, "uses_pooler", lambda _url: False)
    async with listening(pooler) as listener:
        await until(listener.task.done)
        assert listener.heard == 0
    assert "no notification comes through this connection" in caplog.text


async def test_supabases_pooler_is_not_even_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with listening("postgresql://u:p@nowhere.invalid:6543/postgres") as listener:
        await until(listener.task.done)
    assert "no notification comes" in caplog.text
