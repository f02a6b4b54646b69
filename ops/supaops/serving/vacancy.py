"""Whether anybody listens where a worker of this machine should."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

_HOSTS = ("127.0.0.1", "localhost")
_PATH = "/api/jobs/run"


def vacant(endpoint: str) -> socket.socket | None:
    """Return what listens where `supaops serve` should on this machine.

    None where somebody does, and where the endpoint is of another kind, or of another machine.
    """
    try:
        url = urlsplit(endpoint)
        if url.scheme == "http" and url.hostname in _HOSTS and url.path == _PATH:
            return socket.create_server((url.hostname, url.port or 80))
    except (OSError, ValueError):
        return None
    return None
