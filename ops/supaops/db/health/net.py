"""Read what pg_net is doing, and what the worker answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

# An hour of ticks every second.
_ROWS = 3600


@dataclass(frozen=True, slots=True)
class NetFacts:
    """pg_net at one moment.

    Attributes:
        backlog: requests in its queue, counted up to 100,000.
        oldest_queued_at: when the oldest post of ours that still waits there was made.
        oldest_uncopied_at: when the oldest answer came that the ledger does not have yet.
        foreign_objects: triggers and foreign keys on its tables.
    """

    now: datetime
    worker_alive: bool
    backlog: int
    oldest_queued_at: datetime | None
    oldest_uncopied_at: datetime | None
    foreign_objects: list[str]


@dataclass(frozen=True, slots=True)
class Post:
    """A row of the dispatch ledger, with its answer if there is one.

    Attributes:
        is_post, is_idle, is_held: it posted, had no job to post for, or was not to post.
        content: the beginning of an answer that is no success; may hold anything, so never show it.
        answered_at: when pg_net recorded the answer; None when there is none.
        is_queued: pg_net has not sent it yet.
        now: when the row was read.
    """

    created_at: datetime
    is_held: bool
    is_idle: bool
    is_post: bool
    status_code: int | None
    timed_out: bool
    error: str | None
    content: str | None = field(repr=False)
    answered_at: datetime | None
    is_queued: bool
    now: datetime


def read_net(conn: Connection) -> NetFacts:
    """Read what pg_net is doing.

    Raises: DatabaseError.
    """
    with translated("reading what pg_net does"):
        # In binary form a time does not depend on the role's DateStyle.
        row = conn.execute(query("health_net.sending"), {}, binary=True).fetchone()
    return NetFacts(**(row or {}))


def read_posts(conn: Connection) -> list[Post]:
    """Read the newest rows of the ledger, the newest first; or an older post when none of them is.

    Raises: DatabaseError.
    """
    with translated("reading the worker's answers"):
        rows = conn.execute(query("health_net.posts"), {"rows": _ROWS}, binary=True).fetchall()
        if not any(row["is_post"] for row in rows):
            rows += conn.execute(query("health_net.last_post"), binary=True).fetchall()
    return [Post(**row) for row in rows]
