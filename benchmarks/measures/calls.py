"""Send a system's statements one by one, and time them as a worker sees them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.string import TextLoader

from benchmarks.server import Server
from supaops.db.connect import Connection

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")

Values = Mapping[str, Any]


def worker(server: Server) -> Connection:
    """Connect; JSON comes as the text that it is sent back as, so that Python costs little."""
    db = server.connect()
    for name in ("json", "jsonb"):
        db.adapters.register_loader(name, TextLoader)
    return db


def call(db: Connection, statement: str, values: Values) -> dict[str, Any]:
    """Run a statement with parameters by :name in its own commit; return its first row."""
    text = _PARAMETER.sub(r"%(\1)s", statement.replace("%", "%%"))
    cursor = db.execute(text.encode(), values, prepare=True)
    return (cursor.fetchone() or {}) if cursor.description else {}


def timed(db: Connection, statement: str, values: Values) -> tuple[float, dict[str, Any]]:
    """Do the same; return the milliseconds too."""
    started = time.perf_counter()
    row = call(db, statement, values)
    return (time.perf_counter() - started) * 1000, row


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]
