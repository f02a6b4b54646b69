"""The compiled condition of a schema says yes exactly when the interpreter finds no fault."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supaops.config.payload_schema import check_payload_schema
from supaops.db.connect import Connection
from supaops.render.payload_condition import payload_condition
from tests.db.queue.schemas import Maker
from tests.db.queue.test_json_schema import CASES

JUDGED = """
select payload, {condition} as compiled,
       supaops.json_schema_errors(%(schema)s, payload) = '{{}}' as interpreted
  from jsonb_array_elements(%(payloads)s) as payload
"""


def judged(db: Connection, schema: dict[str, Any], payloads: list[Any]) -> list[dict[str, Any]]:
    """Return each payload with both verdicts."""
    condition = payload_condition(schema)
    assert condition is not None
    statement = JUDGED.format(condition=condition.replace("%", "%%"))
    parameters = {"schema": json.dumps(schema), "payloads": json.dumps(payloads)}
    return db.execute(statement.encode(), parameters).fetchall()


@pytest.mark.parametrize(("schema", "good", "bad"), CASES, ids=lambda case: json.dumps(case)[:40])
def test_a_condition_judges_as_the_specification_says(
    queue: Connection, schema: Any, good: list[object], bad: list[object]
) -> None:
    rows = judged(queue, schema, good + bad)
    assert [row["compiled"] for row in rows] == [True] * len(good) + [False] * len(bad)


def test_condition_and_interpreter_agree_on_random_schemas(queue: Connection) -> None:
    seen: Counter[bool] = Counter()

    @settings(
        max_examples=400,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def agree(random: Random) -> None:
        maker = Maker(random)
        schema = check_payload_schema(maker.schema())
        rows = judged(queue, schema, [maker.fitting(schema) for _ in range(12)])
        wrong = [row for row in rows if row["compiled"] is not row["interpreted"]]
        assert (schema, wrong) == (schema, [])
        seen.update(row["interpreted"] for row in rows)

    agree()
    assert min(seen[True], seen[False]) > sum(seen.values()) / 5, "neither verdict is rare"
