"""What the latest round left for whoever asks, on any thread."""

from __future__ import annotations

import json
import time

from supaops.answering import Answer

STALE_AFTER = 3
"""Intervals."""


class Latest:
    """The metrics of the latest round, and how long ago it ended."""

    def __init__(self, interval_s: float, content_type: str) -> None:
        self._stale_after_s = STALE_AFTER * interval_s
        self._content_type = content_type
        self._known: tuple[float, bytes] | None = None

    def publish(self, metrics: str) -> None:
        """Have this answered from now on."""
        self._known = (time.monotonic(), metrics.encode())

    def metrics(self) -> Answer:
        """Return the metrics; 503 before the first round has ended."""
        if self._known is None:
            return Answer(503, "text/plain; charset=utf-8", b"no round has ended yet\n")
        return Answer(200, self._content_type, self._known[1])

    def health(self) -> Answer:
        """Return 200 while rounds are fresh, and 503 when the last one ended too long ago."""
        age_s = time.monotonic() - self._known[0] if self._known else None
        is_fresh = age_s is not None and age_s <= self._stale_after_s
        told = {
            "status": "fresh" if is_fresh else "stale",
            "age_s": None if age_s is None else round(age_s, 3),
            "stale_after_s": self._stale_after_s,
        }
        body = json.dumps(told).encode() + b"\n"
        return Answer(200 if is_fresh else 503, "application/json", body)
