"""What the charts are drawn from, read of a real queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supaops.db.connect import Connection
from supaops.db.pages.charts import Counts, History, read_history
from supaops.db.pages.slots import Slots
from supaops.web.charts.activity import activity
from supaops.web.charts.windows import window
from tests.projects import Project
from tests.web.statements import statements

pytestmark = pytest.mark.stack
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def slots() -> Slots:
    return window("1h").slots(datetime.now(UTC))


def read(queue: Connection, project: Project, slots: Slots, only: str | None = None) -> History:
    return read_history(queue, project.config, slots, only)


def count(queue: Connection, at: datetime, name: str = "mail", **numbers: int) -> None:
    row = {"pending": 0, "succeeded": 0, "failed": 0, "cancelled": 0, **numbers}
    queue.execute(
        "insert into supaops.sample (at, queue, pending, running, succeeded, failed, cancelled)"
        " values (%(at)s, %(queue)s, %(pending)s, 0, %(succeeded)s, %(failed)s, %(cancelled)s)",
        {"at": at, "queue": name, **row},
    )


def add_jobs(queue: Connection, created: datetime, waited_s: int, ran_s: int, jobs: int) -> None:
    """Add jobs that were started and have succeeded."""
    started = created + timedelta(seconds=waited_s)
    queue.execute(
        "insert into job_queue (task_type, queue, max_attempts, status, created_at, run_at,"
        " started_at, completed_at, attempts)"
        " select 'send_email', 'mail', 3, 'succeeded', %(created)s, %(created)s, %(started)s,"
        " %(ended)s, 1 from generate_series(1, %(jobs)s)",
        {
            "created": created,
            "started": started,
            "ended": started + timedelta(seconds=ran_s),
            "jobs": jobs,
        },
    )


def test_a_clean_up_is_no_negative_work(queue: Connection, project: Project, slots: Slots) -> None:
    for minute, succeeded in enumerate((100, 110, 10, 25)):
        count(queue, slots.start + minute * MINUTE, succeeded=succeeded)
    assert [each.succeeded for each in read(queue, project, slots).counts] == [None, 10, 0, 15]


def test_what_was_done_while_nobody_counted_belongs_to_no_slot(
    queue: Connection, project: Project, slots: Slots
) -> None:
    count(queue, slots.start, succeeded=10)
    count(queue, slots.start + 20 * MINUTE, succeeded=900)
    count(queue, slots.start + 21 * MINUTE, succeeded=903)
    counts = {each.slot: each.succeeded for each in read(queue, project, slots).counts}
    assert counts == {0: None, 20: None, 21: 3}


def test_the_queues_are_added_up_and_one_can_be_asked_for(
    queue: Connection, project: Project, slots: Slots
) -> None:
    count(queue, slots.start, "mail", pending=3)
    count(queue, slots.start, "media", pending=4)
    assert [each.pending for each in read(queue, project, slots).counts] == [7]
    assert [each.pending for each in read(queue, project, slots, "media").counts] == [4]


def test_the_longest_wait_is_that_of_the_job_that_was_ready_first(
    queue: Connection, project: Project, slots: Slots
) -> None:
    at = slots.start + 5 * MINUTE
    count(queue, at, "mail")
    count(queue, at, "media")
    queue.execute("update supaops.sample set oldest_ready_at = at - interval '90 s'")
    queue.execute("update supaops.sample set oldest_ready_at = '-infinity' where queue = 'media'")
    assert read(queue, project, slots).counts == (Counts(5, 0, 90.0, None, None, None),)


def test_jobs_are_found_by_the_slot_in_which_they_were_started(
    queue: Connection, project: Project, slots: Slots
) -> None:
    for minute in range(-30, 40):
        add_jobs(queue, slots.start + minute * MINUTE, 70, 5, jobs=7)
    found = {each.slot: each for each in read(queue, project, slots).durations}
    # Started a minute and ten seconds after they were added.
    assert set(found) == set(range(41))
    assert found[20].waited_s == (70.0, 70.0)
    assert found[20].ran_s == (5.0, 5.0)
    assert found[20].jobs == 7


def test_of_many_jobs_some_are_looked_at_from_all_over_the_slot(
    queue: Connection, project: Project, slots: Slots
) -> None:
    for second in range(60):
        add_jobs(queue, slots.start + timedelta(seconds=second), 0, second, jobs=20)
    [found] = read(queue, project, slots).durations
    assert found.jobs == 50
    assert found.ran_s == pytest.approx((29.5, 56), abs=2)


def test_holes_in_the_ids_hide_no_job(queue: Connection, project: Project, slots: Slots) -> None:
    for minute in range(60):
        add_jobs(queue, slots.start + minute * MINUTE, 0, 1, jobs=50)
    queue.execute("delete from job_queue where id % 49 <> 0")
    left = queue.execute("select count(*) as n from job_queue").fetchone()
    assert left is not None
    assert sum(each.jobs for each in read(queue, project, slots).durations) == left["n"]


def test_times_written_by_hand_stop_nothing(
    queue: Connection, project: Project, slots: Slots
) -> None:
    add_jobs(queue, slots.start + MINUTE, 1, 1, jobs=4)
    queue.execute("update job_queue set run_at = 'infinity' where id % 2 = 0")
    queue.execute("update job_queue set completed_at = '-infinity' where id % 2 = 1")
    [found] = read(queue, project, slots).durations
    assert (found.jobs, found.ran_s) == (2, (None, None))


def test_failed_attempts_are_counted_by_slot_and_queue(
    queue: Connection, project: Project, slots: Slots
) -> None:
    add_jobs(queue, slots.start, 1, 1, jobs=3)
    queue.execute(
        "insert into supaops.attempt (job_id, attempt, finished_at, outcome, error)"
        " select id, 1, %s, case when id %% 3 = 0 then 'lost' else 'failed' end, 'no answer'"
        " from job_queue",
        [slots.start + 9 * MINUTE],
    )
    history = read(queue, project, slots)
    assert [(each.slot, each.failed, each.lost) for each in history.failures] == [(9, 2, 1)]
    assert [each.error for each in history.errors] == ["no answer"] * 3
    assert read(queue, project, slots, "media").failures == ()


def test_pauses_and_applies_are_events(queue: Connection, project: Project) -> None:
    slots = window("6h").slots(datetime.now(UTC) + 10 * MINUTE)
    queue.execute("select job_queue_pause('mail', 'the provider is down')")
    queue.execute("select job_queue_pause('media', 'moved')")
    queue.execute("select job_queue_resume('mail')")
    told = [(each.action, each.target) for each in read(queue, project, slots, "mail").events]
    assert told == [("resume", "queue:mail"), ("pause", "queue:mail"), ("apply", "revision:1")]


def test_the_page_reads_in_five_round_trips(
    queue: Connection, project: Project, slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = statements(monkeypatch)
    read(queue, project, slots)
    assert len(calls) == 5


def test_a_strip_tells_of_the_last_hour(queue: Connection, project: Project) -> None:
    now = datetime.now(UTC)
    count(queue, now - 2 * MINUTE, succeeded=4)
    count(queue, now - MINUTE, succeeded=9)
    chart = activity(queue, project.config, now)
    assert chart.series[0] == ("succeeded", "succeeded", "5")
    assert activity(queue, project.config, now, "media").is_empty
