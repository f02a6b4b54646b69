"""Milliseconds from the YAML to a plan and an apply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.figures import OURS, Figure
from benchmarks.project import SHIPPED, apply, declared
from benchmarks.server import Server
from benchmarks.systems.system import System
from supaops.config import load
from supaops.plan import read_plan
from supaops.render import resources


@dataclass(frozen=True, slots=True)
class Declaration:
    """Each step once: in memory, on an empty database, and when nothing is to do."""

    rounds: ClassVar[int | None] = None

    def fits(self, system: System) -> bool:
        """Tell whether it is ours."""
        return system.name == OURS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:  # noqa: ARG002  it is ours
        """Yield milliseconds."""
        config = load(SHIPPED, "local")
        yield _timed("load the YAML", lambda: load(SHIPPED, "local"))
        yield _timed("render", lambda: resources(config))
        desired = declared(SHIPPED)
        server.empty()
        with server.connect() as db:
            yield _timed("plan, empty database", lambda: read_plan(db, desired))
            yield _timed("apply everything", lambda: apply(db, desired))
            yield _timed("plan, nothing to do", lambda: read_plan(db, desired))
            yield _timed("apply nothing", lambda: apply(db, desired))


def _timed(name: str, step: Callable[[], object]) -> Figure:
    started = time.perf_counter()
    step()
    return Figure(name, OURS, "ms", (time.perf_counter() - started) * 1000)
