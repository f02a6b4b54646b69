"""What ``--verbose`` tells: the steps that the rooms log, as lines on stderr."""

from __future__ import annotations

import logging
from collections.abc import Callable

_LOGGERS = ("supaops.config", "supaops.db")
"""Others may quote a payload, or an address with a token."""


class _Teller(logging.Handler):
    """Hands what is logged to a function."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.DEBUG)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())


def start_telling(tell: Callable[[str], None]) -> None:
    """Hand to `tell` what the rooms log."""
    for logger in map(logging.getLogger, _LOGGERS):
        logger.addHandler(_Teller(tell))
        logger.setLevel(logging.DEBUG)


def stop_telling() -> bool:
    """Leave what the rooms log to the log of the process, and tell whether it was told here."""
    told = False
    for logger in map(logging.getLogger, _LOGGERS):
        others = [each for each in logger.handlers if not isinstance(each, _Teller)]
        told |= len(others) < len(logger.handlers)
        logger.handlers[:] = others
        logger.setLevel(logging.NOTSET)
    return told
