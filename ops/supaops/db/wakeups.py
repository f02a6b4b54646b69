"""Hear that there are new jobs, where a connection can: through a transaction pooler none does."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable

from supaops.db.connect import AsyncConnection, uses_pooler
from supaops.db.pool import Pool
from supaops.db.queries import query
from supaops.db.session import listen, open_session, unlisten, wait_for_notification
from supaops.errors import DatabaseError

# A notification of our own must have come back within this.
PROOF_S = 2.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
# A line that was cut says nothing: the system asks after half a minute, and soon gives up.
_KEEP_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}

log = logging.getLogger("supaops.worker")


class Wakeups:
    """Listen on a channel of its own connection.

    Args:
        url: libpq URL; may hold a password.
        pool: lends the connection that sends the proof.
        channel: its name; the queue's.
        heard: called at each notification, and when the listening begins.
    """

    def __init__(self, url: str, pool: Pool, *, channel: str, heard: Callable[[], None]) -> None:
        self._url = url
        self._pool = pool
        self._channel = channel
        self._heard = heard
        self._pause_s = _FIRST_PAUSE_S
        self._was_cut = False

    async def follow(self) -> None:
        """Listen until cancelled; reconnect when cut off; return where no notification comes."""
        while not uses_pooler(self._url):
            try:
                if not await self._listen():
                    break
            except DatabaseError as error:
                self._note(error)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        log.info("no notification comes through this connection: looking for jobs now and then")

    async def _listen(self) -> bool:
        """Hear until the connection ends; false where it carries nothing.

        Raises: DatabaseError.
        """
        connection = await open_session(
            self._url, application_name="supaops worker (wakeups)", **_KEEP_ALIVE
        )
        try:
            await listen(connection, self._channel)
            if not await self._is_proved(connection):
                await unlisten(connection)  # the pooler may keep the session for others
                return False
            self._begin()
            while True:
                if await wait_for_notification(connection, None) == "":
                    self._heard()
        finally:
            await connection.close()

    def _begin(self) -> None:
        self._pause_s = _FIRST_PAUSE_S
        log.log(logging.INFO if self._was_cut else logging.DEBUG, "listening for new jobs")
        self._was_cut = False
        self._heard()  # for what came while nobody listened

    async def _is_proved(self, connection: AsyncConnection) -> bool:
        """Tell whether what another session sends arrives; a payload keeps it from waking anybody.

        A pooler would carry what this very connection sends in the answer to the statement.
        """
        token = secrets.token_hex(8)
        async with self._pool.statements() as other:
            await other.execute(query("jobs.notify"), {"channel": self._channel, "payload": token})
        end = asyncio.get_running_loop().time() + PROOF_S
        while (left := end - asyncio.get_running_loop().time()) > 0:
            if await wait_for_notification(connection, left) == token:
                return True
        return False

    def _note(self, error: DatabaseError) -> None:
        if not self._was_cut:
            log.warning("not listening for new jobs, looking now and then meanwhile: %s", error)
        self._was_cut = True
