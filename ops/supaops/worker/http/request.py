"""What a caller may ask of the endpoint: pure checks of headers and body."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import NamedTuple

from starlette.exceptions import HTTPException

from supaops.config.duration import LONGEST_WAKE

MAX_BODY_BYTES = 16 * 1024

_DISPATCH = re.compile(r"[0-9]{1,19}")
_NONCE = re.compile(r"[!-~]{1,200}")
_GREATEST_ID = 2**63 - 1


class Wish(NamedTuple):
    """What a post asks for: jobs at once, and how long to look for more; zero is not at all."""

    limit: int
    linger: timedelta = timedelta()


def parse_wish(body: bytes, content_type: str | None, *, default: int, maximum: int) -> Wish:
    """Return what the body asks for; an empty body asks for the default limit.

    More than the maximum is served as the maximum: the schedule in the database and the worker are
    deployed one after the other, and a raised limit must not stop the queue in between. Keys other
    than `limit` and `linger_ms` are ignored for the same reason.

    Raises: HTTPException 415 for another type than JSON, 400 with the reason for a bad body.
    """
    if not body:
        return Wish(default)
    if not _is_json(content_type):
        raise HTTPException(415, "the content type must be application/json")
    wishes = _decode(body)
    limit = _integer(wishes, "limit", default, least=1)
    linger_ms = _integer(wishes, "linger_ms", 0, least=0)
    longest_ms = LONGEST_WAKE // timedelta(milliseconds=1)
    return Wish(min(limit, maximum), timedelta(milliseconds=min(linger_ms, longest_ms)))


def _integer(wishes: dict[str, object], key: str, default: int, *, least: int) -> int:
    value = wishes.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise HTTPException(400, f"{key} must be an integer")
    if value < least:
        raise HTTPException(400, f"{key} must be at least {least}")
    return value


def parse_dispatch(header: str | None) -> str | None:
    """Return the dispatch id that the database sent along, or None for anything but digits."""
    return header if header and _DISPATCH.fullmatch(header) else None


class NotOurs(HTTPException):
    """The post was sent by another database than the one whose jobs run here."""

    def __init__(self) -> None:
        super().__init__(409, "this call does not come from the database of this worker")


class Origin(NamedTuple):
    """Which post of a database a call claims to be, for that database to confirm."""

    dispatch: int
    nonce: str


def parse_origin(dispatch: str | None, nonce: str | None) -> Origin | None:
    """Return what is to be confirmed; None for a call that says nothing of it, as one by hand.

    Raises: NotOurs for a nonce beside what is no number of a post.
    """
    if not nonce:
        return None
    number = int(parse_dispatch(dispatch) or _GREATEST_ID + 1)
    if number > _GREATEST_ID or not _NONCE.fullmatch(nonce):
        raise NotOurs
    return Origin(number, nonce)


def _is_json(content_type: str | None) -> bool:
    """Tell whether a body is JSON in UTF-8, in which alone it is exchanged (RFC 8259, 8.1)."""
    kind, _, parameters = (content_type or "").lower().partition(";")
    charsets = re.findall(r"charset\s*=\s*\"?([^\s\";]*)", parameters)
    return kind.strip() == "application/json" and set(charsets) <= {"utf-8", "utf8"}


def _decode(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body.decode(), parse_constant=_no_json, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is not JSON") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "the body must be a JSON object")
    return value


def _no_json(name: str) -> None:
    """Refuse NaN and the infinities, which Python reads and JSON has not."""
    raise ValueError(name)


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; of a key that comes twice nobody knows which one was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise HTTPException(400, "the body names a key twice")
    return found
