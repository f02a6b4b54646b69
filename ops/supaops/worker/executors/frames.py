"""Objects over a socket between a worker and its own child processes, each with its length."""

from __future__ import annotations

import asyncio
import pickle
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct("!Q")


def packed(content: Any) -> bytes:
    """Return an object as a frame."""
    body = pickle.dumps(content)
    return _LENGTH.pack(len(body)) + body


def unpacked(body: bytes) -> Any:
    """Return the object of a frame; both ends of the socket are one program's."""
    return pickle.loads(body)  # noqa: S301  nobody else can write to the socket


async def read(stream: asyncio.StreamReader) -> Any:
    """Return the next object.

    Raises: asyncio.IncompleteReadError or ConnectionError when the other end is gone.
    """
    [length] = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    return unpacked(await stream.readexactly(length))


def read_body(stream: BinaryIO) -> bytes | None:
    """Return the next frame, still packed; None when the other end is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    [length] = _LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None
