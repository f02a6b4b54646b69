"""Run whole SQL scripts and the few statements that take no parameters."""

from __future__ import annotations

import psycopg
from psycopg import sql

from supaops.db.connect import Connection
from supaops.errors import DatabaseError


def run_script(connection: Connection, text: str, *, place: str) -> None:
    """Run the statements of a script, all or none.

    Args:    place: what an error names, such as the script's file.
    Raises:  DatabaseError with the server's message.
    """
    try:
        with connection.transaction():
            connection.execute(text.encode())
    except psycopg.Error as error:
        raise DatabaseError(
            str(error).strip(),
            place=place,
            hint="begin with no data: supaops local up --reset",
        ) from error


def set_password(connection: Connection, role: str, password: str) -> None:
    """Give a role a password; only its SCRAM verifier is sent, so that no log can hold it."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    statement = sql.SQL("alter role {} password {}").format(
        sql.Identifier(role), sql.Literal(verifier.decode())
    )
    connection.execute(statement)
