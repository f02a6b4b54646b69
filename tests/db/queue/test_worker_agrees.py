"""The worker's check of a payload beside the database's: the same faults in the same words."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from supaops.db.connect import Connection
from supaops.worker.schemas import faults_of
from tests.db.calls import value
from tests.db.queue.schemas import Maker
from tests.db.queue.test_json_schema import CASES

_ERRORS = """
select jsonb_agg(to_jsonb(supaops.json_schema_errors(e.value -> 0, e.value -> 1, '$')) order by n)
  from jsonb_array_elements(%s::jsonb) with ordinality as e (value, n)
"""

Pair = tuple[Any, Any]


def both(db: Connection, pairs: list[Pair]) -> list[tuple[Pair, set[str], set[str]]]:
    """Return for each schema and payload what the database finds, and what the worker finds."""
    found = value(db, _ERRORS, json.dumps(pairs))
    ours = [set(faults_of(schema)(payload)) for schema, payload in pairs]
    return [
        (pair, set(theirs), mine) for pair, theirs, mine in zip(pairs, found, ours, strict=True)
    ]


def test_known_cases_are_worded_alike(queue: Connection) -> None:
    pairs = [(schema, each) for schema, good, bad in CASES for each in (*good, *bad)]
    assert [each for each in both(queue, pairs) if each[1] != each[2]] == []


@pytest.mark.parametrize("seed", [1, 2])
def test_random_payloads_are_judged_and_worded_alike(queue: Connection, seed: int) -> None:
    maker = Maker(Random(seed))  # noqa: S311  the same on every run
    schemas = [maker.schema() for _ in range(150)]
    pairs = [(schema, maker.fitting(schema)) for schema in schemas for _ in range(4)]
    found = both(queue, pairs)
    assert [each for each in found if bool(each[1]) != bool(each[2])] == []
    assert [each for each in found if each[1] != each[2]] == []
    assert any(each[1] for each in found)
    assert not all(each[1] for each in found)


@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        ({"multipleOf": 0.1}, 0.3),
        ({"pattern": "^a.b$"}, "a\nb"),
        ({"pattern": "^[[:alpha:]]+$"}, "abc"),
    ],
)
def test_what_the_database_takes_the_worker_takes(
    queue: Connection, schema: object, payload: object
) -> None:
    [(_, theirs, ours)] = both(queue, [(schema, payload)])
    assert theirs == ours == set()
