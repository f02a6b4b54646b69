"""Read what happened lately: failures, the chain's last signs of life, changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg.sql import SQL, Composed, Identifier

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


class FailedAttempt(NamedTuple):
    """An attempt that failed; `is_dead` says that its job has failed for good.

    `error` is the first line, 500 characters at most, and may hold anything.
    """

    job_id: int
    task_type: str
    queue: str
    is_dead: bool
    finished_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many jobs a queue holds; `oldest_ready_s` is None when none waits."""

    queue: str
    pending: int
    running: int
    failed: int
    oldest_ready_s: float | None


@dataclass(frozen=True, slots=True)
class Pause:
    """A queue or task type that hands out no jobs; `*` is every one."""

    queue: str
    task_type: str
    reason: str
    paused_by: str
    paused_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that somebody did; `number` is on how many things at once."""

    at: datetime
    actor: str
    action: str
    target: str
    reason: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Lately:
    """What the database tells of the time before now.

    Attributes:
        failed: the newest failed attempts, newest first.
        bad_since: the first post of the present row of bad ones; None when there is none.
        posted_at, answered_at: the newest post, and the newest that was answered with 2xx.
    """

    failed: tuple[FailedAttempt, ...]
    bad_since: datetime | None
    posted_at: datetime | None
    answered_at: datetime | None
    queues: tuple[QueueState, ...]
    pauses: tuple[Pause, ...]
    changes: tuple[Happening, ...]


_MOST = 10
"""Rows of a kind; a page holds no more."""
MOST_ATTEMPTS = 10_000
"""Failed attempts that are looked at, unless one asks for fewer."""


def read_lately(
    conn: Connection, config: Config, window: timedelta, attempts: int = MOST_ATTEMPTS
) -> Lately:
    """Read it in six round trips.

    Args:    attempts: so many failed ones at most, the newest.
    Raises:  DatabaseError, as when nothing was ever applied.
    """
    values = {"window": window, "limit": _MOST, "attempts": attempts}
    reading = _Reading(conn, config, values)
    with translated("reading what happened lately"):
        [bad] = reading.rows("first_bad_post")
        [posts] = reading.rows("last_posts")
        return Lately(
            failed=tuple(FailedAttempt(**row) for row in reading.rows("failed_attempts")),
            bad_since=bad["since"],
            posted_at=posts["posted_at"],
            answered_at=posts["answered_at"],
            queues=tuple(QueueState(**row) for row in reading.rows("queues")),
            pauses=tuple(Pause(**row) for row in reading.rows("pauses")),
            changes=tuple(Happening(**row) for row in reading.rows("changes")),
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    conn: Connection
    config: Config
    parameters: dict[str, Any]

    def rows(self, name: str) -> list[dict[str, Any]]:
        # In binary form a time does not depend on the role's DateStyle.
        return self.conn.execute(self._statement(name), self.parameters, binary=True).fetchall()

    def _statement(self, name: str) -> Composed:
        schema, prefix = self.config.queue.schema_name, self.config.queue.name
        return SQL(query(f"incident.{name}")).format(
            table=Identifier(schema, prefix),
            dispatches=Identifier(schema, f"{prefix}_dispatch_history"),
            stats=Identifier(schema, f"{prefix}_stats"),
        )
