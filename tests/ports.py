"""Ports that a test may rely on for a while before anybody listens there."""

from __future__ import annotations

import os
import re
import socket
from itertools import count

# Below those that Linux (32768) and macOS (49152) give to connections: one of these may be the
# near end of somebody's connection in the very next moment.
_FIRST, _EACH, _WORKERS = 12_000, 2_000, 10
_next = count(os.getpid())


def unused_port() -> int:
    """Return a port that nothing listens on, and that no other process of this test run gets."""
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or "0"
    first = _FIRST + int(worker) % _WORKERS * _EACH
    return next(port for each in _next if _is_free(port := first + each % _EACH))


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
