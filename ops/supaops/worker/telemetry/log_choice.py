"""How a process may log, as its options name it."""

from __future__ import annotations

from enum import StrEnum


class LogFormat(StrEnum):
    """``json``: an object a line; ``text``: a line to read."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From which one on events are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
