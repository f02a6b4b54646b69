"""What becomes of a table made by hand: every statement, and every reason against it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from supaops.adopt.columns import STATUSES, Choices, Derived, derive
from supaops.adopt.obstacles import Obstacle, Site, dependents, obstacles
from supaops.config.model import Config
from supaops.config.validate import SMOKE_TASK_TYPE
from supaops.db.table import FoundTable
from supaops.render.context import qualifier
from supaops.render.quoting import Sql, identifier
from supaops.render.shape import Shape


@dataclass(frozen=True, slots=True)
class Draft:
    """A table, its declared shape, and how each column comes about."""

    site: Site
    shape: Shape
    found: FoundTable
    config: Config
    choices: Choices
    derived: Mapping[str, Derived]

    @property
    def structural(self) -> list[Obstacle]:
        """Return the obstacles that need no look at the rows."""
        return obstacles(self.site, self.found, self.derived, self.choices)

    @property
    def is_rekeyed(self) -> bool:
        """Tell whether the jobs get new ids."""
        key = self.found.column("id")
        return self.choices.rekey and key is not None and key.type not in _INTEGERS

    @property
    def conditions(self) -> dict[str, Sql]:
        """Return what is counted among the rows, by a name: losses, gaps and nulls."""
        counted = {"null_task_type": Sql("task_type is null"), "null_status": Sql("status is null")}
        if not self.is_rekeyed:
            counted["null_id"] = Sql("id is null")
        for name, each in self.derived.items():
            if each.problem is not None:
                counted[f"problem_{name}"] = each.problem
            if each.gap is not None:
                counted[f"gap_{name}"] = each.gap
        return counted

    @property
    def json_columns(self) -> list[str]:
        """Return the columns that become jsonb."""
        found = (each for each in self.derived.values() if each.found)
        return [each.column.name for each in found if each.found and each.found.type == "json"]

    @property
    def needs_unique_ids(self) -> bool:
        """Tell whether the rows must show that no id is there twice."""
        return not self.is_rekeyed and not any(
            each.is_unique and each.columns == ["id"] for each in self.found.indexes
        )


_INTEGERS = ("bigint", "integer", "smallint")
_UPDATE = "update {table} set {column} = ... where {condition}"
_TWICE = "see: select {column} from {table} {condition}group by {column} having count(*) > 1"


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows hold.

    Attributes:
        groups: `status`, `task_type` and number of `jobs`; the status as it will be.
        counts: how many rows each of the draft's conditions holds for, and all `jobs`.
        unfit: the statuses of ours that each check constraint on it refuses.
        repeated_keys, repeated_ids, faulty_json: how many there are.
    """

    groups: list[dict[str, Any]]
    counts: Mapping[str, int]
    unfit: Mapping[str, list[str]] = field(default_factory=dict)
    repeated_keys: int = 0
    repeated_ids: int = 0
    faulty_json: Mapping[str, int] = field(default_factory=dict)

    @property
    def jobs(self) -> int:
        """Return how many there are."""
        return self.counts["jobs"]


def draft(config: Config, shape: Shape, found: FoundTable, choices: Choices) -> Draft:
    """Return how the table would become ours."""
    q = qualifier(config)
    site = Site(q(""), identifier(config.queue.schema_name), q("_id_seq"))
    return Draft(site, shape, found, config, choices, derive(shape, found, config, choices))


def changed_columns(draft: Draft, rows: Rows) -> list[Derived]:
    """Return the existing columns whose type or values change."""
    return [
        each
        for name, each in draft.derived.items()
        if each.found
        and (
            each.is_converted
            or rows.counts.get(f"gap_{name}", 0)
            or (name == "status" and draft.choices.statuses)
        )
    ]


