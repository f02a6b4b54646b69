"""One apply at a time per database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import psycopg

from supaops.db.connect import Connection
from supaops.db.queries import query
from supaops.errors import LockHeld

# Any two constants would do; these spell "supa" and "ops\0" in ASCII.
APPLY_LOCK = {"class": 0x73757061, "object": 0x6F707300}
"""The parameters of the queries that take the apply lock, or tell who holds it."""


def take_apply_lock(conn: Connection, *, wait: timedelta, statement_timeout: timedelta) -> None:
    """Take the apply lock for the rest of the transaction, and set the session's guards.

    The settings are transaction-local too: a pooler may hand the session to somebody else next.

    Raises: LockHeld when another apply still holds it after `wait`, naming that session. The
        transaction is then aborted.
    """
    # Each statement must see what the apply before us committed while we waited.
    conn.execute("set transaction isolation level read committed")
    settings = {
        "lock_timeout": milliseconds(wait),
        "statement_timeout": milliseconds(statement_timeout),
    }
    conn.execute(query("lock.settings"), settings)
    try:
        conn.execute(query("lock.take"), APPLY_LOCK)
    except psycopg.errors.LockNotAvailable as error:
        raise LockHeld(
            "another apply holds the lock", hint="wait for it, and run the same command again"
        ) from error


def lock_holder(conn: Connection) -> str | None:
    """Return a sentence about the session that holds the apply lock, or None."""
    return _sentence(conn.execute(query("lock.holder"), APPLY_LOCK).fetchone())


def blocker(conn: Connection, schema: str, prefix: str) -> str | None:
    """Return a sentence about the longest transaction that locks an object of ours, or None."""
    return _sentence(
        conn.execute(query("lock.blocker"), {"schema": schema, "prefix": prefix}).fetchone()
    )


def _sentence(row: Mapping[str, Any] | None) -> str | None:
    if row is None:
        return None
    client = row["client"] or "a local socket"
    return (
        f"held for {row['held_for']} by pid {row['pid']}: {row['application_name'] or 'unnamed'}, "
        f"role {row['role']}, from {client}"
    )


def milliseconds(duration: timedelta) -> str:
    """Return a duration as a setting, at least a millisecond."""
    # Zero would mean "wait for ever", the opposite of what a caller of a short wait asks for.
    return f"{max(1, duration // timedelta(milliseconds=1))}ms"
