"""Slow down whoever guesses passwords, and nobody else."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_FREE = 5
"""Failures of one name from one address before a wait."""
_FREE_OF_ADDRESS = 25
"""Failures from one address, whatever the names."""
_FIRST_WAIT_S = 15.0
_LONGEST_WAIT_S = 900.0
_MOST = 10_000
_NETWORK_BITS = 64

Key = tuple[str, ...]


@dataclass(slots=True)
class _Count:
    failures: int = 0
    until: float = 0.0
    before: float = 0.0
    last: float = 0.0


class Attempts:
    """Count failed sign-ins by name and address, and by address.

    By name alone nothing is counted: a stranger could keep somebody out. Counts are forgotten when
    the longest wait has passed without a failure, and beyond `most` the oldest one is.

    Args:    clock: seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        self._clock = clock
        self._most = most
        self._counts: OrderedDict[Key, _Count] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, name: str, address: str) -> float:
        """Count an attempt as failed until `succeeded` says otherwise.

        Returns: how many seconds must pass before another one; 0 for one that may go on.
        """
        with self._lock:
            now = self._clock()
            self._forget(now)
            keys = _keys(name, address)
            wait = max(self._wait(key, now) for key, _ in keys)
            if wait <= 0:
                for key, free in keys:
                    self._count(key, free, now)
            return max(0.0, wait)

    def succeeded(self, name: str, address: str) -> None:
        """Take the failure of `begin` back, and forget those of the name from there."""
        with self._lock:
            (pair, _), (whole, _) = _keys(name, address)
            self._counts.pop(pair, None)
            self._take_back(whole)

    def untold(self, name: str, address: str) -> None:
        """Take the failure of `begin` back: whether the password is right was not found out."""
        with self._lock:
            for key, _ in _keys(name, address):
                self._take_back(key)

    def __len__(self) -> int:
        """Return how many counts are remembered."""
        return len(self._counts)

    def _wait(self, key: Key, now: float) -> float:
        found = self._counts.get(key)
        return found.until - now if found else 0.0

    def _count(self, key: Key, free: int, now: float) -> None:
        found = self._counts.setdefault(key, _Count())
        self._counts.move_to_end(key)
        found.failures += 1
        found.last, found.before = now, found.until
        if found.failures >= free:
            doublings = min(found.failures - free, 16)
            found.until = now + min(_FIRST_WAIT_S * 2**doublings, _LONGEST_WAIT_S)

    def _take_back(self, key: Key) -> None:
        if found := self._counts.get(key):
            found.failures -= 1
            found.until = found.before

    def _forget(self, now: float) -> None:
        while self._counts:
            key, oldest = next(iter(self._counts.items()))
            if oldest.last + _LONGEST_WAIT_S >= now and len(self._counts) <= self._most:
                return
            del self._counts[key]


def _keys(name: str, address: str) -> tuple[tuple[Key, int], tuple[Key, int]]:
    """Return what an attempt counts for, and how many failures are free; a name as its digest."""
    network = _network(address)
    who = hashlib.sha256(name.strip().casefold().encode("utf-8", "replace")).hexdigest()
    return ((who, network), _FREE), ((network,), _FREE_OF_ADDRESS)


def _network(address: str) -> str:
    """Return the address; of IPv6 its network, of which one person has all addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 4:  # noqa: PLR2004  the version's own number
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _NETWORK_BITS), strict=False))
