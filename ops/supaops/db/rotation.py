"""What a rotation reads and writes; see `supaops.apply.rotation`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import psycopg

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


def copy_of(name: str) -> str:
    """Return the name in Vault under which the old value of a secret is kept."""
    return f"{name} (before rotation)"


def begin(conn: Connection, name: str, digests: Iterable[str]) -> None:
    """Keep the old value, and have old and new both accepted from now on."""
    with translated(f"beginning to rotate {name}"), conn.transaction():
        conn.execute(query("rotation.keep_copy"), {"name": name, "copy": copy_of(name)})
        conn.execute(query("rotation.accept"), {"name": name, "digests": list(digests)})


def is_under_way(conn: Connection, name: str) -> bool:
    """Tell whether a rotation began whose new value has not proved itself yet."""
    with translated("looking for a rotation"):
        rows = conn.execute(query("rotation.copies"), {"copies": [copy_of(name)]}).fetchall()
    return bool(rows)


def finish(conn: Connection, name: str, digest: str, overlap: timedelta) -> None:
    """Retire every other value once `overlap` is over, and forget the old one."""
    with translated(f"retiring the old value of {name}"), conn.transaction():
        arguments = {"name": name, "kept": digest, "after": overlap}
        conn.execute(query("rotation.retire"), arguments)
        conn.execute(query("rotation.drop_copy"), {"copy": copy_of(name)})


def undo(conn: Connection, name: str, digest: str, before: Recorded | None) -> None:
    """Put the old value back, and forget the new one.

    Args:    before: what was recorded of the secret; the record goes back with it.
    """
    with translated(f"putting the old value of {name} back"), conn.transaction():
        conn.execute(query("rotation.restore_copy"), {"name": name, "copy": copy_of(name)})
        conn.execute(query("rotation.drop_copy"), {"copy": copy_of(name)})
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


async def known_values(pool: Pool, name: str) -> KnownValues:
    """Read which values of a secret were rotated in or out.

    An installation from before there were rotations has none.

    Raises: ConnectionFailed when trying again may help, DatabaseError when it will not.
    """
    async with pool.statements() as connection:
        try:
            cursor = await connection.execute(query("rotation.known"), {"name": name})
            rows = await cursor.fetchall()
        except psycopg.errors.UndefinedTable:
            return KnownValues()
    digests = [(row["digest"], row["is_retired"]) for row in rows if row["digest"]]
    return KnownValues(
        salt=bytes(rows[0]["salt"]) if rows else b"",
        good=frozenset(digest for digest, is_retired in digests if not is_retired),
        retired=frozenset(digest for digest, is_retired in digests if is_retired),
    )
