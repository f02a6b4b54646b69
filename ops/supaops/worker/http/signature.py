"""Signed calls: the headers of Standard Webhooks, and what a worker makes of them. Pure.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. The
database's side is `templates/sql/functions/supaops/signing/`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from supaops.errors import SupaopsError

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"

_VERSION = b"v1,"
# Two while a secret is rotated; the bound is on what a stranger can have compared.
_MOST_SIGNATURES = 10
_ID = re.compile(rb"[!-\-/-~]{1,200}")  # printable, without the dot that ends it
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_PREFIXED_KEY = re.compile(
    r"whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=))"
)
_OF_A_POST = re.compile(r"([0-9]+)(?:_(.+))?")
_OF_A_GET = "get_"


class NotSigned(SupaopsError):
    """A signature does not let a call in; the message is for the log, and holds no value."""


class Signed(NamedTuple):
    """What a call says of its signature."""

    id: str
    timestamp: int
    signatures: tuple[bytes, ...]


def parse_signed(headers: Iterable[tuple[bytes, bytes]]) -> Signed | None:
    """Return what the headers say, the first of each name; None when none is a signature's.

    Args:    headers: as ASGI has them.
    Raises:  NotSigned when one is missing or malformed.
    """
    told: dict[bytes, bytes] = {}
    for name, value in headers:
        told.setdefault(name.lower(), value)
    if SIGNATURE_HEADER.encode() not in told:
        return None
    id_, timestamp = (told.get(each.encode(), b"") for each in (ID_HEADER, TIMESTAMP_HEADER))
    if not _ID.fullmatch(id_) or not _TIMESTAMP.fullmatch(timestamp):
        raise NotSigned(f"{ID_HEADER} or {TIMESTAMP_HEADER} is missing or malformed")
    signatures = told[SIGNATURE_HEADER.encode()].split(b" ")
    mine = tuple(each for each in signatures if each.startswith(_VERSION))
    return Signed(id_.decode(), int(timestamp), mine[:_MOST_SIGNATURES])


def signing_key(secret: str) -> bytes:
    """Return the key that a secret stands for: the base64 after `whsec_`, or its own bytes."""
    found = _PREFIXED_KEY.fullmatch(secret)
    return b64decode(found[1]) if found else secret.encode()


def sign(key: bytes, id_: str, timestamp: int, body: bytes) -> bytes:
    """Return the signature as its header holds it."""
    message = f"{id_}.{timestamp}.".encode() + body
    return _VERSION + b64encode(hmac.digest(key, message, hashlib.sha256))


def check_signature(key: bytes, call: Signed, body: bytes) -> bytes:
    """Return the signature that the call should have, which it has.

    Raises: NotSigned.
    """
    wanted = sign(key, call.id, call.timestamp, body)
    # Every one is compared, each in constant time: how long it takes tells nothing.
    if not sum([hmac.compare_digest(wanted, each) for each in call.signatures]):
        raise NotSigned("the signature was made with another secret, or for another body")
    return wanted


def check_age(call: Signed, now: float, window: timedelta) -> None:
    """Refuse what is too old, or from the future.

    Args:    now: in seconds since 1970.
    Raises:  NotSigned that tells by how much, since one of two clocks may be wrong.
    """
    age, longest = now - call.timestamp, window.total_seconds()
    if age > longest:
        raise NotSigned(
            f"signed {age:.0f} s ago by this clock, more than worker.replay_window ({longest:g} s):"
            " the clocks of database and worker differ, or the post waited for long in pg_net"
        )
    if age < -longest:
        raise NotSigned(
            f"signed {-age:.0f} s ahead of this clock, more than worker.replay_window"
            f" ({longest:g} s): the clocks of database and worker differ"
        )


def check_use(call: Signed, *, asks: bool, dispatch: str | None, nonce: str | None) -> None:
    """Refuse a signature that was made for another call than this one.

    The id of the database's posts names the dispatch and the nonce, so nobody can take the nonce
    off a post that is read in pg_net's queue, or put it on another.

    Args:
        asks: whether the call is a GET, which starts no job.
        dispatch, nonce: what the headers of the clone guard say.
    Raises: NotSigned.
    """
    if asks != call.id.startswith(_OF_A_GET):
        raise NotSigned("the signature is for another method")
    post = _OF_A_POST.fullmatch(call.id)
    if post and (post[1], post[2] or "") != (dispatch or "", nonce or ""):
        raise NotSigned("the dispatch or its nonce is another one than what was signed")


class Replays:
    """Remember which signatures were taken, for as long as they would be good.

    Args:    most: how many are remembered; beyond that the one that came first is forgotten.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._until: dict[bytes, float] = {}

    def take(self, signature: bytes, *, until: float, now: float) -> None:
        """Take a signature, once.

        Args:    until, now: in seconds since 1970; after `until` it is refused for its age.
        Raises:  NotSigned for one that was taken before.
        """
        self._forget(now)
        if signature in self._until:
            raise NotSigned("the same call was taken before")
        if len(self._until) >= self._most:
            del self._until[next(iter(self._until))]
        self._until[signature] = until

    def _forget(self, now: float) -> None:
        while self._until and self._until[first := next(iter(self._until))] < now:
            del self._until[first]
