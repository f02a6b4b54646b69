"""How often a page asks the database."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest


def statements(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list to which every statement of this process is added from now on."""
    seen: list[object] = []
    plain = psycopg.Connection.execute

    def execute(
        connection: psycopg.Connection[Any], statement: Any, *more: Any, **named: Any
    ) -> Any:
        seen.append(statement)
        return plain(connection, statement, *more, **named)

    monkeypatch.setattr(psycopg.Connection, "execute", execute)
    return seen
