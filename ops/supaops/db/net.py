"""What the stand-in for pg_net's worker reads and writes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from supaops.db.connect import AsyncConnection
from supaops.db.queries import query
from supaops.db.session import open_session, server_errors, wait_for_notification

APPLICATION_NAME = "pg_net 0.20.4"


@dataclass(frozen=True, slots=True)
class NetRequest:
    """A row of net.http_request_queue; what may hold secrets is not in its repr."""

    id: int
    method: str
    url: str = field(repr=False)
    timeout_milliseconds: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class NetResponse:
    """A row of net._http_response."""

    id: int
    status_code: int | None = None
    content_type: str | None = None
    headers: dict[str, str] | None = field(default=None, repr=False)
    content: str | None = field(default=None, repr=False)
    timed_out: bool = False
    error_msg: str | None = None


class NetStore:
    """The worker's own session."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, admin_url: str) -> NetStore:
        """Connect, wait until no other worker holds the lock, and listen for wake-ups.

        Raises: DatabaseError.
        """
        connection = await open_session(admin_url, application_name=APPLICATION_NAME)
        with server_errors():
            await connection.execute(query("net.lock"))
            await connection.execute(query("net.listen"))
        return cls(connection)

    async def close(self) -> None:
        """End the session, which frees the lock."""
        await self._connection.close()

    async def wait(self, timeout_s: float | None) -> str | None:
        """Return `wake` or `restart` when one comes, None when neither came in time."""
        return await wait_for_notification(self._connection, timeout_s)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what is done inside, or nothing of it."""
        with server_errors():
            async with self._connection.transaction():
                yield

    async def delete_expired(self) -> int:
        """Delete a batch of responses that are older than pg_net.ttl; return how many."""
        cursor = await self._connection.execute(query("net.settings"))
        (settings,) = await cursor.fetchall()
        cursor = await self._connection.execute(query("net.delete_expired"), settings)
        return cursor.rowcount

    async def take_requests(self) -> list[NetRequest]:
        """Delete the oldest batch of requests and return it."""
        cursor = await self._connection.execute(query("net.settings"))
        (settings,) = await cursor.fetchall()
        cursor = await self._connection.execute(query("net.take_requests"), settings)
        rows = await cursor.fetchall()
        return [
            NetRequest(**{**row, "headers": tuple((name, text) for name, text in row["headers"])})
            for row in rows
        ]

    async def insert_responses(self, responses: list[NetResponse]) -> None:
        """Store the answers to a batch."""
        async with self._connection.cursor() as cursor:
            await cursor.executemany(query("net.insert_response"), [_row(r) for r in responses])


def _row(response: NetResponse) -> dict[str, object]:
    return {
        "id": response.id,
        "status_code": response.status_code,
        "content_type": response.content_type,
        "headers": None if response.headers is None else json.dumps(response.headers),
        "content": response.content,
        "timed_out": response.timed_out,
        "error_msg": response.error_msg,
    }
