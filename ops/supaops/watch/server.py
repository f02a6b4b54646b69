"""Answer /metrics and /healthz with what the latest round left."""

from __future__ import annotations

from contextlib import AbstractContextManager

from supaops.answering import answering
from supaops.watch.latest import Latest


def serving(latest: Latest, host: str, port: int) -> AbstractContextManager[str]:
    """Serve until the block ends; it yields the URL of the root.

    Raises: SupaopsError when the address cannot be listened on.
    """
    paths = {"/metrics": latest.metrics, "/healthz": latest.health}
    return answering(paths, host, port, option="--listen")
