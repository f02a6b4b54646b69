"""Turn the server's errors into ones that a user can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from supaops.errors import Blocked, DatabaseError, Deadlock

# Where the server gives no hint, or one that would do harm: it advises DROP ... CASCADE.
_REMEDIES = {
    "2BP01": "drop or change what depends on it, then run it again; nothing was changed",
    "25006": "the database is a standby, or default_transaction_read_only is on, as on a full disk",
    "40P01": "run the same command again; nothing was changed",
    "42501": "connect as the role that owns the queue: `postgres` on Supabase",
    "3F000": "create the schema, or name another one under queue.schema",
    "53100": "free space on the server's disk, or add some, then run the same command again",
    "53200": "wait until the server has memory again, then run the same command again",
    "53300": "end sessions that idle, or use the URL of Supabase's pooler, then run it again",
    "55P03": "wait for the session that holds the lock, then run the same command again",
    "57014": "it ran into statement_timeout, or somebody cancelled it: run the same command again",
    "57P01": "the server was stopped, or the session ended by hand: run the same command again",
}
_LOST = "the connection was lost: run the same command again"
_NAMES = {"JQ001", "JQ004"}
"""Of the queue's own errors those whose detail lists what is declared; others may quote a job."""

_KINDS = {"55P03": Blocked, "40P01": Deadlock}


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
    """Return the user's view of a server error: what was under way, message, hint, SQLSTATE.

    The server's detail is left out, since it may quote a row, and with it a secret. Only what
    depends on an object is told: names alone.
    """
    diagnosis = error.diag
    message = diagnosis.message_primary or str(error).strip() or type(error).__name__
    if isinstance(error, psycopg.errors.DependentObjectsStillExist):
        message = ": ".join(filter(None, [message, _one_line(diagnosis.message_detail)]))
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    kind = _KINDS.get(error.sqlstate or "", DatabaseError)
    hint = _REMEDIES.get(error.sqlstate or "", diagnosis.message_hint)
    if error.sqlstate in _NAMES:
        hint = " ".join(filter(None, [diagnosis.message_detail, hint]))
    elif error.sqlstate is None:
        hint = hint or _LOST
    return kind(f"{doing}: {message}{state}", hint=hint)


def _one_line(text: str | None) -> str:
    return "; ".join((text or "").splitlines())
