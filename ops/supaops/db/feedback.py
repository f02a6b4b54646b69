"""How a cron job's command ended, in pg_cron's words.

Source: pg_cron 1.6.5, `GetTaskFeedback` in src/pg_cron.c.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.pq import ExecStatus, abc

# What libpq says last when the server ends a session.
_CONNECTION_LOST = (
    "server closed the connection unexpectedly\n"
    "\tThis probably means the server terminated abnormally\n"
    "\tbefore or while processing the request.\n"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, in pg_cron's words."""

    succeeded: bool
    message: str


def summary(result: abc.PGresult | None) -> str:
    """Return what pg_cron says of the last result of a command."""
    if result is None:
        return ""
    if result.status == ExecStatus.COMMAND_OK:
        return (result.command_status or b"").decode()
    return f"{result.ntuples} {'row' if result.ntuples == 1 else 'rows'}"


def complaint(error: psycopg.Error) -> str:
    """Return what pg_cron says of a command that failed."""
    if error.pgresult is not None:
        text = error.pgresult.error_message.decode(errors="replace")
        return _CONNECTION_LOST if text.startswith("FATAL:") else text
    if isinstance(error, psycopg.OperationalError):
        return _CONNECTION_LOST
    return "COPY not supported"  # The only other thing that psycopg itself refuses.
