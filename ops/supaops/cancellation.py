"""Whether the running task was asked to stop, for where a library may have hidden it."""

from __future__ import annotations

import asyncio


def being_cancelled() -> bool:
    """Tell whether somebody has cancelled the running task and it has not ended yet."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop, so nobody could
        return False
    return task is not None and task.cancelling() > 0
