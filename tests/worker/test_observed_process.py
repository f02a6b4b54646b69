"""Workers as whoever runs them sees them: their log, metrics and spans, until they end."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from supaops.db.connect import Connection, connect
from tests.chains import SUPAOPS
from tests.projects import ROOT, Project
from tests.waiting import until
from tests.worker.otlp_receiver import Collector, attributes, collecting
from tests.worker.queue_rows import enqueue

pytestmark = pytest.mark.stack

HANDLERS = """
import logging
from supaops.worker import Handlers

registry = Handlers()

@registry.handler("nap", executor="process")
def nap(context, payload):
    context.enqueue("work", payload)

@registry.handler("work")
def work(context, payload):
    context.logger.info("at work")
    if payload.get("fail"):
        raise ValueError("bad luck")
    logging.getLogger("upstream").warning("slow")
"""
PAYLOAD = "payload-of-a-user"
COUNTED = 'supaops_worker_jobs_total{outcome="succeeded",queue="default",task_type="work"} 1.0'
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Seen:
    """What was seen of a worker from its start to its end."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self.metrics = ""
        self.ready: list[int] = []
        self.spans: Collector | None = None
        self.job_id = 0
        self.status: int | None = None

    @property
    def text(self) -> str:
        return self._log.read_text()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(scope="module")
def seen(project: Project) -> Iterator[Seen]:
    """Run one job in one worker, with all that can be switched on."""
    log = project.folder / "observed.log"
    (project.folder / "observed.py").write_text(HANDLERS)
    found = Seen(log)
    with connect(project.url, application_name="pytest") as db:
        found.job_id = enqueue_in_a_trace(db)
    words = ("serve", "--port", "0")
    with collecting() as found.spans, running(project, log, found.spans, *words) as process:
        metrics = told(log, "metrics at")
        endpoint = told(log, "listening on")
        until(lambda: httpx.get(f"{metrics.removesuffix('metrics')}readyz").is_success)
        secret = project.settings.secret.get_secret_value()
        headers = {"x-job-runner-secret": secret, "x-request-id": "req-7"}
        url = f"{endpoint}/api/jobs/run?token={secret}"
        # The job, and the one that it adds; it may take longer than an answer does.
        until(lambda: httpx.post(url, headers=headers).is_success and succeeded(project) == 2)
        until(lambda: COUNTED in httpx.get(metrics).text)
        found.metrics = httpx.get(metrics).text
        process.send_signal(signal.SIGTERM)
        found.status = process.wait(20)
        yield found


def enqueue_in_a_trace(db: Connection) -> int:
    row = db.execute(
        "select public.job_queue_enqueue('nap', %s, traceparent => %s) as id",
        [json.dumps({"secret": PAYLOAD}), f"00-{TRACE}-{SPAN}-01"],
    ).fetchone()
    assert row is not None
    return int(row["id"])


def succeeded(project: Project) -> int:
    with connect(project.url, application_name="pytest") as db:
        row = db.execute(
            "select count(*) as n from public.job_queue where status = 'succeeded'"
        ).fetchone()
    return int(row["n"]) if row else 0


def told(log: Path, before: str) -> str:
    found = until(lambda: re.search(before + r" (http://[\w.:/]+)", log.read_text()))
    assert found
    return found[1]


@contextmanager
def running(
    project: Project, log: Path, spans: Collector, *words: str
) -> Iterator[subprocess.Popen[bytes]]:
    options = ("--config", str(project.config_path), "--handlers", "observed")
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": spans.url, "PYTHONPATH": str(ROOT / "ops")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*SUPAOPS, *words, *options, "--metrics-port", "0"],
            env={**project.environ, **variables},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_every_line_of_the_log_is_an_object_with_the_four_keys(seen: Seen) -> None:
    assert len(seen.events) > 5
    for each in seen.events:
        assert list(each)[:4] == ["timestamp", "level", "logger", "event"]


def test_all_that_is_logged_for_a_job_names_it_and_the_request(seen: Seen) -> None:
    about = [each for each in seen.events if each.get("task_type") == "work"]
    [job_id] = {each["job_id"] for each in about}
    assert job_id > seen.job_id
    assert {each["logger"] for each in about} == {
        "supaops.worker",
        "supaops.worker.job",
        "upstream",
    }
    assert {each["request_id"] for each in about} == {"req-7"}


def test_a_job_is_in_the_metrics_and_the_names_are_ours(seen: Seen) -> None:
    assert COUNTED in seen.metrics
    assert "process_resident_memory_bytes" in seen.metrics


def test_one_trace_goes_from_the_enqueue_to_the_run_and_on_to_what_that_enqueues(
    seen: Seen,
) -> None:
    assert seen.spans is not None
    [parent, child] = sorted(seen.spans.spans, key=lambda each: each.start_time_unix_nano)
    assert (parent.name, child.name) == ("process nap", "process work")
    assert {parent.trace_id.hex(), child.trace_id.hex()} == {TRACE}
    assert parent.parent_span_id.hex() == SPAN
    assert child.parent_span_id == parent.span_id
    [said] = [each for each in seen.events if each["event"] == "slow"]
    assert (said["trace_id"], said["span_id"]) == (TRACE, child.span_id.hex())


def test_the_last_span_is_sent_though_the_worker_ends_at_once(seen: Seen) -> None:
    assert seen.spans is not None
    [known] = [attributes(each) for each in seen.spans.spans if each.name == "process work"]
    assert known["messaging.destination.name"] == "default"
    assert known["supaops.job.outcome"] == "succeeded"
    assert seen.spans.services == {"supaops-worker"}
    assert seen.status == 0


def test_no_payload_and_no_secret_is_in_any_of_it(seen: Seen, project: Project) -> None:
    assert seen.spans is not None
    everything = [seen.text.encode(), seen.metrics.encode(), *seen.spans.bodies]
    secrets = [each.get_secret_value() for each in project.resolved.secrets.values()]
    for secret in (PAYLOAD, *secrets):
        assert not any(secret.encode() in each for each in everything), secret


def test_two_processes_have_one_port_and_one_log(seen: Seen, project: Project) -> None:
    log = project.folder / "two.log"
    two = Seen(log)
    assert seen.spans is not None
    with running(project, log, seen.spans, "worker", "--processes", "2") as process:
        metrics = told(log, "metrics at")
        ready = metrics.removesuffix("metrics") + "readyz"
        until(lambda: httpx.get(ready).json()["processes"] == 2)
        with connect(project.url, application_name="pytest") as db:
            job_id = enqueue(db, "work", '{"fail": true}')
        counted = 'supaops_worker_jobs_total{outcome="failed",queue="default",task_type="work"} 1.0'
        until(lambda: counted in httpx.get(metrics).text)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    events = two.events
    told_of = [each for each in events if each["event"] == f"job {job_id}: ValueError: bad luck"]
    assert [(each["job_id"], each["level"]) for each in told_of] == [(job_id, "warning")] * 3
    sums = [each for each in events if each["event"].startswith("jobs ended: ")]
    assert sum(each.get("retried", 0) for each in sums) == 2
    assert sum(each.get("failed", 0) for each in sums) == 1
    assert len({each["worker"] for each in events}) == 3
