"""Which errors of the database a worker waits out, and which it takes for an answer."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from supaops.db.pool import classified
from supaops.errors import ConnectionFailed, DatabaseError

URL = "postgresql://postgres:pass-word@127.0.0.1:9/postgres"


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("server closed the connection"),
        psycopg.InterfaceError("the connection is closed"),
        psycopg.errors.AdminShutdown(),
        psycopg.errors.DeadlockDetected(),
        psycopg.errors.ReadOnlySqlTransaction(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_is_a_failed_connection(error: psycopg.Error) -> None:
    with pytest.raises(ConnectionFailed) as caught, classified(URL):
        raise error
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [psycopg.errors.UndefinedFunction(), psycopg.errors.InvalidTextRepresentation()],
    ids=lambda error: type(error).__name__,
)
def test_what_will_be_the_same_next_time_is_none(error: psycopg.Error) -> None:
    with pytest.raises(DatabaseError) as caught, classified(URL):
        raise error
    assert not isinstance(caught.value, ConnectionFailed)


@pytest.mark.anyio
async def test_an_error_does_not_hide_that_the_task_was_cancelled() -> None:
    async def call() -> None:
        with classified(URL):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise psycopg.OperationalError("sending cancel failed") from None

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
