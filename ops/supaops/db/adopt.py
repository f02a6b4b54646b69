"""What an import reads and writes beside the table and the resources themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


def unnamed_jobs(conn: Connection) -> list[dict[str, Any]]:
    """Return `jobid` and `schedule` of this role's cron jobs without a name."""
    with translated("reading cron.job"):
        return conn.execute(query("adopt.unnamed_jobs")).fetchall()


def telltale_jobs(conn: Connection) -> frozenset[str]:
    """Return the names of this role's cron jobs whose command holds the value of a secret."""
    with translated("comparing commands with Vault"):
        rows = conn.execute(query("adopt.telltale_jobs")).fetchall()
    return frozenset(row["name"] for row in rows)


def other_jobs(conn: Connection) -> int:
    """Return how many cron jobs of other roles and databases this role can see."""
    return _number(conn, "adopt.other_jobs", "jobs", {})


def unnamed_secrets(conn: Connection) -> int:
    """Return how many secrets in Vault have no name."""
    return _number(conn, "adopt.unnamed_secrets", "secrets", {})


def add_lane(conn: Connection, lane: Mapping[str, Any]) -> int:
    """Add the lane of a queue, priority and task type, and return its number."""
    return _number(conn, "adopt.add_lane", "id", lane)


def recount(conn: Connection) -> int:
    """Count all jobs anew, and return how many there are."""
    return _number(conn, "adopt.recount", "jobs", {})


def _number(conn: Connection, name: str, column: str, parameters: Mapping[str, Any]) -> int:
    with translated("importing"):
        row = conn.execute(query(name), parameters).fetchone() or {}
    return int(row[column])
