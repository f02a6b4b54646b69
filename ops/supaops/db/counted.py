"""Connections that tell what they were used for: how many statements, and how long they took."""

from __future__ import annotations

import logging
import time
from typing import Any, Self

import psycopg
from psycopg.rows import DictRow

log = logging.getLogger("supaops.db")


class CountedConnection(psycopg.Connection[DictRow]):
    """A connection that logs at its end the number of statements, never their text."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.statements, self.seconds = 0, 0.0
        self.cursor_factory = _CountedCursor

    def close(self) -> None:
        """Close the connection, and log once what it was used for."""
        if not self.closed:
            log.debug("%d statements, %.3f s; disconnected", self.statements, self.seconds)
        super().close()


class _CountedCursor(psycopg.Cursor[DictRow]):
    """Its connection counts what it executes."""

    def execute(self, *args: Any, **named: Any) -> Self:
        with _Counting(self):
            return super().execute(*args, **named)

    def executemany(self, *args: Any, **named: Any) -> None:
        with _Counting(self):
            super().executemany(*args, **named)


class _Counting:
    """One statement under way."""

    def __init__(self, cursor: psycopg.Cursor[DictRow]) -> None:
        self._connection = cursor.connection

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        if isinstance(self._connection, CountedConnection):
            self._connection.statements += 1
            self._connection.seconds += time.monotonic() - self._began
