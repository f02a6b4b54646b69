"""Read and change a table that supaops did not make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as the catalogs show it; `kind` is pg_type's: b a base, e an enum, d a domain."""

    name: str
    type: str
    kind: str
    full_type: str
    is_required: bool
    identity: str
    is_generated: bool
    default: str | None
    default_sequence: str | None
    identity_sequence: str | None


@dataclass(frozen=True, slots=True)
class FoundConstraint:
    """A constraint; `type` is pg_constraint's: p, u, c, f or x."""

    name: str
    type: str
    definition: str
    condition: str | None
    columns: list[str]


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A foreign key of another table; `on_delete` is pg_constraint's: a, r, c, n or d."""

    name: str
    table: str
    on_delete: str
    columns: list[str]


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """An index; `is_unique` says that it is so on plain columns of all rows."""

    name: str
    definition: str
    is_unique: bool
    is_constraint: bool
    columns: list[str]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and what hangs on it.

    Attributes:
        facts: its kind, owner and size.
        dependents: `(column, what)` for each thing under which the column's type cannot change.
        kept: its own triggers and policies.
        taken: the names of ours that something else in the schema has.
    """

    facts: dict[str, Any]
    columns: tuple[FoundColumn, ...]
    constraints: tuple[FoundConstraint, ...]
    references: tuple[FoundReference, ...]
    indexes: tuple[FoundIndex, ...]
    dependents: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    taken: tuple[str, ...]

    def column(self, name: str) -> FoundColumn | None:
        """Return the column of that name."""
        return next((each for each in self.columns if each.name == name), None)


def find_table(
    conn: Connection, schema: str, name: str, wanted_names: Iterable[str]
) -> FoundTable | None:
    """Return the table, or None when there is no relation of that name.

    Args:    conn: in a transaction that `settle_in` has prepared, so that types are qualified.
             wanted_names: the names that indexes and sequences of ours will have.
    """
    with translated(f"reading table {schema}.{name}"):
        facts = conn.execute(query("table.relation"), {"schema": schema, "name": name}).fetchone()
        if facts is None:
            return None
        of = {"oid": facts["oid"]}
        names = {"schema": schema, "names": list(wanted_names)}
        return FoundTable(
            facts,
            tuple(FoundColumn(**row) for row in conn.execute(query("table.columns"), of)),
            tuple(FoundConstraint(**row) for row in conn.execute(query("table.constraints"), of)),
            tuple(FoundReference(**row) for row in conn.execute(query("table.references"), of)),
            tuple(FoundIndex(**row) for row in conn.execute(query("table.indexes"), of)),
            tuple(
                (row["column"], row["what"]) for row in conn.execute(query("table.dependents"), of)
            ),
            tuple(row["what"] for row in conn.execute(query("table.kept"), of)),
            tuple(row["name"] for row in conn.execute(query("table.taken"), names)),
        )


def lock_table(conn: Connection, schema: str, name: str) -> None:
    """Keep everybody else from the table for the rest of the transaction.

    Raises: Blocked when somebody uses it for longer than the transaction's lock timeout.
    """
    statement = sql.SQL("lock table {} in access exclusive mode")
    with translated(f"locking table {schema}.{name}"):
        conn.execute(statement.format(sql.Identifier(schema, name)))


def run_all(conn: Connection, statements: Iterable[str], doing: str) -> None:
    """Run statements that were made from checked names and literals.

    Raises: DatabaseError that says what was under way.
    """
    for statement in statements:
        with translated(doing):
            conn.execute(statement.encode())


def read_rows(conn: Connection, statement: str, doing: str) -> list[dict[str, Any]]:
    """Return the rows of a query that was made from checked names and literals."""
    with translated(doing):
        return conn.execute(statement.encode()).fetchall()


def read_row(conn: Connection, statement: str, doing: str) -> dict[str, Any]:
    """Return the one row of such a query."""
    return next(iter(read_rows(conn, statement, doing)), {})


def failing(conn: Connection, condition: str, column: str, values: Sequence[str]) -> list[str]:
    """Return the values for which a check's condition on one text column does not hold."""
    statement = sql.SQL("select v.{c} as value from unnest(%s::text[]) as v ({c}) where not ({w})")
    # The condition is what PostgreSQL itself prints of a constraint.
    made = statement.format(c=sql.Identifier(column), w=sql.SQL(condition.replace("%", "%%")))
    with translated("reading a check constraint"):
        return [row["value"] for row in conn.execute(made, (list(values),))]
