"""The numbers above the list of jobs, without a page around them."""

from __future__ import annotations

import time
from datetime import timedelta

from benchmarks.pages.figures import TILES_MS, WARM_UP, Measured
from benchmarks.server import Server
from supaops.db.filtering import Filter
from supaops.db.pages.tiles import read_numbers
from supaops.plan import Desired

_HOUR = timedelta(hours=1)


def tiles(server: Server, desired: Desired, times: int) -> Measured:
    """Read them as the page does, again and again, over one connection."""
    measured = Measured("tiles alone", "", TILES_MS)
    with server.connect() as db:
        for number in range(times + WARM_UP):
            started = time.perf_counter()
            read_numbers(db, desired.config, Filter(), _HOUR)
            if number >= WARM_UP:
                measured.milliseconds.append((time.perf_counter() - started) * 1000)
    return measured
