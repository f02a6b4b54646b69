"""`supaops retry`, `replay` and `cancel`: what they find, show, ask, change and leave alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from supaops.apply import provenance
from supaops.db.connect import Connection, connect
from supaops.db.operators import Actor
from supaops.errors import Blocked, SupaopsError
from supaops.jobs import bulk, selection
from supaops.jobs.bulk import change
from supaops.jobs.selection import Filter, by_filter
from supaops.jobs.verb import CANCEL, REPLAY, RETRY
from supaops.status import ExitStatus
from tests.db.calls import MISCOUNTED, claim, enqueue, job, value
from tests.projects import Project
from tests.terminal import supaops as process
from tests.verbs.conftest import Supaops, audit, failed, running, states

pytestmark = pytest.mark.stack
ANN = Actor("ann", "upstream is back")


def test_a_retry_by_id_leaves_the_row_and_the_audit_that_the_function_leaves(
    queue: Connection, supaops: Supaops, project: Project
) -> None:
    one, other = failed(queue, 2)
    done = supaops("retry", one, "--reason", "upstream is back", "--yes")
    assert (done.status, done.out) == (0, "Retried 1 job, skipped 0, failed 0.\n")
    queue.execute("select job_queue_retry(array[%s::bigint])", [other])
    by_command, by_function = job(queue, one), job(queue, other)
    moving = {"id", "created_at", "run_at", "ready_at", "started_at", "lane"}
    assert {k: v for k, v in by_command.items() if k not in moving} == {
        k: v for k, v in by_function.items() if k not in moving
    }
    first, second = audit(queue)
    assert (first["action"], first["target"]) == ("retry", f"job:{one}")
    assert first["actor"] == provenance(project.folder).applied_by
    assert first["reason"] == "upstream is back"
    assert first["before"]["status"] == second["before"]["status"] == "failed"
    assert first["after"]["status"] == second["after"]["status"] == "pending"


def test_a_cancel_by_id_leaves_the_status_that_the_playbooks_statement_leaves(
    queue: Connection, supaops: Supaops
) -> None:
    one, other = (enqueue(queue, "supaops_smoke") for _ in range(2))
    assert supaops("cancel", one, "--yes").status == ExitStatus.OK
    queue.execute(
        "update job_queue set status = 'cancelled', completed_at = now() where id = %s", [other]
    )
    rows = [job(queue, each) for each in (one, other)]
    columns = ("status", "ready_at", "live_key", "lease_id", "last_error", "result")
    assert [rows[0][name] for name in columns] == [rows[1][name] for name in columns]
    assert all(row["completed_at"] is not None for row in rows)


def test_a_replay_is_a_new_job_and_leaves_the_old_one(queue: Connection, supaops: Supaops) -> None:
    old = enqueue(queue, "game_platform_sync", payload='{"dryRun": true}', priority=3)
    queue.execute("select job_queue_cancel(array[%s::bigint])", [old])
    done = supaops("replay", old, "--yes", "--format", "json")
    told = json.loads(done.out)
    new = told["new_ids"][str(old)]
    row = job(queue, new)
    assert job(queue, old)["status"] == "cancelled"
    assert (row["status"], row["task_type"], row["payload"], row["priority"]) == (
        "pending",
        "game_platform_sync",
        {"dryRun": True},
        3,
    )
    assert audit(queue)[-1]["after"] == {"new_id": new}
    assert "dryRun" not in done.out


def test_a_filter_without_a_status_retries_failed_jobs_and_says_the_exact_count(
    queue: Connection, supaops: Supaops
) -> None:
    broken = failed(queue, 3)
    waiting = enqueue(queue, "supaops_smoke")
    done = supaops("retry", "--queue", "default", "--yes")
    assert done.out == "Retried 3 jobs, skipped 0, failed 0.\n"
    assert "To retry: 3 jobs  failed 3" in done.err
    assert f"ids      {', '.join(map(str, broken))}\n" in done.err
    assert set(states(queue).values()) == {"pending"}
    assert waiting not in [int(row["target"].removeprefix("job:")) for row in audit(queue)]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--error", "TIMEOUT of"], 2),
        (["--error", "100%"], 0),
        (["--task-type", "supaops_smoke"], 3),
        (["--task-type", "game_platform_sync"], 0),
        (["--queue", "elsewhere"], 0),
        (["--older", "1h"], 1),
        (["--newer", "1h"], 2),
        (["--status", "cancelled"], 0),
        (["--status", "failed", "--status", "cancelled"], 3),
        (["--worker", "host-a"], 1),
        (["--worker", "ost-a"], 0),
    ],
)
def test_each_filter_finds_what_it_says(
    queue: Connection, supaops: Supaops, options: list[str], count: int
) -> None:
    first, *_ = failed(queue, 2, "Timeout of upstream")
    failed(queue, 1, "boom")
    queue.execute(
        "update job_queue set completed_at = now() - interval '2 hours', worker = 'host-a:1'"
        " where id = %s",
        [first],
    )
    told = json.loads(supaops("retry", *options, "--dry-run", "--format", "json").out)
    assert told["selected"] == count
    assert audit(queue) == []


def test_running_jobs_are_left_to_their_worker_and_that_is_said(
    queue: Connection, supaops: Supaops
) -> None:
    held = running(queue)
    [broken] = failed(queue, 1)
    done = supaops("retry", held, broken, 99_999, "--yes")
    assert done.status == ExitStatus.OK
    assert done.out == (
        "Retried 1 job, skipped 2 (not there, running, left to its worker), failed 0.\n"
    )
    assert states(queue)[held] == "running"


def test_the_limit_takes_the_oldest_and_says_how_many_are_beyond(
    queue: Connection, supaops: Supaops
) -> None:
    ids = failed(queue, 5)
    done = supaops("retry", "--status", "failed", "--limit", "2", "--yes")
    assert "To retry: 5 jobs" in done.err
    assert "beyond   3 jobs: --limit takes the oldest 2 now" in done.err
    assert [each for each, status in states(queue).items() if status == "pending"] == ids[:2]


def test_a_dry_run_changes_nothing(queue: Connection, supaops: Supaops) -> None:
    failed(queue, 2)
    before = states(queue)
    done = supaops("retry", "--status", "failed", "--dry-run")
    assert done.out.startswith("To retry: 2 jobs  failed 2\n")
    assert (states(queue), audit(queue)) == (before, [])


def test_nothing_found_asks_nothing(queue: Connection, supaops: Supaops) -> None:
    del queue
    done = supaops("retry", "--status", "failed")
    assert (done.status, done.out) == (0, "To retry: 0 jobs\n")


def test_without_a_terminal_and_without_yes_nothing_is_changed(
    queue: Connection, supaops: Supaops
) -> None:
    failed(queue, 1)
    done = supaops("retry", "--status", "failed")
    assert done.status == ExitStatus.REFUSED
    assert "ask whether to retry 1 job in test (postgres@" in done.err
    assert "--dry-run" in done.err
    assert audit(queue) == []


@pytest.mark.parametrize(("typed", "status"), [("y\n", 5), ("102\n", 5), ("101\n", 0)])
def test_more_than_a_hundred_jobs_want_their_count_typed(
    queue: Connection, project: Project, typed: str, status: int
) -> None:
    failed(queue, 101)
    ran = process(
        "retry",
        "--status",
        "failed",
        folder=project.folder,
        variables=project.environ,
        terminals="in out err",
        typed=typed,
    )
    assert ran.status == status, ran.err
    assert "About to retry 101 jobs in test (postgres@" in " ".join(ran.lines)
    assert "Type 101 to go on" in ran.err
    assert set(states(queue).values()) == {"pending" if status == 0 else "failed"}


def test_one_job_that_cannot_be_retried_does_not_keep_the_others(
    queue: Connection, supaops: Supaops
) -> None:
    [taken] = failed(queue, 1, dedup_key="k")
    others = failed(queue, 6)
    live = enqueue(queue, "supaops_smoke", dedup_key="k")
    done = supaops("retry", "--status", "failed", "--yes")
    assert done.status == ExitStatus.ERROR
    assert "Retried 6 jobs, skipped 0, failed 1." in done.out
    assert f"x {taken}  " in done.out
    assert f"job {live} holds the dedup_key" in done.out
    assert states(queue)[taken] == "failed"
    assert {states(queue)[each] for each in others} == {"pending"}
    assert queue.execute(MISCOUNTED).fetchall() == []


def test_a_replay_that_its_dedup_key_forbids_is_told_beside_those_that_were_made(
    queue: Connection, supaops: Supaops
) -> None:
    live = enqueue(queue, "supaops_smoke", dedup_key="k")
    [broken] = failed(queue, 1)
    done = supaops("replay", live, broken, "--yes")
    assert done.status == ExitStatus.ERROR
    assert "Replayed 1 job, skipped 0, failed 1." in done.out
    assert len(states(queue)) == 3


def test_a_job_whose_state_moved_after_the_preview_is_left_alone(
    queue: Connection, project: Project
) -> None:
    one, other, gone = failed(queue, 3)
    found = by_filter(queue, project.config, RETRY, Filter(statuses=("failed",)), 10)
    queue.execute("update job_queue set status = 'running' where id = %s", [one])
    queue.execute("delete from job_queue where id = %s", [gone])
    outcome = change(queue, project.config, RETRY, found.ids, ANN)
    assert outcome.done == (other,)
    assert dict(outcome.left) == {"running, left to its worker": 1, "not there": 1}


def test_many_jobs_are_changed_some_at_a_time_with_progress(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 4)
    ids = failed(queue, 10)
    told: list[int] = []
    outcome = change(queue, project.config, CANCEL, ids, ANN, told.append)
    assert outcome.done == ()
    assert dict(outcome.left) == {"failed already": 10}
    assert change(queue, project.config, REPLAY, ids, ANN, told.append).failed == {}
    assert told == [4, 8, 10, 4, 8, 10]
    transactions = "select count(distinct at) as n from supaops.audit"
    assert value(queue, transactions) == 3


def test_a_lock_that_somebody_holds_stops_after_what_was_done(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    monkeypatch.setattr("supaops.db.operators.LOCK_WAIT", timedelta(milliseconds=50))
    ids = failed(queue, 4)
    with connect(project.url) as holder, holder.transaction():
        holder.execute("select from job_queue where id = %s for update", [ids[2]])
        with pytest.raises(Blocked, match="2 of 4 were dealt with") as caught:
            change(queue, project.config, RETRY, ids, ANN)
    assert caught.value.hint
    assert list(states(queue).values()) == ["pending", "pending", "failed", "failed"]


def test_a_search_looks_at_windows_and_ends_with_the_last_job_that_the_counts_know(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.db.walking.WINDOW", 3)
    monkeypatch.setattr("supaops.db.walking.FEW", 0)
    enqueue_many = "select job_queue_enqueue('supaops_smoke') from generate_series(1, 9)"
    queue.execute(enqueue_many)
    broken = failed(queue, 4, priority=-1)
    queue.execute(enqueue_many)
    told: list[str] = []
    wanted = Filter(statuses=("failed", "cancelled"))
    found = by_filter(queue, project.config, RETRY, wanted, 3, told.append)
    assert found.ids == tuple(broken[:3])
    assert (found.total, found.beyond) == (4, 1)
    assert told[-1] == "looked at 15 jobs, 4 found"


def test_few_jobs_are_found_by_their_marks_and_no_other_is_looked_at(
    queue: Connection, project: Project
) -> None:
    broken = failed(queue, 4)
    queue.execute("select job_queue_enqueue('supaops_smoke') from generate_series(1, 9)")
    told: list[str] = []
    found = by_filter(queue, project.config, RETRY, Filter(), 9, told.append)
    assert found.ids == tuple(broken)
    assert told == ["looked at 4 jobs, 4 found"]


def test_many_failed_jobs_are_found_by_their_attempts_and_no_other_is_looked_at(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.db.walking.WINDOW", 3)
    monkeypatch.setattr("supaops.db.walking.FEW", 0)
    broken = failed(queue, 4)
    queue.execute("select job_queue_enqueue('supaops_smoke') from generate_series(1, 9)")
    told: list[str] = []
    found = by_filter(queue, project.config, RETRY, Filter(above=broken[0]), 9, told.append)
    assert found.ids == tuple(broken[1:])
    assert told == ["looked at 3 jobs, 3 found"]


@pytest.mark.parametrize("few", [0, 10_000])
def test_a_job_that_was_set_to_failed_by_hand_is_found_though_it_was_never_tried(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("supaops.db.walking.FEW", few)
    [broken, by_hand] = [*failed(queue, 1), enqueue(queue, "supaops_smoke")]
    queue.execute("update job_queue set status = 'failed' where id = %s", [by_hand])
    found = by_filter(queue, project.config, RETRY, Filter(), 9)
    assert found.ids == (broken, by_hand)


def test_a_search_that_takes_too_long_says_how_to_narrow_it(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "LONGEST_SEARCH_S", -1.0)
    monkeypatch.setattr("supaops.db.walking.FEW", 0)
    failed(queue, 1)
    wanted = Filter(statuses=("failed", "cancelled"), error="x")
    with pytest.raises(SupaopsError, match="looked at 1 jobs in") as caught:
        by_filter(queue, project.config, RETRY, wanted, 10)
    assert "--status" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "say which jobs to retry"),
        (["1", "--queue", "default"], "ids or a filter"),
        (["--status", "failled"], "no status 'failled'"),
        (["--older", "soon"], "--older"),
        (["--limit", "0", "1"], "--limit"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(
    queue: Connection, supaops: Supaops, words: list[str], told: str
) -> None:
    del queue
    done = supaops("retry", *words, "--yes")
    assert done.status == ExitStatus.USAGE
    assert told in done.err


def test_jobs_of_another_environment_are_not_touched(queue: Connection, supaops: Supaops) -> None:
    [broken] = failed(queue, 1)
    queue.execute("update supaops.environment set name = 'production'")
    done = supaops("retry", broken, "--yes")
    assert done.status == ExitStatus.REFUSED
    assert states(queue)[broken] == "failed"


def test_a_cancelled_job_is_fenced_from_its_worker(queue: Connection, supaops: Supaops) -> None:
    enqueue(queue, "supaops_smoke")
    [held] = claim(queue)
    assert supaops("cancel", "--status", "running", "--yes").status == ExitStatus.OK
    assert not value(queue, "select job_queue_mark_succeeded(%s, %s)", held["id"], held["lease_id"])
