"""What is told of a value in Vault, of which nothing travels."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.config.secrecy import is_placeholder
from supaops.db.connect import Connection
from supaops.db.health.vault import Reach, ValueFacts, read_values

pytestmark = pytest.mark.stack

HOST = "worker.example.com"
TOKEN = "ey" + "JhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2ln"


def looked_at(db: Connection, value: str) -> ValueFacts:
    db.execute("delete from vault.secrets")
    db.execute("select vault.create_secret(%s, 'one')", [value])
    return read_values(db, ["one"], HOST)["one"]


PLACEHOLDERS = ["changeme", " Change_Me_please ", "env(SECRET)", "<a\nb>", "${X}", "xxx", "TODO"]
VALUES = ["changed", "an env(SECRET)", "xx", "a-real-one", "your", "<half"]


@pytest.mark.parametrize("value", [*PLACEHOLDERS, *VALUES])
def test_the_server_takes_the_same_for_a_placeholder_as_the_config_does(
    db: Connection, value: str
) -> None:
    assert looked_at(db, value).is_placeholder is is_placeholder(value) is (value in PLACEHOLDERS)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", {"is_empty": True}),
        ("PAUSED", {"is_paused": True}),
        ("paused", {}),
        (TOKEN, {"is_legacy_key": True}),
        ("eyJ", {}),
        ("ftp://worker.example.com/x", {}),
    ],
)
def test_a_value_that_is_no_url_is_told_by_what_it_is(
    db: Connection, value: str, told: dict[str, Any]
) -> None:
    facts = looked_at(db, value)
    assert facts == ValueFacts("one", facts.age_s, **told)
    assert facts.age_s < 60


@pytest.mark.parametrize(
    ("url", "reach"),
    [
        ("http://localhost:8000/run", Reach.LOOPBACK),
        ("http://127.0.0.1:8000", Reach.LOOPBACK),
        ("http://[::1]:8000/run", Reach.LOOPBACK),
        ("http://0.0.0.0/run", Reach.LOOPBACK),
        ("http://kong:8000/run", Reach.PRIVATE),
        ("http://api.supabase.internal:8000/run", Reach.PRIVATE),
        ("http://10.1.2.3/run", Reach.PRIVATE),
        ("http://172.31.0.2/run", Reach.PRIVATE),
        ("http://172.32.0.2/run", Reach.PUBLIC),
        ("http://[fd00::1]/run", Reach.PRIVATE),
        ("http://10.example.com/run", Reach.PUBLIC),
        ("HTTPS://Worker.Example.com?key=x", Reach.PUBLIC),
        ("http://name:word@127.0.0.1@worker.example.com/run", Reach.PUBLIC),
    ],
)
def test_where_a_url_leads_is_told_by_its_host(db: Connection, url: str, reach: Reach) -> None:
    facts = looked_at(db, url)
    assert facts.reach is reach
    assert facts.is_https is url.lower().startswith("https")
    assert facts.is_source_host is (HOST in url.lower())


def test_what_is_not_asked_about_is_not_decrypted(db: Connection) -> None:
    db.execute("select vault.create_secret('a-value', 'one')")
    assert read_values(db, [], HOST) == {}
