"""Pause and resume: the flag that claims look at, and the links of the chain that can stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.moment import moment
from supaops.db.operators import composed, record
from supaops.db.queries import query
from supaops.errors import SupaopsError


class How(StrEnum):
    """How a pause stops the jobs.

    flag: claims skip them. cron: pg_cron wakes nobody. secret: the worker refuses the posts.
    worker: it answers 503.
    """

    FLAG = "flag"
    CRON = "cron"
    SECRET = "secret"  # noqa: S105  a way to pause
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause in force.

    Attributes:
        queue, task_type: whose jobs stand still; ``*`` is every one.
        until: when a flag ends by itself, or another pause should be resumed; None waits.
        paused_at, paused_by: None for a dummy that somebody wrote by hand.
        stopped: the cron jobs that it made inactive, or the secret that holds a dummy.
    """

    queue: str
    task_type: str
    how: How
    reason: str
    until: datetime | None
    paused_at: datetime | None
    paused_by: str | None
    stopped: tuple[str, ...] = ()


def in_force(conn: Connection, config: Config) -> list[Pause]:
    """Return every pause, also one that was made by hand as the playbook says.

    Raises: DatabaseError.
    """
    with moment(conn):
        rows = conn.execute(query("pause.in_force")).fetchall()
        [dummy] = conn.execute(query("pause.is_dummy"), {"name": config.worker.secret}).fetchall()
    found = [pause_of(row) for row in rows]
    if dummy["is_dummy"] and not any(each.how is How.SECRET for each in found):
        found.append(_by_hand(config.worker.secret))
    return found


def raise_flag(
    conn: Connection,
    config: Config,
    queue: str,
    task_type: str,
    reason: str,
    until: datetime | None,
) -> None:
    """Have claims skip the jobs of a queue and task type, inside a transaction of `acting`."""
    parameters = {"queue": queue, "task_type": task_type, "reason": reason, "until": until}
    conn.execute(composed("pause.flag", config), parameters)


def lower_flag(conn: Connection, config: Config, pause: Pause) -> None:
    """End exactly this pause, inside a transaction of `acting`."""
    parameters = {"queue": pause.queue, "task_type": pause.task_type}
    conn.execute(composed("pause.unflag", config), parameters)


def stop_cron_jobs(conn: Connection, names: Iterable[str]) -> list[str]:
    """Make cron jobs inactive; return those that were active."""
    return _named(conn, "deactivate", {"names": list(names)})


def start_cron_jobs(conn: Connection, names: Iterable[str]) -> list[str]:
    """Make cron jobs active; return those that were not."""
    return _named(conn, "activate", {"names": list(names)})


def put_dummy(conn: Connection, name: str) -> list[str]:
    """Put the playbook's dummy into Vault in a secret's place; return its name, if it is there."""
    return _named(conn, "put_dummy", {"name": name})


def put_back(conn: Connection, name: str, value: SecretStr) -> list[str]:
    """Write a secret's value to Vault, good even if it was rotated out once; return its name."""
    found = _named(conn, "put_back", {"name": name, "value": value.get_secret_value()})
    conn.execute(query("write.vault_reinstate"), {"name": name})
    return found


def begin(
    conn: Connection, how: How, stopped: list[str], reason: str, until: datetime | None
) -> Pause:
    """Write down a pause of the chain and its audit, inside a transaction of `acting`."""
    made = begin_row(conn, how, stopped, reason, until)
    record(conn, "pause", "queue:*", None, as_told(made))
    return made


def begin_row(
    conn: Connection, how: How, stopped: list[str], reason: str, until: datetime | None
) -> Pause:
    """Write down a pause of the chain, and leave its audit to the caller.

    Raises: SupaopsError for an empty reason.
    """
    if not reason.strip():
        raise SupaopsError(
            "a pause needs a reason", hint="say why, for whoever finds the chain standing still"
        )
    parameters = {"how": how, "stopped": stopped, "reason": reason, "until": until}
    [row] = conn.execute(query("pause.begin"), parameters).fetchall()
    return pause_of(row)


def is_begun(conn: Connection, how: How) -> bool:
    """Tell whether there is a pause of the chain of this kind."""
    rows = conn.execute(query("pause.in_force")).fetchall()
    return any(row["how"] == how for row in rows)


def end(conn: Connection, how: How) -> None:
    """Forget a pause of the chain and write its audit, inside a transaction of `acting`."""
    for row in conn.execute(query("pause.end"), {"how": how}).fetchall():
        record(conn, "resume", "queue:*", as_told(pause_of(row)), None)


def history_status(conn: Connection, config: Config, run_id: int) -> int | None:
    """Return the HTTP status that the cron history shows beside a run."""
    with translated("reading the cron history"):
        statement = composed("pause.history", config)
        row = conn.execute(statement, {"run_id": run_id}).fetchone()
    return row["http_status"] if row else None


def _named(conn: Connection, name: str, values: dict[str, Any]) -> list[str]:
    return [row["name"] for row in conn.execute(query(f"pause.{name}"), values).fetchall()]


def pause_of(row: dict[str, Any]) -> Pause:
    """Return the pause that a row tells of."""
    return Pause(**{**row, "how": How(row["how"]), "stopped": tuple(row["stopped"])})


def as_told(pause: Pause) -> dict[str, Any]:
    """Return a pause as the audit keeps it."""
    told = asdict(pause)
    return {key: str(item) if isinstance(item, datetime) else item for key, item in told.items()}


def _by_hand(secret: str) -> Pause:
    reason = "somebody wrote the dummy into Vault by hand"
    return Pause("*", "*", How.SECRET, reason, None, None, None, (secret,))
