"""The end of a log file, and what is written to it from then on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from supaops.errors import LocalStackError

_FOLLOW_S = 0.25


def tail(path: Path, lines: int, *, follow: bool) -> Iterator[str]:
    """Yield the last lines of a file, then what is appended until the caller stops.

    Raises: LocalStackError when there is no file yet.
    """
    if not path.exists():
        raise LocalStackError(
            "nothing has been logged yet", place=str(path), hint="supaops local up"
        )
    with path.open(encoding="utf-8", errors="replace") as file:
        past = file.readlines()
        yield from past[len(past) - min(lines, len(past)) :]
        while follow:
            if text := file.read():
                yield text
            else:
                time.sleep(_FOLLOW_S)
