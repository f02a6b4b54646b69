"""`supaops pause` and `resume`: what stands still, what an apply leaves alone, what is put back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from supaops.apply import provenance
from supaops.apply.rotation import rotate
from supaops.db.connect import Connection
from supaops.errors import Refused
from supaops.plan import plan_warnings
from supaops.status import ExitStatus
from tests.db.calls import claim, column, enqueue, value
from tests.db.test_playbook import PAUSE, statement
from tests.projects import QUIET_CRON, Project
from tests.verbs.conftest import SECRET, YEARLY, Supaops, audit, restore

pytestmark = pytest.mark.stack

QUIETLY = ("--no-smoke", "--yes")
IN_VAULT = "select decrypted_secret from vault.decrypted_secrets where name = %s"
ACTIVE = "select active from cron.job where jobname = 'job_queue_worker'"


def pause(supaops: Supaops, *words: str) -> str:
    done = supaops("pause", "--reason", "upstream is down", "--yes", *words)
    assert done.status == ExitStatus.OK, done.err
    return done.out


def test_a_flag_is_the_row_that_the_function_leaves_with_who_and_why(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    out = pause(supaops, "--queue", "default")
    rows = queue.execute("select * from supaops.pause").fetchall()
    queue.execute("select job_queue_pause('default', 'upstream is down')")
    again = queue.execute("select * from supaops.pause").fetchall()
    assert [{**row, "paused_at": 0, "paused_by": ""} for row in rows] == [
        {**row, "paused_at": 0, "paused_by": ""} for row in again
    ]
    assert audit(queue)[0]["actor"] == provenance(project.folder).applied_by
    assert "Paused: queue default hands out no jobs." in out
    assert "back: supaops resume --env test --queue default" in out


def test_a_flag_ends_by_itself_and_says_when_in_utc(queue: Connection, supaops: Supaops) -> None:
    out = pause(supaops, "--until", "2999-01-01T18:00+02:00")
    assert "ends by itself at 2999-01-01 16:00:00 UTC" in out
    [until] = column(queue, "select until from supaops.pause")
    assert until == datetime(2999, 1, 1, 16, tzinfo=UTC)
    enqueue(queue, "supaops_smoke")
    assert claim(queue) == []
    queue.execute("update supaops.pause set until = now() - interval '1 second'")
    assert len(claim(queue)) == 1


def test_a_task_type_alone_can_be_paused_and_resumed(queue: Connection, supaops: Supaops) -> None:
    pause(supaops, "--task-type", "game_platform_sync")
    enqueue(queue, "game_platform_sync")
    smoke = enqueue(queue, "supaops_smoke")
    assert [row["id"] for row in claim(queue, 5)] == [smoke]
    resumed = supaops("resume", "--task-type", "game_platform_sync", *QUIETLY)
    assert resumed.status == ExitStatus.OK
    assert len(claim(queue)) == 1


def test_by_cron_the_job_that_wakes_the_worker_is_inactive_and_nothing_else_changes(
    queue: Connection, supaops: Supaops
) -> None:
    others = "select jobid, schedule, command, jobname from cron.job order by jobid"
    before = queue.execute(others).fetchall()
    out = pause(supaops, "--how", "cron", "--until", "2h")
    assert "job_queue_worker is inactive" in out
    assert "does not end by itself: resume it by 20" in out
    assert value(queue, ACTIVE) is False
    assert queue.execute(others).fetchall() == before
    [row] = queue.execute("select how, stopped, queue, task_type from supaops.pause").fetchall()
    assert row == {"how": "cron", "stopped": ["job_queue_worker"], "queue": "*", "task_type": "*"}
    enqueue(queue, "supaops_smoke")
    assert len(claim(queue)) == 1


def test_by_secret_vault_holds_what_the_playbooks_statement_leaves(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    secret_id = value(queue, "select id from vault.secrets where name = %s", SECRET)
    kept = "select id, name, description from vault.secrets order by name"
    before = queue.execute(kept).fetchall()
    out = pause(supaops, "--how", "secret")
    assert "refuses each post with HTTP 401" in out
    by_command = value(queue, IN_VAULT, SECRET)
    restore(queue, project)
    text = statement(PAUSE).replace("d8a9d3fc-e58e-427a-adfe-4b749f8c081d", str(secret_id))
    queue.execute(text.encode())
    assert by_command == value(queue, IN_VAULT, SECRET) == "PAUSED"
    assert queue.execute(kept).fetchall() == before


@pytest.mark.parametrize("how", ["cron", "secret"])
def test_a_plan_and_an_apply_leave_a_pause_alone_and_say_so(
    queue: Connection, supaops: Supaops, project: Project, how: str
) -> None:
    pause(supaops, "--how", how)
    plan = project.plan(queue)
    assert plan.pending == []
    [warning] = plan_warnings(plan)
    assert "is paused by an operator" in warning
    assert "supaops resume --env test" in warning
    assert supaops("apply", "--yes").status == ExitStatus.OK
    assert value(queue, ACTIVE) is (how != "cron")
    assert (value(queue, IN_VAULT, SECRET) == "PAUSED") is (how == "secret")


def test_an_apply_changes_a_paused_cron_job_and_leaves_it_inactive(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    pause(supaops, "--how", "cron")
    project.write_overlay(YEARLY.replace("0 0 1 1 *", "0 0 2 1 *"))
    try:
        assert supaops("apply", "--yes").status == ExitStatus.OK
        [job] = queue.execute(
            "select schedule, active from cron.job where active is false and"
            " jobname = 'job_queue_worker'"
        ).fetchall()
        assert job == {"schedule": "0 0 2 1 *", "active": False}
        assert project.plan(queue).pending == []
        assert supaops("resume", *QUIETLY).status == ExitStatus.OK
        assert value(queue, ACTIVE) is True
        assert project.plan(queue).pending == []
    finally:
        project.write_overlay(YEARLY)


def test_a_job_that_is_declared_inactive_meanwhile_stays_so_after_the_resume(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    pause(supaops, "--how", "cron")
    project.write_overlay(QUIET_CRON)
    try:
        assert supaops("apply", "--yes").status == ExitStatus.OK
        assert supaops("resume", *QUIETLY).status == ExitStatus.OK
        assert value(queue, ACTIVE) is False
        assert project.plan(queue).pending == []
    finally:
        project.write_overlay(YEARLY)


def test_an_apply_of_a_new_value_keeps_the_dummy_and_the_resume_writes_the_new_one(
    queue: Connection, supaops: Supaops, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(supaops, "--how", "secret")
    with monkeypatch.context() as patch:
        patch.setitem(project.environ, "JOB_QUEUE_RUNNER_SECRET", "another-secret-of-the-worker")
        patch.setenv("JOB_QUEUE_RUNNER_SECRET", "another-secret-of-the-worker")
        assert supaops("apply", "--yes").status == ExitStatus.OK
        assert value(queue, IN_VAULT, SECRET) == "PAUSED"
        assert supaops("resume", *QUIETLY).status == ExitStatus.OK
        assert value(queue, IN_VAULT, SECRET) == "another-secret-of-the-worker"
        assert project.plan(queue).pending == []


def test_the_dummy_that_the_playbook_writes_by_hand_is_a_pause_too(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    queue.execute(
        "select vault.update_secret(id, new_secret := 'PAUSED') from vault.secrets where name = %s",
        [SECRET],
    )
    assert project.plan(queue).pending == []
    done = supaops("resume", *QUIETLY)
    assert f"{SECRET} has its declared value again" in done.out
    assert value(queue, IN_VAULT, SECRET) == project.environ["JOB_QUEUE_RUNNER_SECRET"]


def test_a_rotation_refuses_a_secret_that_holds_the_dummy(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    pause(supaops, "--how", "secret")
    origin = provenance(project.folder)
    day = datetime(2026, 1, 2, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="has paused the chain with it"):
        rotate(queue, project.desired, SECRET, origin, overlap=day, timeout=day)


def test_a_resume_puts_everything_back_and_writes_the_audit(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    for how in ("flag", "cron", "secret"):
        pause(supaops, "--how", how)
    done = supaops("resume", "--reason", "upstream is back", *QUIETLY)
    assert done.status == ExitStatus.OK
    assert column(queue, "select how from supaops.pause") == []
    assert value(queue, ACTIVE) is True
    assert value(queue, IN_VAULT, SECRET) == project.environ["JOB_QUEUE_RUNNER_SECRET"]
    ended = [row for row in audit(queue) if row["action"] == "resume"]
    assert {row["reason"] for row in ended} == {"upstream is back"}
    assert {row["before"]["how"] for row in ended} == {"flag", "cron", "secret"}
    assert ".env" in done.out


def test_a_resume_that_cannot_be_proved_says_what_would_prove_it(
    queue: Connection, supaops: Supaops
) -> None:
    pause(supaops)
    done = supaops("resume", "--yes", "--timeout", "5")
    assert done.status == ExitStatus.ERROR
    assert "no tick is due within 5 s" in done.err
    assert "Resumed, but not confirmed: supaops smoke --env test" in done.out
    assert column(queue, "select how from supaops.pause") == []


def test_no_value_of_a_secret_is_told_or_written_down(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    out = pause(supaops, "--how", "secret")
    done = supaops("resume", *QUIETLY)
    rows = queue.execute(
        "select a::text as line from supaops.audit a union all select p::text from supaops.pause p"
    ).fetchall()
    told = "".join([out, done.out, done.err, *(row["line"] for row in rows)])
    assert project.environ["JOB_QUEUE_RUNNER_SECRET"] not in told


def test_a_resume_without_a_queue_leaves_the_pauses_of_single_queues_and_names_them(
    queue: Connection, supaops: Supaops
) -> None:
    pause(supaops, "--queue", "default")
    pause(supaops)
    done = supaops("resume", *QUIETLY)
    assert done.status == ExitStatus.OK
    assert "still paused: queue default" in done.out
    assert "back: supaops resume --env test --queue default" in done.out
    assert column(queue, "select queue from supaops.pause") == ["default"]


def test_resuming_what_is_not_paused_says_what_is(queue: Connection, supaops: Supaops) -> None:
    del queue
    assert supaops("resume", "--yes").out == "Nothing is paused.\n"
    pause(supaops, "--queue", "default")
    done = supaops("resume", "--yes")
    assert done.status == ExitStatus.ERROR
    assert "every queue is not paused; paused: queue default" in done.err


def test_the_sql_function_ends_flags_alone(queue: Connection, supaops: Supaops) -> None:
    pause(supaops, "--how", "cron")
    pause(supaops)
    assert value(queue, "select job_queue_resume('*')") is True
    assert value(queue, "select job_queue_resume('*')") is False
    assert column(queue, "select how from supaops.pause") == ["cron"]


def test_a_second_pause_by_cron_remembers_what_the_first_has_stopped(
    queue: Connection, supaops: Supaops
) -> None:
    pause(supaops, "--how", "cron")
    pause(supaops, "--how", "cron", "--until", "3h")
    [row] = queue.execute("select stopped, until is null as endless from supaops.pause").fetchall()
    assert row == {"stopped": ["job_queue_worker"], "endless": False}


def test_an_ended_pause_of_the_chain_is_kept_until_it_is_resumed(
    queue: Connection, supaops: Supaops
) -> None:
    pause(supaops, "--how", "cron", "--until", "2h")
    queue.execute("update supaops.pause set until = now() - interval '3 days'")
    queue.execute("select job_queue_cleanup()")
    assert column(queue, "select how from supaops.pause") == ["cron"]


def test_a_pause_as_json(queue: Connection, supaops: Supaops) -> None:
    del queue
    told = json.loads(pause(supaops, "--queue", "default", "--format", "json"))
    assert (told["how"], told["queue"], told["proved"]) == ("flag", "default", None)
    resumed = json.loads(supaops("resume", "--queue", "default", *QUIETLY, "--format", "json").out)
    assert [each["queue"] for each in resumed["ended"]] == ["default"]
    assert resumed["confirmed"] is None


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--reason", "x", "--how", "cron", "--queue", "default"], 64, "the whole chain"),
        (["--reason", "x", "--until", "2020-01-01T00:00Z"], 64, "has passed"),
        (["--reason", "x", "--until", "2999-01-01T00:00"], 64, "has no zone"),
        (["--reason", "x", "--until", "later"], 64, "expected a time or a duration"),
        (["--reason", "  "], 1, "a pause needs a reason"),
        (["--reason", "  ", "--how", "cron"], 1, "a pause needs a reason"),
        (["--reason", "x", "--queue", "defualt"], 1, "defualt"),
        ([], 64, "--reason"),
    ],
)
def test_what_cannot_be_paused_is_refused_and_nothing_stands_still(
    queue: Connection, supaops: Supaops, words: list[str], status: int, told: str
) -> None:
    done = supaops("pause", *words, "--yes")
    assert done.status == status
    assert told in done.err
    assert column(queue, "select how from supaops.pause") == []
    assert value(queue, ACTIVE) is True


def test_a_secret_that_vault_does_not_hold_cannot_be_paused(
    queue: Connection, supaops: Supaops
) -> None:
    queue.execute("delete from vault.secrets where name = %s", [SECRET])
    done = supaops("pause", "--how", "secret", "--reason", "x", "--yes")
    assert done.status == ExitStatus.ERROR
    assert f"{SECRET} is not in Vault" in done.err


def test_a_resume_needs_the_value_that_it_puts_back(
    queue: Connection, supaops: Supaops, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(supaops, "--how", "secret")
    monkeypatch.delenv("JOB_QUEUE_RUNNER_SECRET")
    done = supaops("resume", *QUIETLY)
    assert done.status == ExitStatus.ERROR
    assert "JOB_QUEUE_RUNNER_SECRET" in done.err
    assert value(queue, IN_VAULT, SECRET) == "PAUSED"


def test_a_single_cron_job_is_paused_left_alone_by_an_apply_and_resumed(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    out = pause(supaops, "--cron", "job_queue_worker")
    assert "Paused: cron job job_queue_worker is inactive." in out
    assert "back: supaops resume --env test --cron job_queue_worker" in out
    assert audit(queue)[-1]["target"] == "cron:job_queue_worker"
    assert project.plan(queue).pending == []
    resumed = supaops("resume", "--cron", "job_queue_worker", "--yes")
    assert resumed.status == ExitStatus.OK
    assert "job_queue_worker is active again" in resumed.out
    assert value(queue, ACTIVE) is True
    assert audit(queue)[-1]["action"] == "resume"
    assert value(queue, "select count(*) from supaops.pause") == 0


def test_a_single_cron_job_and_a_queue_are_not_paused_at_once(supaops: Supaops) -> None:
    words = ("--cron", "job_queue_worker", "--queue", "default", "--yes")
    assert supaops("pause", "--reason", "x", *words).status == ExitStatus.USAGE
    assert supaops("resume", *words).status == ExitStatus.USAGE
    unknown = supaops("pause", "--reason", "x", "--cron", "job_queue_wroker", "--yes")
    assert unknown.status == ExitStatus.ERROR
    assert "job_queue_worker" in unknown.err
