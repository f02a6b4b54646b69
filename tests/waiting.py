"""Await a condition instead of sleeping for a time that some machine will find too short."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], *, seconds: float = 20, every: float = 0.02) -> T:
    """Return the first truthy result of a condition; fail the test when there is none in time.

    Args:    every: seconds between two looks; longer for one that is work itself.
    """
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
        time.sleep(every)
    return result