def found_in_rows(draft: Draft, rows: Rows) -> list[Obstacle]:
    """Return the obstacles that the rows are, and those to the changes that they need."""
    changed = [each.column.name for each in changed_columns(draft, rows)]
    if (key := draft.found.column("id")) and not draft.is_rekeyed and key.type != "bigint":
        changed.append("id")
    return [
        *_statuses(rows),
        *_task_types(draft, rows),
        *_losses(draft, rows),
        *_repeats(draft, rows),
        *_unfit_constraints(draft, rows),
        *dependents(draft.site, draft.found, changed),
    ]


def _statuses(rows: Rows) -> Iterator[Obstacle]:
    counts: dict[str, int] = {}
    for group in rows.groups:
        if group["status"] is not None:
            counts[group["status"]] = counts.get(group["status"], 0) + group["jobs"]
    for status, jobs in sorted(counts.items()):
        if status == "running":
            yield Obstacle(
                f"{_jobs(jobs)} running, and no lease tells whether a worker still holds them",
                "let the workers finish; or stop them, and say --status running=pending, "
                "which runs the jobs again, or --status running=failed",
            )
        elif status not in STATUSES:
            yield Obstacle(
                f"{_jobs(jobs)} in status {status!r}, which is none of ours",
                f"say what it means, such as --status '{status}=pending'",
            )


def _task_types(draft: Draft, rows: Rows) -> Iterator[Obstacle]:
    declared = {*draft.config.queue.task_types, SMOKE_TASK_TYPE}
    waiting: dict[str, int] = {}
    for group in rows.groups:
        name = group["task_type"]
        if group["status"] == "pending" and name is not None and name not in declared:
            waiting[name] = waiting.get(name, 0) + group["jobs"]
    for name, jobs in sorted(waiting.items()):
        yield Obstacle(
            f"{_jobs(jobs)} waiting with the task type {name!r}, which the YAML does not declare",
            f"declare {name!r} under queue.task_types, or cancel them",
        )


def _losses(draft: Draft, rows: Rows) -> Iterator[Obstacle]:
    table = draft.site.table
    for name, count in rows.counts.items():
        kind, _, column = name.partition("_")
        if count and kind == "null":
            remedy = _UPDATE.format(table=table, column=column, condition=f"{column} is null")
            yield Obstacle(f"{_have(count)} no {column}", remedy)
        elif count and kind == "problem":
            each = draft.derived[column]
            yield Obstacle(
                f"{_have(count)} a {column} that {each.column.type} cannot hold",
                _UPDATE.format(table=table, column=each.name, condition=each.problem),
            )
    for column, count in rows.faulty_json.items():
        if count:
            yield Obstacle(
                f"{_have(count)} a {column} that jsonb would not keep: a NUL, or a key twice",
                _UPDATE.format(table=table, column=identifier(column), condition="..."),
            )


def _repeats(draft: Draft, rows: Rows) -> Iterator[Obstacle]:
    table = draft.site.table
    if rows.repeated_ids:
        yield Obstacle(
            f"{_many(rows.repeated_ids, 'id')} there more than once",
            _TWICE.format(column="id", table=table, condition=""),
        )
    if rows.repeated_keys:
        yield Obstacle(
            f"{_many(rows.repeated_keys, 'dedup_key')} of several waiting jobs of one queue",
            _TWICE.format(column="dedup_key", table=table, condition="where status = 'pending' "),
        )


def _unfit_constraints(draft: Draft, rows: Rows) -> Iterator[Obstacle]:
    for name, values in rows.unfit.items():
        yield Obstacle(
            f"its constraint {name} refuses the status {', '.join(values)}",
            f"alter table {draft.site.table} drop constraint {identifier(name)}",
        )


def _jobs(count: int) -> str:
    return "1 job is" if count == 1 else f"{count} jobs are"


def _have(count: int) -> str:
    return "1 job has" if count == 1 else f"{count} jobs have"


def _many(count: int, what: str) -> str:
    return f"1 {what} is" if count == 1 else f"{count} {what}s are"
