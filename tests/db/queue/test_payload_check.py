"""Payloads are held against the schema in supaops.task_type, compiled where that can be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from supaops.config.model import TaskType
from supaops.db.connect import Connection
from supaops.db.write import put
from supaops.render import Resource, resources
from tests.db.conftest import CONFIG, rendered

WITHOUT_INTERPRETER = """
create or replace function supaops.json_schema_errors(
  schema jsonb, instance jsonb, path text default '$'
) returns text[] language plpgsql immutable as $$
begin
  raise 'the interpreter was asked';
end
$$
"""


def _nested(depth: int) -> dict[str, Any]:
    innermost: dict[str, Any] = {"const": 1}
    for _ in range(depth):
        innermost = {"properties": {"a": innermost}}
    return innermost


SCHEMAS: dict[str, dict[str, Any]] = {
    "count": {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 0, "multipleOf": 1.0}},
        "required": ["n"],
    },
    "described": {
        "description": "".join(sha256(bytes([n])).hexdigest() for n in range(100)),
        "properties": {"n": {"minimum": 0.5}},
    },
    "deep": _nested(30),
    "unreadable": {"properties": {"code": {"pattern": "^a{1000}$"}}},  # PostgreSQL counts to 255
}


@cache
def changes() -> list[Resource]:
    """Return what the task types of SCHEMAS change in the tests' queue."""
    task_types = {name: TaskType(payload=schema) for name, schema in SCHEMAS.items()}
    declared = {"task_types": CONFIG.queue.task_types | task_types}
    queue = CONFIG.queue.model_copy(update=declared)
    before = {each.address: each.sha256 for each in rendered()}
    after = resources(CONFIG.model_copy(update={"queue": queue}))
    return [each for each in after if each.sha256 != before.get(each.address)]


@pytest.fixture
def typed(queue: Connection) -> Iterator[Connection]:
    """Return a queue with the task types of SCHEMAS, until the test ends."""
    with queue.transaction(force_rollback=True):
        for resource in changes():
            put(queue, resource, None, {})
        yield queue


Enqueue = Callable[[Connection, str, object], str]


def alone(db: Connection, task_type: str, payload: object) -> str:
    """Enqueue one job; return what was said against it, or nothing."""
    return _said(db, "select job_queue_enqueue(%s, %s)", task_type, json.dumps(payload))


def in_a_batch(db: Connection, task_type: str, payload: object) -> str:
    """Enqueue a job behind one of another task type; return what was said, or nothing."""
    batch = [{"task_type": "plain"}, {"task_type": task_type, "payload": payload}]
    return _said(db, "select job_queue_enqueue_many(%s)", json.dumps(batch))


def _said(db: Connection, statement: str, *arguments: object) -> str:
    try:
        with db.transaction():
            db.execute(statement.encode(), arguments)
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"
    return ""


both = pytest.mark.parametrize("enqueue", [alone, in_a_batch])


@both
@pytest.mark.parametrize("task_type", ["count", "described"])
def test_a_payload_that_fits_does_not_need_the_interpreter(
    typed: Connection, enqueue: Enqueue, task_type: str
) -> None:
    """Nor does it where a schema is so long that the table keeps it elsewhere."""
    typed.execute(WITHOUT_INTERPRETER)
    assert enqueue(typed, task_type, {"n": 3}) == ""
    assert "the interpreter was asked" in enqueue(typed, task_type, {"n": -3})


@both
def test_a_payload_that_does_not_fit_is_refused_with_every_fault(
    typed: Connection, enqueue: Enqueue
) -> None:
    said = enqueue(typed, "count", {"n": -0.5})
    assert said.startswith("JQ002 ")
    assert "$.n: expected integer, got number; $.n: expected at least 0" in said


@both
@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"properties": {"n": {"maximum": 9}}}, {"n": -1}, {"n": 10}),
        ({"properties": {"n": {"type": "string"}}}, {"n": "x"}, {"n": 1}),
        ({"type": "object", "required": ["m"]}, {"m": 0}, {"n": 0}),
    ],
)
def test_a_schema_that_was_changed_in_the_table_rules(
    typed: Connection,
    enqueue: Enqueue,
    schema: dict[str, object],
    accepted: object,
    refused: object,
) -> None:
    change = "update supaops.task_type set payload_schema = %s where name = 'count'"
    typed.execute(change, [json.dumps(schema)])
    assert enqueue(typed, "count", accepted) == ""
    assert enqueue(typed, "count", refused).startswith("JQ002 ")


@both
def test_a_schema_that_was_removed_from_the_table_refuses_nothing(
    typed: Connection, enqueue: Enqueue
) -> None:
    typed.execute("update supaops.task_type set payload_schema = null where name = 'count'")
    assert enqueue(typed, "count", {"n": "x"}) == ""


@both
def test_the_schema_of_a_task_type_that_is_not_declared_any_more_rules(
    typed: Connection, enqueue: Enqueue
) -> None:
    """Its row stays until an apply that prunes; only the table knows it."""
    typed.execute("update supaops.task_type set name = 'former' where name = 'count'")
    assert enqueue(typed, "former", {"n": 1}) == ""
    assert enqueue(typed, "former", {"n": "x"}).startswith("JQ002 ")
    assert enqueue(typed, "count", {"n": 1}).startswith("JQ001 ")


@both
def test_a_schema_too_deep_to_be_compiled_is_checked_all_the_same(
    typed: Connection, enqueue: Enqueue
) -> None:
    payload: object = 1
    for _ in range(30):
        payload = {"a": payload}
    assert enqueue(typed, "deep", payload) == ""
    assert enqueue(typed, "deep", {"a": payload}).startswith("JQ002 ")


@both
def test_a_pattern_that_postgresql_cannot_read_harms_no_other_job(
    typed: Connection, enqueue: Enqueue
) -> None:
    assert enqueue(typed, "unreadable", {"code": "a"}).startswith(
        "2201B invalid regular expression"
    )
    assert enqueue(typed, "unreadable", {"code": 1}) == ""
    assert enqueue(typed, "count", {"n": 1}) == ""


def test_the_first_payload_of_a_batch_that_does_not_fit_is_named(typed: Connection) -> None:
    payloads = [{"n": 1}, {"n": 2}, {"n": "x"}, {"n": "y"}]
    batch = [{"task_type": "count", "payload": payload} for payload in payloads]
    said = _said(typed, "select job_queue_enqueue_many(%s)", json.dumps(batch))
    assert said.startswith("JQ002 jobs[2]: payload of 'count' breaks its declared schema: $.n:")
