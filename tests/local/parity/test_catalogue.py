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
