"""What the server says when it refuses a statement."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from supaops.db.connect import Connection


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the server, word for word."""

    sqlstate: str
    message: str
    detail: str | None = None
    hint: str | None = None


def refusal(db: Connection, statement: str, *values: object) -> Refusal | None:
    """Run a statement in a transaction that is rolled back; return the error, if any."""
    try:
        with db.transaction(force_rollback=True):
            db.execute(statement, values or None)
    except psycopg.Error as error:
        said = error.diag
        return Refusal(
            str(error.sqlstate), str(said.message_primary), said.message_detail, said.message_hint
        )
    return None
