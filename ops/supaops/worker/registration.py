"""Tell the database that a worker is there, and what it can do: `plan` warns by that."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Iterable
from typing import Any, Literal

from supaops import __version__
from supaops.errors import DatabaseError
from supaops.worker.label import worker_label
from supaops.worker.queue import Queue

EVERY_S = 60.0
# A stop waits no longer than this; who is not seen any more is forgotten in the end.
FORGET_S = 1.0

Kind = Literal["serve", "worker"]

log = logging.getLogger("supaops.worker")


class Registration:
    """Register once a minute, and forget it at a stop in order.

    Args:    task_types: those that there is a handler for.
    """

    def __init__(self, queue: Queue, kind: Kind, task_types: Iterable[str], **about: Any) -> None:
        self._queue = queue
        self._handlers = sorted(task_types)
        self._about = {
            "kind": kind,
            "version": __version__,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            **about,
        }
        self._complained = False
        self._is_told = False

    async def register(self) -> None:
        """Say that the worker is there; jobs do not depend on it."""
        try:
            await self._queue.register(worker_label(), self._handlers, self._about)
            self._is_told, self._complained = True, False
        except DatabaseError as error:
            self._complain(error)

    async def keep(self) -> None:
        """Register again and again, until cancelled."""
        while True:
            if not self._is_told:
                await self.register()
            await asyncio.sleep(EVERY_S)
            self._is_told = False

    async def forget(self) -> None:
        """Say that the worker is gone."""
        try:
            async with asyncio.timeout(FORGET_S):
                await self._queue.forget(worker_label())
        except (DatabaseError, TimeoutError) as error:
            log.debug("not forgotten: %s", error)

    def _complain(self, error: DatabaseError) -> None:
        if not self._complained:
            log.info("this worker is not registered: %s", error)
        self._complained = True
