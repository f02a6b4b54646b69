"""What the page of one job tells, over HTTP."""

from __future__ import annotations

import json
import re

import pytest
from psycopg.types.json import Jsonb

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue, expire_leases
from tests.web.job.conftest import Room, failed, running, words

pytestmark = pytest.mark.stack
ERROR = "Boom: no answer in 30 s (message 4711)\nTraceback (most recent call last):\n  File x"


def section(page: str, name: str) -> str:
    """Return the part of a page with this id."""
    found = re.search(rf'<section[^>]* id="{name}".*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_a_failed_job_tells_its_life_its_error_and_its_stack(room: Room) -> None:
    page = room.text(failed(room.queue, ERROR))
    assert re.search(r"Created \S+ ago Waited [0-9.]+ m?s Attempt 1", page)
    assert re.search(r"Attempt 1 ran [0-9.]+ m?s, failed", page)
    assert "Ended: failed" in page
    assert "Boom: no answer in 30 s (message 4711)" in page
    assert "Traceback (most recent call last): File x" in page


def test_an_error_is_shown_without_what_looks_like_a_secret(room: Room) -> None:
    page = room.get(
        failed(room.queue, "refused sk_live_0123456789abcdef\nsk_live_0123456789abcdef")
    )
    assert "sk_live" not in page
    assert "&lt;a Stripe key&gt;" in page


def test_payload_and_result_are_shown_without_the_values_of_declared_keys(room: Room) -> None:
    payload = {"to": "a@example.test", "auth": [{"apiToken": "hide-me"}], "n": 2**70}
    job_id = running(room.queue, payload=Jsonb(payload))
    room.queue.execute(
        "select job_queue_mark_succeeded(%s, result => %s)",
        [job_id, Jsonb({"password": ["hide-me"], "took": 3})],
    )
    page = room.get(job_id)
    assert "hide-me" not in page
    assert str(2**70) in section(page, "payload")
    assert "a@example.test" in section(page, "payload")
    assert "&#34;took&#34;: 3" in section(page, "result")


def test_hostile_texts_are_shown_as_they_are(room: Room) -> None:
    hostile = "<script>alert(1)</script>\"'&{{ 7 * 7 }}"
    job_id = failed(room.queue, hostile, payload=Jsonb({hostile: hostile}), dedup_key=hostile)
    room.queue.execute("update job_queue set worker = %s where id = %s", [hostile, job_id])
    page = room.get(job_id)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_a_long_payload_is_cut_and_shown_whole_when_asked_for(room: Room) -> None:
    job_id = enqueue(room.queue, "send_email", payload=Jsonb({"n": list(range(3_000))}))
    cut = section(room.get(job_id), "payload")
    assert "2999" not in cut
    assert "more characters" in cut
    assert "2999" in section(room.get(job_id, "?whole=payload"), "payload")


def test_a_payload_of_megabytes_is_not_read_unasked(room: Room, queue: Connection) -> None:
    job_id = enqueue(queue, "send_email")
    queue.execute(
        "update job_queue set payload = jsonb_build_object('token', 'hide-me', 'n',"
        " (select string_agg(md5(n::text), '') from generate_series(1, 330000) as n))"
        " where id = %s",
        [job_id],
    )
    page = room.get(job_id)
    assert len(page) < 50_000
    assert "too large to be read unasked" in page
    whole = room.get(job_id, "?whole=payload")
    assert 1_000_000 < len(whole) < 1_100_000
    assert "hide-me" not in whole


def test_a_job_that_waits_for_its_next_attempt_tells_when_and_by_which_formula(room: Room) -> None:
    job_id = enqueue(room.queue, "send_email", priority=-99)
    claim(room.queue)
    room.queue.execute("select job_queue_mark_failed(%s, 'boom')", [job_id])
    page = room.text(job_id)
    assert "After attempt 1: min(1 h, 5 s * 2^(1-1)) = 5.0 s ± 20 %" in page
    assert re.search(r"Next attempt in [456]s", page)


def test_a_running_job_tells_who_holds_it_and_until_when(room: Room) -> None:
    job_id = running(room.queue)
    about = json.dumps({"version": "9.8.7"})
    room.queue.execute("select job_queue_register_worker('host:17', '{*}', %s)", [about])
    page = room.text(job_id)
    assert re.search(r"Held by host:17, claimed \S+ ago; its lease ends in [45]m", page)
    assert "Last heartbeat about" in page
    assert "host:17, version 9.8.7, up since" in page
    room.queue.execute("delete from supaops.worker")
    assert "not registered now" in room.text(job_id)
    expire_leases(room.queue)
    assert "so another worker may take it" in room.text(job_id)


def test_what_holds_a_job_back_is_told(room: Room) -> None:
    for _ in range(5):
        running(room.queue)
    job_id = enqueue(room.queue, "send_email")
    room.queue.execute("select job_queue_pause('mail', 'provider is down', now() + interval '1 h')")
    page = room.text(job_id)
    assert "Queue mail is paused by postgres, it ends in 59m: provider is down" in page
    assert "The limit of queue mail is reached: 5 of 5 run" in page
    assert "paused" not in room.text(failed_elsewhere(room.queue))


def failed_elsewhere(queue: Connection) -> int:
    """Return the id of a job of another queue."""
    return enqueue(queue, "make_thumbnail")


def test_the_other_job_with_its_dedup_key_is_named(room: Room) -> None:
    old = failed(room.queue, dedup_key="k")
    new = enqueue(room.queue, "send_email", dedup_key="k")
    assert f"k, held by job {new}" in room.text(old)
    assert "k, held by this job until it ends" in room.text(new)


def test_jobs_with_the_same_error_are_counted_whatever_its_numbers(room: Room) -> None:
    one = failed(room.queue, "no answer in 30 s\nstack one")
    failed(room.queue, "no answer in 41 s\nstack two")
    failed(room.queue, "no answer")
    late = failed(room.queue, "no answer in 50 s")
    room.queue.execute(
        "update supaops.attempt set finished_at = now() - interval '25 h' where job_id = %s", [late]
    )
    page = room.get(one)
    assert "2 jobs in the last day, 2 attempts, 2 failed for good" in words(page)
    assert "?error=no+answer+in" in page or "?error=no%20answer%20in" in page


def test_on_a_day_of_many_failures_the_latest_are_compared(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.db.pages.job.FAILURES", 2)
    made = [failed(room.queue, f"no answer in {n} s") for n in range(3)]
    assert "2 jobs of the latest failures, 2 attempts" in room.text(made[0])


def test_the_cron_run_and_the_post_that_woke_the_worker_are_told(room: Room) -> None:
    room.queue.execute("""
        with run as (
          insert into cron.job_run_details (jobid, runid, job_pid, database, username, command,
            status, start_time, end_time)
          select jobid, -7, 4242, current_database(), current_user, command, 'succeeded', now(),
            now() from cron.job where jobname = 'job_queue_worker'
          returning job_pid, start_time
        )
        insert into supaops.dispatch
          (request_id, backend_pid, created_at, status_code, responded_at)
        select 900, job_pid, start_time, 200, now() from run
    """)
    [post] = room.queue.execute("select id from supaops.dispatch").fetchall()
    job_id = enqueue(room.queue, "send_email", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    claim(room.queue, worker=f"host:17#{post['id']}")
    page = room.text(job_id)
    assert "Cron run -7 of job_queue_worker," in page
    assert re.search(rf"Post {post['id']}, .* ago: HTTP 200", page)
    assert f"Trace 00-{'a' * 32}" in page
    room.queue.execute("update supaops.dispatch set cron_runid = -7")
    assert "Cron run -7 of job_queue_worker," in room.text(job_id)


def test_a_worker_that_names_no_post_that_there_is_is_told_of_as_such(room: Room) -> None:
    for worker in ("host:17", "host:17#99999999999999999", "host#99999999999999999999999"):
        job_id = enqueue(room.queue, "send_email", priority=-99)
        claim(room.queue, worker=worker)
        assert "Not known: its worker's name" in room.text(job_id)
        room.queue.execute("select job_queue_cancel(array[%s::bigint])", [job_id])


def test_a_clone_and_its_origin_name_each_other(room: Room) -> None:
    old = failed(room.queue)
    rows = room.queue.execute("select new_id from job_queue_replay(array[%s::bigint])", [old])
    [new] = [row["new_id"] for row in rows]
    assert f"Cloned as job {new}" in room.text(old)
    assert f"as a clone of job {old}" in room.text(new)


def test_a_job_that_never_was_is_a_page_that_says_so(room: Room) -> None:
    for job_id in (0, 2**62, 10**30):
        assert f"There is no job {job_id}." in room.text(job_id, status=404)


def test_times_that_were_set_by_hand_to_no_time_are_shown(room: Room) -> None:
    job_id = running(room.queue)
    room.queue.execute(
        "update job_queue set created_at = 'infinity', run_at = '-infinity', worker = null"
        " where id = %s",
        [job_id],
    )
    assert "Attempt 1 has run for" in room.text(job_id)
    room.queue.execute(
        "update job_queue set status = 'pending', run_at = 'infinity', started_at = '-infinity'"
        " where id = %s",
        [job_id],
    )
    assert "Waits for its time" in room.text(job_id)


def test_of_a_thousand_attempts_the_latest_are_shown_and_all_when_asked_for(room: Room) -> None:
    job_id = failed(room.queue)
    room.queue.execute(
        "insert into supaops.attempt (job_id, attempt, started_at, finished_at, outcome, error)"
        " select %s, n, now() - n * interval '1 min', now() - n * interval '1 min', 'failed', 'x'"
        " from generate_series(2, 1000) as n",
        [job_id],
    )
    page = room.get(job_id)
    assert page.count('id="attempt-') == 50
    assert "The latest 50 of 1,000 attempts." in page
    assert "988 earlier attempts" in page
    assert room.get(job_id, "?whole=attempts").count('id="attempt-') == 1000


def test_an_attempt_with_its_own_row_alone_is_counted_once(room: Room) -> None:
    job_id = running(room.queue)
    assert room.get(job_id).count('id="attempt-') == 1
    room.queue.execute("select job_queue_mark_succeeded(%s)", [job_id])
    assert room.get(job_id).count('id="attempt-') == 1
