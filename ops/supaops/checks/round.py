"""One round of checks, as whoever looks again and again makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from supaops.checks.finding import Finding
from supaops.checks.measures import NOTHING, Measures
from supaops.db.connect import Connection
from supaops.db.health.harvest import harvest
from supaops.errors import ConnectionFailed

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round saw.

    Attributes:
        at: when it began.
        duration_s: how long it took, in seconds.
        measures: the chain in numbers; nothing for who only wants the findings.
    """

    at: datetime
    findings: list[Finding]
    duration_s: float
    measures: Measures = NOTHING


def seen(conn: Connection, see: Callable[[Connection], Seen]) -> Seen:
    """Save pg_net's answers in the ledger, and return what is seen then.

    Raises: ConnectionFailed when the connection was lost on the way.
    """
    harvest(conn)
    found = see(conn)
    if conn.closed:
        raise ConnectionFailed("the connection was lost", hint="the next round connects again")
    return found
