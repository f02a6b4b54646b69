"""How each column of ours comes out of a table that somebody made by hand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from supaops.config.model import Config, TaskType
from supaops.db.table import FoundColumn, FoundTable
from supaops.render.quoting import Sql, identifier, literal
from supaops.render.shape import Column, Shape

STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")
OURS_ALONE = frozenset({"lane", "ready_at", "lease_id", "version", "live_key"})
"""Columns that only the functions write: what another table has under such a name is not that."""

_SPELLED = {"timestamptz": "timestamp with time zone"}
_LIMITS = {"smallint": 32767, "integer": 2147483647}
_WIDENED = {
    "bigint": ("integer", "smallint"),
    "integer": ("smallint",),
    "text": ("character varying", "uuid"),
}
_NARROWED = {"integer": ("bigint",), "smallint": ("integer", "bigint")}


@dataclass(frozen=True, slots=True)
class Derived:
    """One column of ours.

    Attributes:
        expression: its value, over a row as it is before.
        found: the column of that name; None when it is added.
        problem: a condition under which a row's value would be lost, if any.
        gap: a condition under which a row's value is filled in, if any.
        note: what a reader should know of the change, if anything.
        is_foreign: the column there can become ours in no way.
    """

    column: Column
    expression: Sql
    found: FoundColumn | None = None
    problem: Sql | None = None
    gap: Sql | None = None
    note: str | None = None
    is_foreign: bool = False

    @property
    def name(self) -> Sql:
        """Return the quoted name."""
        return identifier(self.column.name)

    @property
    def is_converted(self) -> bool:
        """Tell whether the column has another type than ours, or a length."""
        wanted = _SPELLED.get(self.column.type, self.column.type)
        return self.found is not None and self.found.full_type != wanted


@dataclass(frozen=True, slots=True)
class Choices:
    """What only a table's owner can say: what its statuses mean, and whether ids may change."""

    statuses: Mapping[str, str]
    rekey: bool = False


def derive(shape: Shape, found: FoundTable, config: Config, choices: Choices) -> dict[str, Derived]:
    """Return every column of ours but the key, by name."""
    maker = _Maker(found, config, choices)
    return {each.name: maker.derived(each) for each in shape.columns if not each.is_key}


