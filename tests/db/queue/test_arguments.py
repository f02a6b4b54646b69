"""Arguments that make no sense are refused with what was expected, and nothing has changed."""

from __future__ import annotations

import json
from hashlib import sha256

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue, job, value

SENSELESS = [
    ({"priority": 40000}, "priority is 40000: expected -32768 to 32767"),
    ({"priority": -40000}, "priority is -40000: expected -32768 to 32767"),
    ({"max_attempts": 0}, "max_attempts is 0: expected 1 or more"),
    ({"queue": ""}, "queue is '': expected a name, and not *, which stands for all queues"),
    ({"queue": "*"}, "queue is '*': expected a name, and not *, which stands for all queues"),
    ({"queue": "q" * 501}, "queue has 501 bytes: expected 500 at most"),
    ({"dedup_key": "k" * 2001}, "dedup_key has 2001 bytes: expected 2000 at most"),
    ({"on_duplicate": "ignore"}, "on_duplicate is 'ignore': expected keep or reject"),
]


@pytest.mark.parametrize(("argument", "message"), SENSELESS)
def test_a_senseless_argument_of_enqueue_is_refused(
    queue: Connection, argument: dict[str, object], message: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        enqueue(queue, "plain", **argument)
    assert caught.value.diag.message_primary == message
    assert value(queue, "select count(*) from job_queue") == 0


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        *SENSELESS,
        ({"priority": "urgent"}, 'invalid input syntax for type integer: "urgent"'),
        ({"priority": 1.5}, 'invalid input syntax for type integer: "1.5"'),
        ({"priority": 10**10}, 'value "10000000000" is out of range for type integer'),
        ({"run_at": "soon"}, 'invalid input syntax for type timestamp with time zone: "soon"'),
    ],
)
def test_a_senseless_argument_in_a_batch_is_refused_with_its_place(
    queue: Connection, argument: dict[str, object], message: str
) -> None:
    batch = json.dumps([{"task_type": "plain"}, {"task_type": "plain", **argument}])
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        value(queue, "select job_queue_enqueue_many(%s::jsonb)", batch)
    assert caught.value.diag.message_primary == f"jobs[1]: {message}"
    assert value(queue, "select count(*) from job_queue") == 0


def test_the_longest_queue_and_dedup_key_are_accepted(queue: Connection) -> None:
    incompressible = "".join(sha256(bytes([n])).hexdigest() for n in range(40))
    longest = {"queue": incompressible[:500], "dedup_key": incompressible[500:2500]}
    job_id = enqueue(queue, **longest)
    assert enqueue(queue, **longest) == job_id
    assert claim(queue)[0]["id"] == job_id


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("job_queue_enqueue_many('[1]')", 'Example: [{"task_type"'),
        ('job_queue_enqueue_many(\'[{"priority": "urgent"}]\')', "run_at is a time"),
        ("job_queue_exchange('[{}]', null, 0)", 'Give each {"job_id"'),
        ("job_queue_exchange(null, null, -1)", "Leave it out for one job"),
        ("job_queue_heartbeat(1, '0')", "give its jobs back"),
        ("job_queue_cleanup('-7 days')", "such as 7 days"),
    ],
)
def test_a_refused_argument_comes_with_what_to_write(
    queue: Connection, statement: str, hint: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        queue.execute(f"select {statement}")
    assert hint in (caught.value.diag.message_hint or "")


@pytest.mark.parametrize("lease", ["0", "-1 day"])
def test_a_heartbeat_cannot_end_the_lease(queue: Connection, lease: str) -> None:
    enqueue(queue)
    [row] = claim(queue)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="expected more than 0"):
        queue.execute("select job_queue_heartbeat(%s, %s::interval)", [row["lease_id"], lease])
    assert claim(queue) == []


@pytest.mark.parametrize("delays", ["{1s}", "{1s,2s,3s}", "{}"])
def test_delays_that_do_not_pair_up_are_refused(queue: Connection, delays: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="arrays of different length"):
        queue.execute(
            "select job_queue_mark_failed_many('{1,2}', '{a,b}', '{1,1}', %s::interval[])",
            [delays],
        )


def test_a_negative_age_does_not_delete_what_has_just_ended(queue: Connection) -> None:
    job_id = enqueue(queue)
    queue.execute("select job_queue_cancel(array[%s::bigint])", [job_id])
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="older_than is -7 days: expected 0 or more"
    ):
        queue.execute("select job_queue_cleanup('-7 days')")
    assert job(queue, job_id)["status"] == "cancelled"


@pytest.mark.parametrize(
    "statement",
    [
        "select * from job_queue_claim(1, lease => '1000000 years')",
        "select job_queue_mark_failed(1, 'x', retry_in => '1000000 years')",
        "select job_queue_cleanup('1000000 years')",
    ],
)
def test_a_time_beyond_the_calendar_is_refused_and_nothing_has_changed(
    queue: Connection, statement: str
) -> None:
    job_id = enqueue(queue)
    claim(queue)
    enqueue(queue)
    before = job(queue, job_id)
    with pytest.raises(psycopg.errors.DatetimeFieldOverflow):
        queue.execute(statement.encode())
    assert job(queue, job_id) == before


@pytest.mark.parametrize("ids", ["null", "'{}'", "'{null,4711}'"])
def test_operating_on_no_job_changes_none(queue: Connection, ids: str) -> None:
    job_id = enqueue(queue)
    before = job(queue, job_id)
    for verb in ("retry", "cancel"):
        assert value(queue, f"select job_queue_{verb}({ids})".encode()) == []  # type: ignore[arg-type]  # names of ours
    assert job(queue, job_id) == before


@pytest.mark.parametrize("queues", ["{}", "{NULL}", "{elsewhere}"])
def test_a_claim_from_no_queue_that_exists_gives_nothing(queue: Connection, queues: str) -> None:
    enqueue(queue)
    assert claim(queue, queues=queues) == []
