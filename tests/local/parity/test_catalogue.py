from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from tests.local.parity.catalogue import REAL, STANDIN, expected, found

pytestmark = [pytest.mark.stack, pytest.mark.parity]

EXTENSION_OF = {"cron": "pg_cron", "net": "pg_net", "vault": "supabase_vault"}

SECTIONS = sorted({(schema, line.section) for schema in EXTENSION_OF for line in expected(schema)})


@pytest.mark.parametrize(("schema", "section"), SECTIONS)
def test_a_schema_offers_what_the_real_extension_does(
    db: Connection, standins: frozenset[str], schema: str, section: str
) -> None:
    side = STANDIN if EXTENSION_OF[schema] in standins else REAL
    wanted = [
        line.facts
        for line in expected(schema)
        if line.section == section and line.side in {"", side}
    ]
    facts = found(db, schema).get(section, set())
    missing = [alternatives for alternatives in wanted if not alternatives & facts]
    assert (missing, facts.difference(*wanted)) == ([], set())


@pytest.mark.parametrize("schema", EXTENSION_OF)
def test_a_schema_holds_no_other_kinds_of_objects(db: Connection, schema: str) -> None:
    assert set(found(db, schema)) == {line.section for line in expected(schema)}


@pytest.mark.parametrize(
    ("extension", "schema", "versions"),
    [
        ("pg_cron", "pg_catalog", ("1.6",)),
        ("pg_net", "extensions", ("0.19.", "0.20.")),
        ("supabase_vault", "vault", ("0.3.",)),
    ],
)
def test_an_extension_is_there_and_a_migration_may_ask_for_it_again(
    db: Connection, extension: str, schema: str, versions: tuple[str, ...]
) -> None:
    db.execute(f"create extension if not exists {extension}")
    row = db.execute(
        "select extnamespace::regnamespace::text as schema, extversion as version"
        " from pg_extension where extname = %s",
        (extension,),
    ).fetchone()
    assert row
    assert row["schema"] == schema
    assert row["version"].startswith(versions)
