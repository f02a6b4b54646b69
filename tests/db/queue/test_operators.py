"""What operators do through functions: retry, cancel, pause, resume, and its audit."""

from __future__ import annotations

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, job, value


def test_a_cancelled_pending_job_never_runs(queue: Connection) -> None:
    job_id = enqueue(queue)
    assert value(queue, "select job_queue_cancel(array[%s::bigint])", job_id) == [job_id]
    assert claim(queue) == []
    assert job(queue, job_id)["completed_at"] is not None


def test_a_cancelled_running_job_cannot_be_completed(queue: Connection) -> None:
    job_id = enqueue(queue)
    [row] = claim(queue)
    queue.execute("select job_queue_cancel(array[%s::bigint])", [job_id])
    assert not value(queue, "select job_queue_mark_succeeded(%s, %s)", job_id, row["lease_id"])
    assert value(queue, "select job_queue_mark_failed(%s, 'x')", job_id) is None
    assert job(queue, job_id)["status"] == "cancelled"


def test_finished_and_unknown_jobs_are_not_cancelled(queue: Connection) -> None:
    job_id = enqueue(queue)
    claim(queue)
    queue.execute("select job_queue_mark_succeeded(%s)", [job_id])
    assert value(queue, "select job_queue_cancel(array[%s::bigint, 99])", job_id) == []
    assert value(queue, "select count(*) from supaops.audit") == 0


def test_retry_runs_every_job_that_is_not_running_at_once(queue: Connection) -> None:
    failed, cancelled, succeeded, delayed, running = (
        enqueue(queue, max_attempts=1) for _ in range(5)
    )
    queue.execute("update job_queue set run_at = '2999-01-01' where id = %s", [delayed])
    queue.execute("select job_queue_cancel(array[%s::bigint])", [cancelled])
    claim(queue, 5)
    queue.execute("select job_queue_mark_failed(%s, 'x')", [failed])
    queue.execute("select job_queue_mark_succeeded(%s, null, '1')", [succeeded])
    everything = [failed, cancelled, succeeded, delayed, running]
    retried = value(queue, "select job_queue_retry(%s)", everything)
    assert retried == sorted([failed, cancelled, succeeded, delayed])
    row = job(queue, succeeded)
    assert (row["result"], row["last_error"], row["completed_at"]) == (None, None, None)
    assert sorted(each["id"] for each in claim(queue, 9)) == retried
    assert job(queue, failed)["max_attempts"] == 2


def test_each_retry_and_cancel_is_audited_with_before_and_after(queue: Connection) -> None:
    job_id = enqueue(queue)
    queue.execute("set supaops.actor = 'ann@example.com'")
    queue.execute("set supaops.reason = 'upstream is back'")
    queue.execute("select job_queue_cancel(array[%s::bigint])", [job_id])
    queue.execute("select job_queue_retry(array[%s::bigint])", [job_id])
    rows = queue.execute("select * from supaops.audit order by id").fetchall()
    assert [(row["action"], row["target"]) for row in rows] == [
        ("cancel", f"job:{job_id}"),
        ("retry", f"job:{job_id}"),
    ]
    assert {row["actor"] for row in rows} == {"ann@example.com"}
    assert {row["reason"] for row in rows} == {"upstream is back"}
    assert [(row["before"]["status"], row["after"]["status"]) for row in rows] == [
        ("pending", "cancelled"),
        ("cancelled", "pending"),
    ]


def test_pause_and_resume_are_audited(queue: Connection) -> None:
    queue.execute("select job_queue_pause('default', 'first')")
    queue.execute("select job_queue_pause('default', 'second', '2999-01-01')")
    assert value(queue, "select job_queue_resume('default')") is True
    assert value(queue, "select job_queue_resume('default')") is False
    rows = queue.execute("select * from supaops.audit order by id").fetchall()
    assert [row["action"] for row in rows] == ["pause", "pause", "resume"]
    assert {row["target"] for row in rows} == {"queue:default"}
    assert {row["actor"] for row in rows} == {"postgres"}
    assert rows[0]["before"] is None
    assert rows[1]["before"]["reason"] == "first"
    assert rows[2]["before"]["until"].startswith("2999-01-01")


def test_a_pause_says_who_since_when_and_why(queue: Connection) -> None:
    queue.execute("select job_queue_pause('reports', 'quarter end', '2999-01-01')")
    [row] = queue.execute("select * from supaops.pause").fetchall()
    assert (row["queue"], row["reason"], row["paused_by"]) == (
        "reports",
        "quarter end",
        "postgres",
    )


