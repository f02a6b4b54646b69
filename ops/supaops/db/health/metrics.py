"""Read what the metrics show of the chain, each part by a statement of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.names import of_queue

WINDOW = timedelta(minutes=5)
"""How far back the gauges of starts and posts look."""
_NEWEST = 1_000
"""Jobs and posts at most, so that a scrape costs the same whatever the tables hold."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How many jobs ever ended, and how."""

    queue: str
    task_type: str
    succeeded: int
    failed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Starts:
    """Jobs of a queue that started within the window, or wait for longer than they should.

    Attributes:
        due: all of them; in_time: those that started as soon as `slo.freshness` says.
    """

    queue: str
    due: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of the window that ended alike.

    Attributes:
        outcome: ``2xx`` to ``5xx``, timeout, error, waiting for an answer, idle when no job was
            ready, or held when the tick was not to post.
        latencies_s: from the post to the record of its answer, in seconds.
    """

    outcome: str
    posts: int
    latencies_s: list[float]


def read_finished(conn: Connection, queue: Queue) -> list[Finished]:
    """Return how many jobs ever ended.

    Raises: DatabaseError.
    """
    return [Finished(**row) for row in _rows(conn, "finished", queue)]


def read_starts(conn: Connection, queue: Queue, within: timedelta) -> list[Starts]:
    """Return which of the newest jobs start in time.

    Raises: DatabaseError.
    """
    return [Starts(**row) for row in _rows(conn, "starts", queue, within=within)]


def read_posts(conn: Connection, queue: Queue) -> list[Posts]:
    """Return how the newest posts ended.

    Raises: DatabaseError.
    """
    return [Posts(**row) for row in _rows(conn, "posts", queue)]


def _rows(conn: Connection, name: str, queue: Queue, **given: Any) -> list[dict[str, Any]]:
    parameters = {"window": WINDOW, "newest": _NEWEST, **given}
    with translated("reading metrics"):
        return conn.execute(of_queue(f"health_metrics.{name}", queue), parameters).fetchall()
