"""Turn the server's errors into ones that a user can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from supaops.errors import DatabaseError


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise DatabaseError with the server's message and hint in place of a psycopg error.

    Args:    doing: what was under way, as in ``applying function.public.job_queue_claim``.

    Neither the statement nor its parameters are repeated: they may hold a secret.
    """
    try:
        yield
    except psycopg.Error as error:
        raise database_error(error, doing) from error


def database_error(error: psycopg.Error, doing: str) -> DatabaseError:
    """Return the user's view of a server error: what was under way, message, hint, SQLSTATE."""
    diagnosis = error.diag
    message = diagnosis.message_primary or str(error).strip() or type(error).__name__
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    return DatabaseError(f"{doing}: {message}{state}", hint=diagnosis.message_hint)
