"""The public keys that a project signs its tokens with."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWKError

from supaops.web.refusal import Refusal

ALGORITHMS = frozenset({"RS256", "ES256"})
"""Those of Supabase whose keys are public; one with a shared secret is never taken from a list.

Source: https://supabase.com/docs/guides/auth/signing-keys
"""
_FRESH_S = 600.0
_AGAIN_S = 30.0
_PATIENCE_S = 5.0

log = logging.getLogger("supaops.web.access")
Fetch = Callable[[], Mapping[str, Any]]


class PublicKeys:
    """Keep a project's keys for ten minutes; ask at once for one that is not known.

    A stranger can name any key, so the project is asked at most once in half a minute. Keys that
    were read stay good while it does not answer.

    Args:
        fetch: returns the JSON Web Key Set.
        clock: seconds of a clock that never goes back.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def named(self, name: str) -> PyJWK | None:
        """Return the key of a name; None where the project has none.

        Raises: Refusal where no key of the project's is known at all.
        """
        with self._lock:
            if self._is_due(name):
                self._ask()
            if not self._keys:
                raise Refusal(
                    503,
                    "no public key of the Supabase project is known",
                    hint="look into the log; a project without signing keys needs "
                    "dashboard.supabase.jwt_secret",
                )
            return self._keys.get(name)

    def _is_due(self, name: str) -> bool:
        age = self._clock() - self._asked_at
        return age > _FRESH_S or (name not in self._keys and age > _AGAIN_S)

    def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = _usable(self._fetch())
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("the project's public keys cannot be read: %s", type(error).__name__)


def fetching(auth_url: str) -> Fetch:
    """Return what reads the keys of a project."""

    def fetch() -> Mapping[str, Any]:
        answer = httpx.get(f"{auth_url}/.well-known/jwks.json", timeout=_PATIENCE_S)
        found: Mapping[str, Any] = answer.raise_for_status().json()
        return found

    return fetch


def _usable(told: Mapping[str, Any]) -> dict[str, PyJWK]:
    """Return the keys by name; those of another kind, or for another use, are passed over."""
    found = {}
    for each in told["keys"]:
        key = _parsed(each)
        if key and key.key_id and key.algorithm_name in ALGORITHMS:
            found[key.key_id] = key
    return found


def _parsed(told: Mapping[str, Any]) -> PyJWK | None:
    if told.get("use", "sig") != "sig":
        return None
    try:
        return PyJWK(dict(told))
    except (PyJWKError, InvalidKeyError, KeyError, ValueError):
        return None
