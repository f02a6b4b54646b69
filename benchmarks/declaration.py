"""Milliseconds from the YAML to a plan and an apply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from benchmarks.figures import Figure
from benchmarks.project import CONFIG, RESET, apply, declared
from supaops.config import load
from supaops.db.connect import connect
from supaops.plan import read_plan
from supaops.render import resources


def measure(url: str) -> Iterator[Figure]:
    """Measure each step once: in memory, on an empty database, and when nothing is to do."""
    config = load(CONFIG, "local")
    yield _timed("load the YAML", lambda: load(CONFIG, "local"))
    yield _timed("render", lambda: resources(config))
    desired = declared()
    with connect(url, application_name="bench") as db:
        db.execute(RESET)
        yield _timed("plan, empty database", lambda: read_plan(db, desired))
        yield _timed("plan and apply everything", lambda: apply(db, desired))
        yield _timed("plan, nothing to do", lambda: read_plan(db, desired))
        yield _timed("plan and apply nothing", lambda: apply(db, desired))


def _timed(name: str, step: Callable[[], object]) -> Figure:
    started = time.perf_counter()
    step()
    return Figure(name, "supaops", "ms", (time.perf_counter() - started) * 1000)
