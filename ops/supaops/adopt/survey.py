"""Read a table made by hand: its shape, and what its rows hold."""

from __future__ import annotations

from dataclasses import dataclass

from supaops.adopt.alteration import (
    groups_query,
    json_query,
    repeated_ids_query,
    repeated_keys_query,
    restated,
    scan_query,
)
from supaops.adopt.columns import STATUSES, Choices
from supaops.adopt.draft import Draft, Rows, draft, found_in_rows
from supaops.adopt.obstacles import Obstacle
from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.table import failing, find_table, read_row, read_rows
from supaops.render.resource import Kind, Resource
from supaops.render.shape import shape

_DOING = "reading the table"


@dataclass(frozen=True, slots=True)
class TableSurvey:
    """A table made by hand; `rows` is None when obstacles were found before they were read."""

    draft: Draft
    rows: Rows | None
    obstacles: tuple[Obstacle, ...]


def queue_step(config: Config, resources: tuple[Resource, ...]) -> Resource:
    """Return the schema step that makes the queue's table."""
    table = f"{config.queue.schema_name}.{config.queue.name}"
    steps = (each for each in resources if each.kind is Kind.SCHEMA)
    return next(each for each in steps if table in each.spec["made"])


def survey_table(
    conn: Connection, config: Config, step: Resource, choices: Choices
) -> TableSurvey | None:
    """Return what becomes of the table that is in the way of `step`, or None without one.

    Args:    conn: in a transaction that `settle_in` has prepared.
    """
    wanted, queue = shape(step), config.queue
    names = [*wanted.index_names, f"{queue.name}_id_seq"]
    found = find_table(conn, queue.schema_name, queue.name, names)
    if found is None:
        return None
    made = draft(config, wanted, found, choices)
    if obstacles := made.structural:
        return TableSurvey(made, None, tuple(obstacles))
    rows = _rows(conn, made)
    return TableSurvey(made, rows, tuple(found_in_rows(made, rows)))


def _rows(conn: Connection, made: Draft) -> Rows:
    faulty = {column: _count(conn, json_query(made, column)) for column in made.json_columns}
    if any(faulty.values()):  # what cannot be cast cannot be counted either
        return Rows([], {"jobs": 0}, faulty_json=faulty)
    return Rows(
        groups=read_rows(conn, groups_query(made), _DOING),
        counts=read_row(conn, scan_query(made), _DOING),
        unfit=_unfit(conn, made),
        repeated_keys=_count(conn, repeated_keys_query(made)),
        repeated_ids=_count(conn, repeated_ids_query(made)) if made.needs_unique_ids else 0,
    )


def _count(conn: Connection, statement: str) -> int:
    return int(read_row(conn, statement, _DOING)["jobs"])


def _unfit(conn: Connection, made: Draft) -> dict[str, list[str]]:
    """Return, for each check of the status alone, which of our statuses it refuses."""
    status = made.found.column("status")
    spelled = f"::{status.type}" if status and status.kind == "e" else None
    checks = (
        each for each in made.found.constraints if each.type == "c" and each.columns == ["status"]
    )
    refused = {
        each.name: failing(
            conn, (each.condition or "").replace(spelled or "::text", "::text"), "status", STATUSES
        )
        for each in checks
    }
    return {name: values for name, values in refused.items() if values}


__all__ = ["TableSurvey", "queue_step", "restated", "survey_table"]
