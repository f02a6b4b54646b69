"""How a database is named to people: never with its password, and as libpq will find it."""

from __future__ import annotations

import psycopg
import pytest

from supaops.db.connect import connect, connection_failed, describe, uses_pooler
from supaops.errors import ConnectionFailed


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:p%40ss@db.example:6543/app", "me@db.example:6543/app"),
        ("postgres://me:p:ss@db.example/app?sslmode=require", "me@db.example:5432/app"),
        ("postgres://me:p?ss=1@db.example/app", "me@db.example:5432/app"),
        ("postgresql://me@[::1]:5433/app", "me@::1:5433/app"),
        ("postgresql://me@one:1,two:2/app", "me@one,two:1,2/app"),
        ("postgresql://me@/app?host=/run/pg&port=6", "me@/run/pg:6/app"),
        ("host=a user=me password=word dbname=d", "me@a:5432/d"),
        ("postgresql://me@db.example", "me@db.example:5432/me"),
        ("service=production", "service production"),
    ],
)
def test_a_url_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    assert describe(url) == told


def test_what_a_url_leaves_open_is_told_as_the_environment_fills_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGHOST", "production.example")
    monkeypatch.setenv("PGUSER", "me")
    assert describe("postgresql:///app") == "me@production.example:5432/app"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:pass@word@db.example/app",
        "postgresql://me:pass/word@db.example/app",
        "postgresql://me:pass word@db.example/app",
        "postgresql://me:pass%word@db.example/app",
        "word",
    ],
)
def test_a_password_that_is_not_escaped_is_refused_before_any_part_of_it_is_told(url: str) -> None:
    for attempt in (describe, connect):
        with pytest.raises(ConnectionFailed) as caught:
            attempt(url)
        assert "word@" not in f"{caught.value}{caught.value.__cause__}"
        assert "%40" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://postgres.ref@aws-0.pooler.supabase.com:6543/postgres", True),
        ("host=db.example port=6543 user=me", True),
        ("postgresql://postgres@db.example:5432/postgres", False),
        ("postgresql://postgres@db.example/postgres", False),
    ],
)
def test_supabases_transaction_pooler_is_known_by_its_port(url: str, *, expected: bool) -> None:
    assert uses_pooler(url) is expected


@pytest.mark.parametrize(
    ("host", "cause", "told"),
    [
        ("db.abcdefgh.supabase.co", "Network is unreachable", "session pooler"),
        ("db.abcdefgh.supabase.co", 'could not translate host name "x" to address', "session"),
        (
            "db.abcdefgh.supabase.co",
            "Connection refused",
            "start the server, or correct host and port",
        ),
        ("db.example.com", "Network is unreachable", "wake the project if it is paused"),
    ],
)
def test_a_runner_without_ipv6_is_told_of_the_session_pooler(
    host: str, cause: str, told: str
) -> None:
    failure = psycopg.OperationalError(f"connection to server failed: {cause}")
    found = connection_failed(f"postgresql://me@{host}/postgres", failure)
    assert told in (found.hint or "")