@pytest.mark.parametrize("name", ["defualt", "", None])
def test_pausing_a_queue_that_does_not_exist_is_refused(
    queue: Connection, name: str | None
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        queue.execute("select job_queue_pause(%s, 'why')", [name])
    assert caught.value.sqlstate == "JQ004"
    assert caught.value.diag.message_detail == "Declared queues: default, reports."


def test_a_queue_that_only_an_enqueue_named_can_be_paused(queue: Connection) -> None:
    enqueue(queue, queue="side")
    queue.execute("select job_queue_pause('side', 'why')")
    assert claim(queue) == []


def test_a_pause_and_its_end_name_the_task_type_in_the_audit(queue: Connection) -> None:
    queue.execute("select job_queue_pause('*', 'why', task_type => 'plain')")
    assert value(queue, "select job_queue_resume('*')") is False
    assert value(queue, "select job_queue_resume('*', 'report')") is False
    assert value(queue, "select job_queue_resume('*', 'plain')") is True
    assert column(queue, "select action || ' ' || target from supaops.audit order by id") == [
        "pause queue:* task_type:plain",
        "resume queue:* task_type:plain",
    ]


def test_pausing_a_task_type_that_does_not_exist_is_refused(queue: Connection) -> None:
    with pytest.raises(psycopg.Error, match="unknown task type 'plane'") as caught:
        queue.execute("select job_queue_pause('*', 'why', task_type => 'plane')")
    assert caught.value.sqlstate == "JQ001"


def test_a_task_type_that_is_no_longer_declared_can_be_paused(queue: Connection) -> None:
    enqueue(queue)
    with queue.transaction(force_rollback=True):
        queue.execute("delete from supaops.task_type where name = 'plain'")
        queue.execute("select job_queue_pause('*', 'why', task_type => 'plain')")
        assert claim(queue) == []


@pytest.mark.parametrize("until", ["now() - interval '1 second'", "now()", "'-infinity'"])
def test_a_pause_that_has_ended_already_is_refused_and_leaves_the_earlier_one(
    queue: Connection, until: str
) -> None:
    queue.execute("select job_queue_pause('default', 'first')")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="which has passed") as caught:
        queue.execute(f"select job_queue_pause('default', 'second', {until})".encode())
    assert caught.value.diag.message_hint is not None
    assert "resume" in caught.value.diag.message_hint
    assert column(queue, "select reason from supaops.pause") == ["first"]


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_pause_needs_a_reason(queue: Connection, reason: str | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="a pause needs a reason"):
        queue.execute("select job_queue_pause('default', %s)", [reason])


def test_stats_count_by_queue_type_and_status_and_know_the_oldest_ready(
    queue: Connection,
) -> None:
    enqueue(queue, "report", run_at="2999-01-01")
    oldest = enqueue(queue)
    enqueue(queue)
    rows = queue.execute("select * from job_queue_stats()").fetchall()
    assert rows == [
        {
            "queue": "default",
            "task_type": "plain",
            "status": "pending",
            "jobs": 2,
            "oldest_ready_at": job(queue, oldest)["ready_at"],
        },
        {
            "queue": "reports",
            "task_type": "report",
            "status": "pending",
            "jobs": 1,
            "oldest_ready_at": None,
        },
    ]
    assert column(queue, "select sum(jobs) from job_queue_stats()") == [3]


def test_a_replay_is_the_same_job_once_more_and_leaves_the_old_one(queue: Connection) -> None:
    old = enqueue(queue, "report", payload='{"a": 1}', queue="side", priority=3, max_attempts=1)
    claim(queue)
    queue.execute("select job_queue_mark_failed(%s, 'x')", [old])
    [row] = queue.execute("select * from job_queue_replay(%s)", [[old, 99_999]]).fetchall()
    assert (row["job_id"], row["problem"]) == (old, None)
    new = job(queue, row["new_id"])
    assert [new[name] for name in ("task_type", "payload", "queue", "priority", "status")] == [
        "report",
        {"a": 1},
        "side",
        3,
        "pending",
    ]
    assert new["max_attempts"] == 5
    assert job(queue, old)["status"] == "failed"
    [told] = queue.execute("select * from supaops.audit where action = 'replay'").fetchall()
    assert (told["target"], told["after"]) == (f"job:{old}", {"new_id": row["new_id"]})
    assert "payload" not in str(told)


def test_a_replay_says_of_each_job_why_there_is_no_new_one(queue: Connection) -> None:
    live = enqueue(queue, dedup_key="k")
    broken = enqueue(queue, "game_platform_sync")
    queue.execute("update job_queue set payload = '{\"dryRun\": 7}' where id = %s", [broken])
    good = enqueue(queue)
    rows = queue.execute("select * from job_queue_replay(%s)", [[live, broken, good]]).fetchall()
    assert [row["new_id"] is None for row in rows] == [True, True, False]
    assert f"job {live} holds the dedup_key" in rows[0]["problem"]
    assert "breaks its declared schema" in rows[1]["problem"]


@pytest.mark.parametrize("how", ["cron", "secret", "worker"])
def test_a_pause_of_the_chain_is_no_flag_for_claims_and_is_not_ended_as_one(
    queue: Connection, how: str
) -> None:
    enqueue(queue)
    queue.execute(
        "insert into supaops.pause (queue, reason, paused_by, how) values ('*', 'x', 'ann', %s)",
        [how],
    )
    assert value(queue, "select job_queue_resume('*')") is False
    assert len(claim(queue)) == 1
    queue.execute("select job_queue_pause('*', 'why')")
    assert column(queue, "select how from supaops.pause order by how") == sorted([how, "flag"])


def test_the_chain_is_paused_as_a_whole(queue: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        queue.execute(
            "insert into supaops.pause (queue, reason, paused_by, how)"
            " values ('default', 'x', 'ann', 'cron')"
        )
