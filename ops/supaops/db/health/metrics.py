"""Read what the metrics show of the chain, each part by a statement of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg import sql

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

WINDOW = timedelta(minutes=5)
"""How far back the gauges of starts and posts look."""
_NEWEST = 1_000
"""Jobs and posts at most, so that a scrape costs the same whatever the tables hold."""


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs of a queue have a status.

    Attributes:
        oldest_ready_s: for how long the longest waiting one has been ready; None when none is.
    """

    queue: str
    status: str
    jobs: int
    oldest_ready_s: float | None


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


def read_job_counts(conn: Connection, config: Config) -> list[JobCount]:
    """Read how many jobs there are, without a look at them."""
    return [JobCount(**row) for row in _rows(conn, "jobs", config)]


def read_paused(conn: Connection, config: Config) -> list[str]:
    """Read which queues are paused; `*` is all of them."""
    return [row["queue"] for row in _rows(conn, "paused", config)]


def read_finished(conn: Connection, config: Config) -> list[Finished]:
    """Read how many jobs ever ended."""
    return [Finished(**row) for row in _rows(conn, "finished", config)]


def read_starts(conn: Connection, config: Config) -> list[Starts]:
    """Read which of the newest jobs start in time."""
    within = config.slo.freshness.within
    return [Starts(**row) for row in _rows(conn, "starts", config, within=within)]


def read_posts(conn: Connection, config: Config) -> list[Posts]:
    """Read how the newest posts ended."""
    return [Posts(**row) for row in _rows(conn, "posts", config)]


def _rows(conn: Connection, name: str, config: Config, **given: Any) -> list[dict[str, Any]]:
    schema, prefix = config.queue.schema_name, config.queue.name
    names = {
        "table": sql.Identifier(schema, prefix),
        "stats": sql.Identifier(schema, f"{prefix}_stats"),
    }
    statement = sql.SQL(query(f"health_metrics.{name}")).format(**names)
    parameters = {"window": WINDOW, "newest": _NEWEST, **given}
    with translated("reading metrics"):
        return conn.execute(statement, parameters).fetchall()
