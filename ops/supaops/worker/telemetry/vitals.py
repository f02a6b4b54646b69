"""Whether a worker lives, and whether it takes jobs, for whoever restarts or drains it."""

from __future__ import annotations

import asyncio
import time

from supaops.worker.telemetry.metrics import Metrics
from supaops.worker.telemetry.observer import Observer

TURN_EVERY_S = 2.0
"""How often the event loop says that it turns."""


class Vitals(Observer):
    """Keep the two gauges that the probes are answered from."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        metrics.ready.set(0)

    def started(self) -> None:
        """Take note of the loop's turns from now on."""
        self._turn(asyncio.get_running_loop())

    def ready(self) -> None:
        """Take note that jobs are taken."""
        self._metrics.ready.set(1)

    def stopping(self) -> None:
        """Take note that no more jobs are taken; the loop still turns."""
        self._metrics.ready.set(0)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._metrics.turned.set(time.time())
        loop.call_later(TURN_EVERY_S, self._turn, loop)
