"""What a rotation reads and writes; see `supaops.apply.rotation`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from supaops.config.names import former
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.live import Recorded
from supaops.db.pool import Pool
from supaops.db.queries import query
from supaops.db.record import restore_record


@dataclass(frozen=True, slots=True)
class Answer:
    """What the worker said to a call; without a status nobody answered."""

    status_code: int | None
    error: str | None


def begin(conn: Connection, name: str, digests: Iterable[str]) -> None:
    """Keep the old value, and have old and new both accepted from now on.

    A copy that is there is of a rotation under way, whose old value it holds, or of one that has
    ended, and of no more use.
    """
    is_resumed = is_under_way(conn, name)
    with translated(f"beginning to rotate {name}"), conn.transaction():
        if not is_resumed:
            conn.execute(query("rotation.drop_copy"), {"copy": former(name)})
        conn.execute(query("rotation.keep_copy"), {"name": name, "copy": former(name)})
        conn.execute(query("rotation.accept"), {"name": name, "digests": list(digests)})


def is_under_way(conn: Connection, name: str) -> bool:
    """Tell whether a rotation began whose new value has not proved itself yet."""
    with translated("looking for a rotation"):
        arguments = {"name": name, "copy": former(name)}
        row = conn.execute(query("rotation.under_way"), arguments).fetchone()
    return bool(row and row["is_under_way"])


def former_lasts_until(conn: Connection, name: str) -> datetime | None:
    """Return until when posts are signed with a value before the present one; None if none is."""
    with translated("looking for a rotation"):
        arguments = {"name": name, "copy": former(name)}
        row = conn.execute(query("rotation.former_until"), arguments).fetchone()
    return row["until"] if row else None


def finish(
    conn: Connection, name: str, digest: str, overlap: timedelta, *, keeps_former: bool
) -> None:
    """Retire every other value once `overlap` is over, and forget the old one.

    Args:    keeps_former: whether it stays in Vault until then, to sign posts with.
    """
    with translated(f"retiring the old value of {name}"), conn.transaction():
        arguments = {"name": name, "kept": digest, "after": overlap}
        conn.execute(query("rotation.retire"), arguments)
        if not keeps_former:
            conn.execute(query("rotation.drop_copy"), {"copy": former(name)})


def undo(conn: Connection, name: str, digest: str, before: Recorded | None) -> None:
    """Put the old value back, and forget the new one.

    Args:    before: what was recorded of the secret; the record goes back with it.
    """
    with translated(f"putting the old value of {name} back"), conn.transaction():
        conn.execute(query("rotation.restore_copy"), {"name": name, "copy": former(name)})
        conn.execute(query("rotation.drop_copy"), {"copy": former(name)})
        conn.execute(query("rotation.withdraw"), {"name": name, "digest": digest})
        if before:
            restore_record(conn, before)


def call_worker(conn: Connection) -> int:
    """Have pg_net call the worker as a tick does; return the request's number."""
    with translated("calling the worker"):
        row = conn.execute(query("rotation.call")).fetchone()
    return int(row["request_id"]) if row else 0


def answer(conn: Connection, request_id: int) -> Answer | None:
    """Return the answer to a call, or None as long as there is none."""
    with translated("waiting for the worker's answer"):
        row = conn.execute(query("rotation.answer"), {"request_id": request_id}).fetchone()
    return Answer(**row) if row else None


@dataclass(frozen=True, slots=True)
class KnownValues:
    """The values of one secret that were rotated in or out, as digests."""

    salt: bytes = b""
    good: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()

    def digest(self, name: str, value: bytes) -> str:
        """Return the digest of a value, as `supaops.secret_value` holds it."""
        return hashlib.sha256(self.salt + name.encode() + b":" + value).hexdigest()


def known_from_rows(rows: Iterable[Mapping[str, Any]]) -> KnownValues:
    """Return what the rows of `job_queue_known_secrets` say, whatever carried them."""
    told = [(bytes.fromhex(row["salt"]), row["digest"], row["is_retired"]) for row in rows]
    return KnownValues(
        salt=told[0][0] if told else b"",
        good=frozenset(digest for _, digest, is_retired in told if not is_retired),
        retired=frozenset(digest for _, digest, is_retired in told if is_retired),
    )


async def known_values(
    pool: Pool, secret: str, *, schema: str = "public", name: str = "job_queue"
) -> KnownValues:
    """Read which values of a secret were rotated in or out.

    An installation from before there was the function has none.

    Args:
        schema: where the queue's functions live.
        name: their prefix.
    Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
    """
    function = Identifier(schema, f"{name}_known_secrets")
    statement = SQL(query("rotation.known")).format(function=function)
    async with pool.statements() as connection:
        try:
            cursor = await connection.execute(statement, {"secret": secret})
            return known_from_rows(await cursor.fetchall())
        except psycopg.errors.UndefinedFunction:
            return KnownValues()
