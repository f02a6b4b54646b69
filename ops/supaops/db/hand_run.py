"""Run a cron job's command once, as pg_cron would, and see what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from threading import Timer
from typing import NamedTuple

import psycopg

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.environment import GuardState
from supaops.db.errors import translated
from supaops.db.feedback import Outcome, complaint, summary
from supaops.db.operators import composed
from supaops.db.queries import query


@dataclass(frozen=True, slots=True)
class Runnable:
    """A live cron job, and what speaks against a run of it.

    Attributes:
        role, owner: who runs the command from here, and whom pg_cron runs it as.
        is_run_by_hand, run_by: whether somebody's run goes on, and whose the latest is.
        is_run_by_cron: whether a run of pg_cron goes on.
    """

    command: str
    role: str
    owner: str
    guard_state: GuardState
    disarmed_reason: str | None
    is_run_by_hand: bool
    run_by: str | None
    is_run_by_cron: bool


@dataclass(frozen=True, slots=True)
class HandRun:
    """How a command ended.

    Attributes:
        value: the only column of its only row, as text; None for anything else.
        took_s: in seconds.
    """

    outcome: Outcome
    value: str | None
    took_s: float


class Answer(NamedTuple):
    """What became of a post, in the words of the dispatch history."""

    outcome: str
    status_code: int | None
    error_msg: str | None
    claimed: int | None


def read_runnable(conn: Connection, name: str, limit: timedelta) -> Runnable | None:
    """Return a live cron job of ours, inside a transaction of `acting`; None for no such job.

    Who looks at the same time waits for the end of the transaction.

    Args:    limit: how long a run by hand may go on.
    """
    conn.execute(query("hand_run.lock"), {"name": name})
    row = conn.execute(query("hand_run.facts"), {"name": name, "limit": limit}).fetchone()
    return Runnable(**{**row, "guard_state": GuardState(row["guard_state"])}) if row else None


def run_by_hand(conn: Connection, command: str, limit: timedelta) -> HandRun:
    """Run a command in its own transaction, and cancel it after a time.

    Nothing is set for it and nothing stands before it: some commands bear no company, and behind a
    pooler a setting would outlast them.
    """
    started = time.monotonic()
    watchdog = Timer(limit.total_seconds(), conn.cancel_safe)
    watchdog.start()
    try:
        cursor = conn.execute(command.encode())
    except psycopg.errors.QueryCanceled as error:
        took_s = time.monotonic() - started
        is_late = took_s >= limit.total_seconds()
        message = f"ERROR:  cancelled after {limit.total_seconds():g} s" if is_late else ""
        return HandRun(Outcome(succeeded=False, message=message or complaint(error)), None, took_s)
    except psycopg.Error as error:
        outcome = Outcome(succeeded=False, message=complaint(error))
        return HandRun(outcome, None, time.monotonic() - started)
    finally:
        watchdog.cancel()
    took_s = time.monotonic() - started
    while cursor.nextset():
        pass
    outcome = Outcome(succeeded=True, message=summary(cursor.pgresult))
    return HandRun(outcome, _value(cursor), took_s)


def _value(cursor: psycopg.Cursor[dict[str, object]]) -> str | None:
    result = cursor.pgresult
    if result is None or (result.ntuples, result.nfields) != (1, 1):
        return None
    found = result.get_value(0, 0)
    return None if found is None else found.decode(errors="replace")


def dispatch_of(conn: Connection, request_id: int) -> int | None:
    """Return the ledger's id of a post of the last hour.

    Raises: DatabaseError.
    """
    with translated("looking for the post"):
        row = conn.execute(query("hand_run.dispatch"), {"request_id": request_id}).fetchone()
    return row["id"] if row else None


def answer_to(conn: Connection, config: Config, dispatch_id: int) -> Answer:
    """Return what has become of a post so far.

    Raises: DatabaseError.
    """
    with translated("looking for the worker's answer"):
        row = conn.execute(composed("hand_run.answer", config), {"id": dispatch_id}).fetchone()
    return Answer(**row) if row else Answer("no evidence", None, None, None)
