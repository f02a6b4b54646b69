"""Which callers are let in: by the secret, the worker's own or one of a rotation, or signed."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable

from supaops.db.rotation import KnownValues
from supaops.errors import DatabaseError
from supaops.worker.http.signature import (
    NotSigned,
    Replays,
    Signed,
    check_age,
    check_signature,
    signing_key,
)
from supaops.worker.settings import Settings

# How old the knowledge of rotations may be, in seconds. A caller with a wrong value must not be
# able to have the database asked at will, nor one with a right value at each call.
_STALE_S = 5.0
_STALE_FOR_STRANGERS_S = 1.0

log = logging.getLogger("supaops.worker")


async def _no_rotations() -> KnownValues:
    return KnownValues()


class Credentials:
    """Tell whether a caller's secret, or signature, is good.

    While a secret is rotated the database knows which other value is good, and which one is no
    longer. Without a database the worker's own value decides. A signature can be checked with the
    own value alone, since of others the database knows no more than digests.

    Args:
        read: returns what the database knows.
        clock: seconds of a clock that never goes back.
        wall_clock: seconds since 1970.
    """

    def __init__(
        self,
        settings: Settings,
        read: Callable[[], Awaitable[KnownValues]] = _no_rotations,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._own = settings.secret.get_secret_value().encode()
        self._key = signing_key(settings.secret.get_secret_value())
        self._window = settings.replay_window
        self._replays = Replays()
        self._name = settings.secret_name
        self._read = read
        self._clock = clock
        self._wall_clock = wall_clock
        self._known = KnownValues()
        self._known_at = float("-inf")
        self._reading = asyncio.Lock()

    async def accept(self, given: bytes | None) -> bool:
        """Compare in constant time with the worker's own value, then with those of a rotation."""
        if not given:
            return False
        is_own = hmac.compare_digest(given, self._own)
        await self._refresh(_STALE_S if is_own else _STALE_FOR_STRANGERS_S)
        digest = self._known.digest(self._name, given)
        return digest not in self._known.retired if is_own else digest in self._known.good

    async def accept_signed(self, call: Signed, body: bytes) -> None:
        """Take a signed call, once in this process.

        Raises: NotSigned with the reason; how old it is is told of an authentic one alone.
        """
        signature = check_signature(self._key, call, body)
        now = self._wall_clock()
        check_age(call, now, self._window)
        await self._refresh(_STALE_S)
        if self._known.digest(self._name, self._own) in self._known.retired:
            raise NotSigned("this worker's secret was rotated out: start it with the new value")
        until = call.timestamp + self._window.total_seconds()
        self._replays.take(signature, until=until, now=now)

    async def _refresh(self, stale_s: float) -> None:
        async with self._reading:
            if self._clock() - self._known_at < stale_s:
                return
            self._known_at = self._clock()
            try:
                self._known = await self._read()
            except DatabaseError as error:
                log.warning("rotations of the secret are not known: %s", error)
