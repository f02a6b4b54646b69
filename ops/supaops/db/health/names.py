"""Queries that name the queue's table and functions, which the YAML may call otherwise."""

from __future__ import annotations

from psycopg import sql

from supaops.config.model import Queue
from supaops.db.queries import query


def of_queue(name: str, queue: Queue) -> sql.Composed:
    """Return a named query with ``{table}``, ``{table_name}`` and ``{stats}`` filled in.

    Args:    name: such as ``health_recent.recent``.
    """
    table = sql.Identifier(queue.schema_name, queue.name)
    return sql.SQL(query(name)).format(
        table=table,
        table_name=sql.Literal(table.as_string()),
        stats=sql.Identifier(queue.schema_name, f"{queue.name}_stats"),
    )
