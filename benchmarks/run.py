"""Measure in rounds, so that a slow minute of the machine falls on all systems alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg

from benchmarks.figures import Figure, Gap, Void
from benchmarks.measures.measure import Measure
from benchmarks.options import Wanted
from benchmarks.server import Server
from benchmarks.systems.system import System
from supaops.errors import SupaopsError

Report = Callable[[str], None]


def run(server: Server, wanted: Wanted, report: Report) -> Iterator[Figure | Gap]:
    """Yield figures, the systems in turn within a measure, the measures in turn within a round.

    A system that is not here, that failed, or that lost a job is a gap and no end.
    """
    for number in range(1, wanted.rounds + 1):
        for name, measure in wanted.measures.items():
            rounds = min(wanted.rounds, measure.rounds or wanted.rounds)
            if number > rounds:
                continue
            started = time.perf_counter()
            for system in wanted.systems.values():
                if measure.fits(system) or system.missing():
                    yield from _one(server, name, measure, system)
            seconds = time.perf_counter() - started
            report(f"round {number} of {rounds}: {name} in {seconds:.0f} s")


def _one(server: Server, name: str, measure: Measure, system: System) -> Iterator[Figure | Gap]:
    if reason := system.missing():
        yield Gap(name, system.name, "skipped", reason)
        return
    try:
        yield from list(measure.measure(server, system))
    except Void as error:
        yield Gap(name, system.name, "void", str(error))
    except (SupaopsError, psycopg.Error) as error:
        yield Gap(name, system.name, "failed", str(error).strip())


def versions(wanted: Wanted) -> dict[str, str]:
    """Return the version of each system that is here."""
    found = wanted.systems.items()
    return {name: system.version() for name, system in found if not system.missing()}
