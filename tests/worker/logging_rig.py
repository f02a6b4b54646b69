"""The process's log in memory, and logging as it was afterwards."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import structlog

from supaops.worker.telemetry.log_choice import LogFormat, LogLevel
from supaops.worker.telemetry.logs import QUIET, configure_logging


class Logged:
    """What has been logged."""

    def __init__(self, stream: StringIO | None = None) -> None:
        self.stream = stream or StringIO()

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def event(self, text: str) -> dict[str, Any]:
        """Return the one event that says this."""
        [found] = [each for each in self.events if text in each["event"]]
        return found


@contextmanager
def logged(
    wanted: LogFormat | None, level: LogLevel = LogLevel.INFO, stream: StringIO | None = None
) -> Iterator[Logged]:
    """Configure logging as a worker does until the block ends."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    levels = {each: each.level for each in (root, *map(logging.getLogger, QUIET))}
    made = Logged(stream)
    try:
        configure_logging(wanted, level, made.stream)
        yield made
    finally:
        root.handlers[:] = handlers
        for each, level_before in levels.items():
            each.setLevel(level_before)
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
