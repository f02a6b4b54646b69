"""Connections for handlers, and what they may do to the queue in a transaction of theirs."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from supaops.db.connect import AsyncConnection
from supaops.db.pool import Pool
from supaops.db.queries import query
from supaops.db.work import Job, NewJob


class JobConnections:
    """Open connections of a pool; call it for one.

    Args:
        schema: where the queue's functions live.
        name: their prefix, as `queue.name` in the YAML.
    """

    def __init__(self, pool: Pool, *, schema: str = "public", name: str = "job_queue") -> None:
        self._pool = pool
        self._schema = schema
        self._name = name

    def __call__(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection; see `Pool.connection`."""
        return self._pool.connection()

    async def add(self, connection: AsyncConnection, new: NewJob) -> int:
        """Add a job in the connection's transaction and return its id.

        Raises: psycopg's errors, as the handler's own statements do.
        """
        given = {name: value for name, value in new._asdict().items() if value is not None}
        if "payload" in given:
            given["payload"] = json.dumps(given["payload"])
        arguments = SQL(", ").join(map(_named, given))
        statement = SQL(query("effects.add")).format(
            function=self._function("enqueue"), arguments=arguments
        )
        [row] = await (await connection.execute(statement, given, binary=True)).fetchall()
        return int(row["id"])

    async def succeed(self, connection: AsyncConnection, job: Job, result: str | None) -> bool:
        """Complete a job in the connection's transaction; false when its lease is lost.

        Args:    result: JSON text, or None for nothing.
        Raises:  psycopg's errors, as the handler's own statements do.
        """
        statement = SQL(query("effects.succeed")).format(function=self._function("mark_succeeded"))
        arguments = {"job_id": job.id, "lease_id": job.lease_id, "result": result}
        [row] = await (await connection.execute(statement, arguments, binary=True)).fetchall()
        return bool(row["accepted"])

    def _function(self, verb: str) -> Identifier:
        return Identifier(self._schema, f"{self._name}_{verb}")


def _named(argument: str) -> Composed:
    return SQL("{} => {}").format(Identifier(argument), Placeholder(argument))
