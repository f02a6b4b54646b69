"""What a worker calls itself, and whether somebody has switched it off."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

DISABLED = "JOB_QUEUE_DISABLED"
# Whoever sets it wants a stop, so whatever does not say no is a yes.
_ENABLED = frozenset({"", "false", "0", "no", "off"})


def worker_label(dispatch: str | None = None) -> str:
    """Return ``host:pid`` or ``host:pid#dispatch``: what the job's `worker` column shows."""
    label = f"{socket.gethostname()}:{os.getpid()}"
    return f"{label}#{dispatch}" if dispatch else label


def is_disabled(environ: Mapping[str, str]) -> bool:
    """Tell whether the environment says that nothing may be claimed."""
    return environ.get(DISABLED, "").strip().lower() not in _ENABLED
