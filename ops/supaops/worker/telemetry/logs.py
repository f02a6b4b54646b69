"""The process's log: JSON lines for programs, short lines for a person, nothing else.

All of logging goes through it, that of libraries and of handlers as well, and so does structlog.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import MutableMapping
from functools import partial
from typing import Any, TextIO

import structlog
from structlog.processors import JSONRenderer, TimeStamper, UnicodeDecoder, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import Processor

from supaops.worker.telemetry.correlation import correlation
from supaops.worker.telemetry.log_choice import LogFormat, LogLevel
from supaops.worker.telemetry.log_text import text_line

Event = MutableMapping[str, Any]

QUIET = (
    "h2",
    "hpack",
    "httpcore",
    "httpx",
    "psycopg.pool",
    "urllib3",
    "uvicorn.error",
)
"""Libraries that below a warning tell whole URLs, or headers, or what we tell ourselves."""
_FIRST = ("timestamp", "level", "logger", "event")


def configure_logging(
    wanted: LogFormat | None = None,
    level: LogLevel = LogLevel.INFO,
    stream: TextIO | None = None,
    *,
    is_worker: bool = True,
) -> None:
    """Log to standard error in one format.

    Args:
        wanted: None is text on a terminal, and JSON where a program reads it.
        is_worker: each line names the process as a worker.
    """
    shared = _shared(f"{socket.gethostname()}:{os.getpid()}" if is_worker else None)
    stream = stream or sys.stderr
    is_text = wanted is LogFormat.TEXT or (wanted is None and stream.isatty())
    renderer = _text(colour=_has_colour(stream)) if is_text else _json
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(renderer, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    _configure_structlog(shared)


def _formatter(renderer: Processor, shared: list[Processor]) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[ExtraAdder(), *shared],
        processors=[ProcessorFormatter.remove_processors_meta, renderer],
    )


def _configure_structlog(shared: list[Processor]) -> None:
    """Have handlers that log by structlog log here, too."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared(worker: str | None) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        partial(_correlated, worker),
        add_log_level,
        add_logger_name,
        TimeStamper(fmt="iso", utc=True),
        format_exc_info,  # without the variables of the frames
        UnicodeDecoder(),
    ]


def _correlated(worker: str | None, _logger: Any, _method: str, event: Event) -> Event:
    for key, value in correlation().items():
        event.setdefault(key, value)
    if worker:
        event.setdefault("worker", worker)
    return event


def _json(logger: Any, method: str, event: Event) -> str:
    first = {key: event.pop(key) for key in _FIRST if key in event}
    return str(_dumped(logger, method, {**first, **event}))


_dumped = JSONRenderer()


def _text(*, colour: bool) -> Processor:
    def rendered(_logger: Any, _method: str, event: Event) -> str:
        event["timestamp"] = f"{str(event.get('timestamp', ''))[:19]}Z"
        return text_line(event, colour=colour)

    return rendered


def _has_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")
