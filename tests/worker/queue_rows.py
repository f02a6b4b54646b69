"""Put jobs into the real queue and read their rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from supaops.db.connect import Connection


def enqueue(db: Connection, task_type: str = "work", payload: str = "{}") -> int:
    """Enqueue one job and return its id."""
    found = db.execute("select public.job_queue_enqueue(%s, %s) as id", [task_type, payload])
    return int(found.fetchall()[0]["id"])


def row(db: Connection, job_id: int) -> dict[str, Any]:
    """Return a job's row."""
    [found] = db.execute("select * from public.job_queue where id = %s", [job_id]).fetchall()
    return found


async def until(condition: Callable[[], object], *, seconds: float = 15) -> None:
    """Wait until `condition` holds.

    Raises: TimeoutError.
    """
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)
