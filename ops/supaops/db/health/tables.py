"""Read the state of the tables: dead rows, indexes, who holds vacuum back, what is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supaops.config.model import Queue
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.health.names import of_queue
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table's rows, by the server's own count."""

    name: str
    dead: int
    live: int


@dataclass(frozen=True, slots=True)
class MissingIndex:
    """An index that a schema step made and that is not there, with what makes it."""

    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The queue's tables as the catalogs show them.

    Attributes:
        invalid: indexes that are there and are not used.
        has_key: whether the queue has its primary key.
        estimate: the planner's number of jobs; negative before the first vacuum or analyze.
    """

    tables: tuple[TableRows, ...]
    missing: tuple[MissingIndex, ...]
    invalid: tuple[str, ...]
    has_key: bool
    estimate: int
    queue: str

    @property
    def jobs(self) -> TableRows:
        """Return the queue's own rows."""
        return next(each for each in self.tables if each.name == self.queue)


@dataclass(frozen=True, slots=True)
class Holder:
    """What keeps vacuum from removing dead rows.

    Attributes:
        kind: `session`, `prepared` or `slot`.
        name: the session's role, the transaction's gid or the slot's name.
        state: such as ``idle in transaction``.
        age_s: since when, in seconds; None where that cannot be told.
        is_idle_slot: a replication slot that nobody uses.
    """

    kind: str
    pid: int | None
    name: str | None
    application: str | None
    state: str | None
    age_s: float | None
    is_idle_slot: bool = False


def read_tables(conn: Connection, queue: Queue) -> Tables:
    """Return the state of the queue's tables and indexes.

    Raises: DatabaseError.
    """
    with translated("reading the tables"):
        row = conn.execute(of_queue("health_tables.tables", queue)).fetchone() or {}
    return Tables(
        tuple(TableRows(**each) for each in row["tables"]),
        tuple(MissingIndex(**each) for each in row["missing"]),
        tuple(row["invalid"]),
        row["has_key"],
        row["estimate"],
        f"{queue.schema_name}.{queue.name}",
    )


def read_holders(conn: Connection) -> list[Holder]:
    """Return who holds vacuum back, the oldest snapshot first.

    Raises: DatabaseError.
    """
    with translated("reading the oldest snapshots"):
        return [Holder(**row) for row in conn.execute(query("health_tables.holders"))]


def read_overdue(
    conn: Connection, queue: Queue, kept_s: Mapping[str, float | None], cron_jobs: Sequence[str]
) -> dict[str, float]:
    """Return by how much each kind of record has outlived its time, in seconds.

    What is kept for ever, or is not there, is left out.

    Args:    kept_s: how long each is kept: `succeeded_s`, `cancelled_s`, `failed_s`,
        `dispatches_s`, `audit_s`, `samples_s`, `cron_runs_s`.
    Raises:  DatabaseError.
    """
    parameters = {**kept_s, "cron_jobs": list(cron_jobs)}
    with translated("reading the oldest records"):
        rows = conn.execute(of_queue("health_tables.overdue", queue), parameters).fetchall()
    return {row["record"]: row["over_s"] for row in rows if row["over_s"] is not None}
