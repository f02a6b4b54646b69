"""One pass over a batch, and the checks that name the fault, agree on which batches have one."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supaops.db.connect import Connection
from tests.db.calls import value

CHECKS = """
select supaops.check_batch_structure(%(jobs)s), supaops.check_batch_arguments(%(jobs)s),
       supaops.check_batch_types(%(jobs)s)
"""

ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "payload": st.sampled_from([{}, {"dryRun": True}, {"dryRun": 1}, {"x": 1}, [], 7, None]),
    "run_at": st.sampled_from(["2030-01-01", "soon", 7, None, {}]),
    "queue": st.sampled_from(["q", "", "*", "q" * 500, "q" * 501, "ä" * 251, 7, None]),
    "priority": st.sampled_from([0, -32768, 32767, 32768, 10**12, "5", "x", 1.5, True, None]),
    "max_attempts": st.sampled_from([1, 0, -1, "3", 10**12, None]),
    "dedup_key": st.sampled_from(["k", "", "k" * 2000, "k" * 2001, 7, None]),
    "on_duplicate": st.sampled_from(["keep", "reject", "", "Keep", 7, None]),
    "task": st.sampled_from(["plain", None]),
}
TASK_TYPES = st.sampled_from(["plain"] * 9 + ["game_platform_sync"] * 9 + ["nope", 7, None])
NO_OBJECTS = st.sampled_from([7, None, "plain", [], [{"task_type": "plain"}]])
NO_BATCHES = st.sampled_from([{}, {"task_type": "plain"}, 7, "x", None, True])


@st.composite
def jobs(draw: st.DrawFn) -> Any:
    """Return a job with at most one argument, which may be of a senseless value, or no job."""
    if draw(st.integers(0, 19)) == 0:
        return draw(NO_OBJECTS)
    job = {} if draw(st.integers(0, 19)) == 0 else {"task_type": draw(TASK_TYPES)}
    for name in draw(st.lists(st.sampled_from(sorted(ARGUMENTS)), max_size=1)):
        job[name] = draw(ARGUMENTS[name])
    return job


def fault(db: Connection, batch: str) -> str:
    """Return what the checks one by one say against a batch, or nothing."""
    try:
        with db.transaction():
            db.execute(CHECKS, {"jobs": batch})
    except psycopg.Error as error:
        return str(error)
    return ""


def test_a_batch_is_sound_exactly_when_no_check_finds_a_fault(queue: Connection) -> None:
    seen: Counter[bool] = Counter()

    @settings(
        max_examples=600,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(jobs(), max_size=2) | NO_BATCHES)
    def agree(batch: Any) -> None:
        text = json.dumps(batch)
        sound = value(queue, "select supaops.batch_is_sound(%s)", text)
        assert (sound, text) == (not fault(queue, text), text)
        seen[sound] += 1

    agree()
    assert min(seen[True], seen[False]) > sum(seen.values()) / 5, "neither verdict is rare"


def test_a_batch_without_a_fault_passes_without_the_checks_that_name_it(
    queue: Connection,
) -> None:
    batch = [
        {"task_type": "plain", "priority": 7, "run_at": "2030-01-01"},
        {"task_type": "game_platform_sync", "payload": {"dryRun": True}, "dedup_key": "k"},
    ]
    with queue.transaction(force_rollback=True):
        queue.execute("drop function supaops.check_batch_structure")
        assert len(value(queue, "select job_queue_enqueue_many(%s)", json.dumps(batch))) == 2
