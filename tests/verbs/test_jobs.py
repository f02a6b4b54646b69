"""`supaops jobs`: a list by pages, one job whole, and the changes as they come."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from supaops.db.connect import Connection
from supaops.status import INTERRUPTED, ExitStatus
from tests.db.calls import claim, enqueue
from tests.projects import Project
from tests.terminal import SUPAOPS
from tests.terminal import supaops as process
from tests.verbs.conftest import Supaops, failed, running

pytestmark = pytest.mark.stack
SYNC = "game_platform_sync"


def listed(supaops: Supaops, *words: str) -> list[int]:
    told = json.loads(supaops("jobs", "list", "--format", "json", *words).out)
    return [each["id"] for each in told["jobs"]]


def test_a_list_goes_by_pages_from_the_newest_and_loses_none(
    queue: Connection, supaops: Supaops
) -> None:
    ids = [enqueue(queue, "supaops_smoke") for _ in range(7)]
    newest = listed(supaops, "--limit", "3")
    middle = listed(supaops, "--limit", "3", "--before", str(newest[-1]))
    oldest = listed(supaops, "--limit", "3", "--before", str(middle[-1]))
    assert newest + middle + oldest == ids[::-1]
    assert listed(supaops, "--before", str(ids[0])) == []
    assert listed(supaops, "--before", "1") == []
    assert f"older ones: add --before {newest[-1]}\n" in supaops("jobs", "list", "-n", "3").out


def test_a_list_has_the_filters_of_the_verbs(queue: Connection, supaops: Supaops) -> None:
    [broken] = failed(queue, 1, "Timeout of upstream")
    waiting = enqueue(queue, SYNC)
    assert listed(supaops, "--error", "timeout") == [broken]
    assert listed(supaops, "--task-type", SYNC) == [waiting]
    assert listed(supaops, "--status", "pending") == [waiting]
    assert listed(supaops, "--older", "1h") == []
    assert supaops("jobs", "list", "--status", "failled").status == ExitStatus.USAGE


def test_a_list_fits_a_terminal_and_is_whole_in_a_pipe(queue: Connection, project: Project) -> None:
    failed(queue, 1, "upstream " * 40)
    enqueue(queue, SYNC, run_at="2999-01-01")
    listing = partial(process, "jobs", "list", folder=project.folder, variables=project.environ)
    narrow = listing(terminals="out err", columns=80)
    assert max(map(len, narrow.lines)) == 80
    assert "…" in narrow.out
    assert "worker" not in narrow.out
    whole = listing()
    assert whole.out.count("upstream") == 40
    assert "\x1b" not in whole.out
    assert "worker" in whole.out.splitlines()[0]


def test_a_job_is_shown_with_what_happened_to_it_and_without_its_payload(
    queue: Connection, supaops: Supaops
) -> None:
    job_id = enqueue(queue, SYNC, payload='{"dryRun": true}', dedup_key="nightly")
    claim(queue, worker="host:1")
    queue.execute("select job_queue_mark_failed(%s, 'upstream said 503')", [job_id])
    queue.execute("select job_queue_pause('default', 'quarter end')")
    out = supaops("jobs", "show", job_id).out
    for told in (
        f"Job {job_id}  pending",
        "attempts   1 of 5",
        "dedup key  nightly",
        "paused     queue default, by postgres: quarter end",
        "last error upstream said 503",
        "next run   20",
        "failed  host:1",
    ):
        assert told in out
    assert "lease" not in out
    assert "dryRun" not in out
    assert '"dryRun": true' in supaops("jobs", "show", job_id, "--payload").out


def test_a_job_as_json_holds_its_payload_only_when_asked(
    queue: Connection, supaops: Supaops
) -> None:
    job_id = running(queue)
    told = json.loads(supaops("jobs", "show", job_id, "--format", "json").out)
    assert told["status"] == "running"
    assert told["lease_expires_at"].endswith("+00:00")
    assert told["completed_at"] is None
    assert [each["outcome"] for each in told["attempts_made"]] == ["running"]
    assert not {"payload", "result"} & told.keys()
    whole = json.loads(supaops("jobs", "show", job_id, "--format", "json", "--payload").out)
    assert whole["payload"] == {}


def test_times_that_no_clock_can_show_are_shown_all_the_same(
    queue: Connection, supaops: Supaops
) -> None:
    job_id = enqueue(queue, "supaops_smoke")
    queue.execute("update job_queue set run_at = 'infinity' where id = %s", [job_id])
    assert supaops("jobs", "show", job_id).status == ExitStatus.OK
    assert listed(supaops) == [job_id]


def test_an_error_of_a_job_cannot_command_the_terminal(queue: Connection, supaops: Supaops) -> None:
    [job_id] = failed(queue, 1, "\x1b[2Jgone\x07")
    for words in (["list"], ["show", str(job_id)]):
        assert "\x1b" not in supaops("jobs", *words).out


def test_tail_prints_each_change_as_a_line_until_it_is_interrupted(
    queue: Connection, project: Project
) -> None:
    first = enqueue(queue, SYNC)
    with tailing(project, "--task-type", SYNC, "--format", "json") as lines:
        assert json.loads(next(lines))["id"] == first
        enqueue(queue, "supaops_smoke")
        second = enqueue(queue, SYNC)
        assert json.loads(next(lines))["id"] == second
        queue.execute("select job_queue_cancel(array[%s::bigint])", [first])
        told = json.loads(next(lines))
        assert (told["id"], told["status"]) == (first, "cancelled")
        assert "payload" not in told


def test_tail_shows_what_a_worker_does_to_an_old_job(queue: Connection, project: Project) -> None:
    with tailing(project) as lines:
        job_id = running(queue)
        seen = [next(lines)]
        while "running" not in seen[-1]:
            seen.append(next(lines))
        queue.execute("select job_queue_mark_failed(%s, 'upstream said 503')", [job_id])
        assert "upstream said 503" in next(lines)


@contextmanager
def tailing(project: Project, *words: str) -> Iterator[Iterator[str]]:
    """Give the lines that a tail prints, and end it as a person does."""
    tail = subprocess.Popen(
        [SUPAOPS, "jobs", "tail", *words],
        cwd=project.folder,
        env=project.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert tail.stdout is not None
    try:
        yield iter(tail.stdout)
    finally:
        tail.send_signal(signal.SIGINT)
        assert tail.wait(20) == INTERRUPTED
        tail.stdout.close()
