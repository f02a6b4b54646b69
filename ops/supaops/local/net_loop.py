"""The worker of the pg_net stand-in: sends what is queued and stores the answers.

Source of the behaviour: pg_net 0.20.4, `pg_net_worker` in src/worker.c. A batch is deleted, sent
and answered in one transaction: killed in between, the worker sends the batch again.
"""

from __future__ import annotations

import asyncio
import logging

import httpx

from supaops.db.net import NetStore
from supaops.errors import DatabaseError
from supaops.local.net_send import new_client, send

LOG = logging.getLogger(__name__)

RESTART = "restart"
_PAUSE_BETWEEN_BATCHES_S = 1.0
_RESTART_S = 1.0


class Worker:
    """One life of the worker on one connection."""

    def __init__(self, store: NetStore, client: httpx.AsyncClient) -> None:
        self._store = store
        self._client = client
        self._woken = True  # For what a former life left.

    async def run(self) -> None:
        """Work until told to restart.

        Raises: DatabaseError.
        """
        while True:
            while not self._woken:
                if await self._hear(None):
                    return
            self._woken = False
            busy = True
            while busy:
                busy = await self._batch()
                if await self._pause():
                    return

    async def _pause(self) -> bool:
        """Wait a second; only the first wake-up of a busy spell cuts it short.

        Returns: whether to restart.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + _PAUSE_BETWEEN_BATCHES_S
        awake = self._woken
        while (left := end - loop.time()) > 0 and self._woken == awake:
            if await self._hear(left):
                return True
        return False

    async def _hear(self, timeout_s: float | None) -> bool:
        """Take the next word, if one comes in time; return whether it is to restart."""
        told = await self._store.wait(timeout_s)
        self._woken = self._woken or told is not None
        return told == RESTART

    async def _batch(self) -> bool:
        """Delete what expired and answer a batch of requests; return whether there was any."""
        async with self._store.transaction():
            expired = await self._store.delete_expired()
            requests = await self._store.take_requests()
            if requests:
                answers = await asyncio.gather(*(send(self._client, r) for r in requests))
                await self._store.insert_responses(answers)
        if requests:
            LOG.info("answered %d requests", len(requests))
        return bool(requests) or expired > 0


async def run(admin_url: str) -> None:
    """Send requests for ever; a lost connection is made again.

    Args:    admin_url: of the superuser that owns schema net.
    """
    while True:
        try:
            store = await NetStore.open(admin_url)
            try:
                async with new_client() as client:
                    await Worker(store, client).run()
            finally:
                await store.close()
        except DatabaseError as error:
            LOG.warning("pg_net worker: %s", error)
        await asyncio.sleep(_RESTART_S)
