"""Which values of the secret header are good: the worker's own, and those of a rotation."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable

from supaops.db.rotation import KnownValues
from supaops.errors import DatabaseError
from supaops.worker.settings import Settings

# How old the knowledge of rotations may be, in seconds. A caller with a wrong value must not be
# able to have the database asked at will, nor one with a right value at each call.
_STALE_S = 5.0
_STALE_FOR_STRANGERS_S = 1.0

log = logging.getLogger("supaops.worker")


async def _no_rotations() -> KnownValues:
    return KnownValues()


class Credentials:
    """Tell whether a caller's secret is good.

    While a secret is rotated the database knows which other value is good, and which one is no
    longer. Without a database the worker's own value decides.

    Args:
        read: returns what the database knows.
        clock: seconds of a clock that never goes back.
    """

    def __init__(
        self,
        settings: Settings,
        read: Callable[[], Awaitable[KnownValues]] = _no_rotations,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = settings.secret.get_secret_value().encode()
        self._name = settings.secret_name
        self._read = read
        self._clock = clock
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

    async def _refresh(self, stale_s: float) -> None:
        async with self._reading:
            if self._clock() - self._known_at < stale_s:
                return
            self._known_at = self._clock()
            try:
                self._known = await self._read()
            except DatabaseError as error:
                log.warning("rotations of the secret are not known: %s", error)
