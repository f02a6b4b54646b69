"""The numbers above the list of jobs, without a page around them."""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module

from benchmarks.pages.figures import TILES_MS, WARM_UP, Measured
from benchmarks.server import Server
from supaops.plan import Desired

_HOUR = timedelta(hours=1)


def tiles(server: Server, desired: Desired, times: int) -> Measured:
    """Read them as the page does, again and again, over one connection."""
    measured = Measured("tiles alone", "", TILES_MS)
    try:
        tiles, filtering = (
            import_module(f"supaops.db.{name}") for name in ("pages.tiles", "filtering")
        )
    except ModuleNotFoundError:
        measured.fault = "not built yet"
        return measured
    with server.connect() as db:
        for number in range(times + WARM_UP):
            started = time.perf_counter()
            tiles.read_numbers(db, desired.config, filtering.Filter(), _HOUR)
            if number >= WARM_UP:
                measured.milliseconds.append((time.perf_counter() - started) * 1000)
    return measured