class _Maker:
    """The expressions of one table; each may use those of other columns."""

    def __init__(self, found: FoundTable, config: Config, choices: Choices) -> None:
        self._found = found
        self._task_types = config.queue.task_types
        self._statuses = choices.statuses
        self._special: dict[str, Callable[[], str]] = {
            "created_at": lambda: f"least({self.value('run_at')}, now())",
            "run_at": lambda: self._first("created_at"),
            "max_attempts": self._max_attempts,
            "lane": lambda: "0",
            "priority": lambda: "0::smallint",
            "queue": lambda: self._declared("queue"),
            "payload": lambda: "'{}'::jsonb",
            "attempts": lambda: f"case when {self.is_status('pending')} then 0 else 1 end",
            "ready_at": self._ready_at,
            "version": lambda: "1",
            "completed_at": self._completed_at,
            "live_key": lambda: (
                f"case when {self.is_status('pending')} then {self.value('dedup_key')} end"
            ),
            "last_error": lambda: (
                f"case when {self.is_status('failed')} then "
                "'it failed before the table was imported' end"
            ),
        }

    def derived(self, column: Column) -> Derived:
        """Return one column with all that is to be known about it."""
        found = self._theirs(column.name)
        if found is None:
            return Derived(column, Sql(f"({self._made(column)})::{column.type}"))
        kept, problem, note = self._converted(column, found)
        if kept is None:
            return Derived(column, identifier(column.name), found, is_foreign=True)
        if column.name == "status":
            return Derived(column, self._status(), found, note=note)
        if (gap := self._gap(column)) is None:
            return Derived(column, kept, found, problem, note=note)
        filled = Sql(f"coalesce({kept}, ({self._made(column)})::{column.type})")
        return Derived(column, filled, found, problem, gap, note)

    def value(self, name: str) -> str:
        """Return the expression of another column, made or kept."""
        found = self._theirs(name)
        if name == "status":
            return self._status()
        column = Column(name, _TYPES[name])
        if found is None:
            return f"({self._made(column)})::{column.type}"
        kept = self._converted(column, found)[0] or identifier(name)
        return f"coalesce({kept}, ({self._made(column)})::{column.type})"

    def is_status(self, *names: str) -> str:
        """Return the condition that a job's status, as mapped, is one of these."""
        return f"{self._status()} in ({', '.join(literal(name) for name in names)})"

    def _theirs(self, name: str) -> FoundColumn | None:
        return None if name in OURS_ALONE else self._found.column(name)

    def _made(self, column: Column) -> str:
        return self._special.get(column.name, lambda: "null")()

    def _gap(self, column: Column) -> Sql | None:
        name = identifier(column.name)
        if column.name == "completed_at":
            return Sql(f"{name} is null and {self.is_status('succeeded', 'failed', 'cancelled')}")
        if column.name == "last_error":
            return Sql(f"{name} is null and {self.is_status('failed')}")
        if column.is_required and column.name != "task_type":
            return Sql(f"{name} is null")
        return None

    def _converted(
        self, column: Column, found: FoundColumn
    ) -> tuple[Sql | None, Sql | None, str | None]:
        """Return the value in our type, when that would lose it, and what to know; or nothing."""
        name, wanted = identifier(column.name), _SPELLED.get(column.type, column.type)
        if found.type == wanted:
            return name, None, None
        if found.type in _WIDENED.get(wanted, ()) or (wanted == "text" and found.kind == "e"):
            return Sql(f"{name}::{column.type}"), None, None
        if found.type in _NARROWED.get(wanted, ()):
            limit = _LIMITS[wanted]
            return Sql(f"{name}::{wanted}"), Sql(f"abs({name}::numeric) > {limit}"), None
        if (wanted, found.type) == ("jsonb", "json"):
            return Sql(f"{name}::jsonb"), None, None
        if (wanted, found.type) == (_SPELLED["timestamptz"], "timestamp without time zone"):
            return Sql(f"{name} at time zone 'UTC'"), None, f"{column.name} is read as UTC"
        return None, None, None

    def _status(self) -> Sql:
        whens = " ".join(
            f"when {literal(old)} then {literal(new)}" for old, new in self._statuses.items()
        )
        text = "status::text" if self._found.column("status") else "'pending'"
        return Sql(f"case {text} {whens} else {text} end" if whens else text)

    def _declared(self, key: str) -> str:
        """Return what the task type's declaration says, or the default of every declaration."""
        task_type = f"{self.value('task_type')}"
        default = literal(TaskType.model_fields[key].default)
        whens = " ".join(
            f"when {literal(name)} then {literal(getattr(each, key))}"
            for name, each in self._task_types.items()
        )
        return f"case {task_type} {whens} else {default} end"

    def _max_attempts(self) -> str:
        return f"greatest({self._declared('max_attempts')}, {self.value('attempts')} + 1)"

    def _ready_at(self) -> str:
        # No lane looks for jobs before 1970; in this order they have been waiting.
        ready = f"greatest({self.value('run_at')}, timestamptz '1970-01-02 00:00:00+00')"
        return f"case when {self.is_status('pending')} then {ready} end"

    def _completed_at(self) -> str:
        ended = self.is_status("succeeded", "failed", "cancelled")
        latest = self._first("started_at", "run_at", "created_at")
        return f"case when {ended} then least({latest}, now()) end"

    def _first(self, *names: str) -> str:
        """Return the first of these times that is known, else now."""
        known = [name for name in names if self._theirs(name)]
        times = [
            kept
            for name in known
            if (kept := self._converted(Column(name, "timestamptz"), self._found_column(name))[0])
        ]
        return f"coalesce({', '.join([*times, 'now()'])})"

    def _found_column(self, name: str) -> FoundColumn:
        return next(each for each in self._found.columns if each.name == name)


_TYPES = {
    "attempts": "integer",
    "dedup_key": "text",
    "priority": "smallint",
    "queue": "text",
    "run_at": "timestamptz",
    "task_type": "text",
}
