"""What may be carried out only once, as a previewed change that is sent twice by a double click."""

from __future__ import annotations

import threading
import time

_KEPT_S = 600.0


class Spent:
    """Remember what was carried out, for longer than any of it could be asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[str, float] = {}

    def take(self, name: str) -> bool:
        """Tell whether this is the first time, and remember it."""
        now = time.monotonic()
        with self._lock:
            self._since = {k: at for k, at in self._since.items() if now - at < _KEPT_S}
            if name in self._since:
                return False
            self._since[name] = now
            return True
