"""End in good order when interrupted: by Ctrl-C, by `kill`, by a terminal that closes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def cleaned_up(cleanup: Callable[[], None]) -> Iterator[None]:
    """Run a clean-up at the end of a block, whatever ends it; no later signal stops the clean-up.

    Raises: KeyboardInterrupt after it, for the first of the signals.
    """
    for each in SIGNALS:
        signal.signal(each, _interrupt)
    try:
        try:
            yield
        finally:
            _ignore_signals()
    finally:  # Even when the signal arrives between the block's end and the line above.
        cleanup()


def _interrupt(_number: int, _frame: object) -> None:
    _ignore_signals()  # The programs that the clean-up starts inherit it.
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
