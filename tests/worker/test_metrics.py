"""What a worker counts, and how it is served: of one process, and of several."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from supaops import __version__
from supaops.db.work import Job
from supaops.errors import SupaopsError
from supaops.worker import Handlers
from supaops.worker.tally import Ending
from supaops.worker.telemetry.metrics import MOST_QUEUES, Metrics, MetricsObserver
from supaops.worker.telemetry.observing import MetricsAddress, observe, observe_processes
from supaops.worker.telemetry.probes import STALE_AFTER_S, Probes, own
from supaops.worker.telemetry.vitals import Vitals
from tests.docs.markdown import read
from tests.projects import ROOT
from tests.watch.promtool import promtool
from tests.worker.fake_queue import NOW, job

PAGE = ROOT / "docs" / "explanation" / "observability.md"
JOBS = "supaops_worker_jobs_total"
LOOP = "supaops_worker_loop_timestamp_seconds"


class Rig:
    """Metrics of a process, and what Prometheus would read."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.observer = MetricsObserver(
            self.metrics, kind="worker", handled=["work"], declared=["rest"], clock=lambda: NOW
        )
        self.probes = Probes(own(self.registry))

    def run(self, known: Job, ending: Ending = "succeeded") -> None:
        with self.observer.attempt(known):
            pass
        self.observer.ended(known, ending)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_an_attempt_is_counted_and_timed_by_queue_and_type(rig: Rig) -> None:
    rig.run(job("work", run_at=NOW - timedelta(seconds=40)), "retried")
    labels = {"queue": "default", "task_type": "work"}
    assert rig.value(JOBS, outcome="retried", **labels) == 1
    assert rig.value("supaops_worker_job_duration_seconds_count", **labels) == 1
    waits = "supaops_worker_job_wait_seconds"
    assert rig.value(f"{waits}_sum", **labels) == 40
    assert rig.value(f"{waits}_bucket", le="30.0", **labels) == 0
    assert rig.value(f"{waits}_bucket", le="60.0", **labels) == 1


def test_a_database_whose_clock_is_ahead_makes_no_negative_wait(rig: Rig) -> None:
    rig.run(job("work", run_at=NOW + timedelta(seconds=5)))
    labels = {"queue": "default", "task_type": "work"}
    assert rig.value("supaops_worker_job_wait_seconds_sum", **labels) == 0


def test_a_handler_that_raises_no_longer_runs(rig: Rig) -> None:
    def fail() -> None:
        with rig.observer.attempt(job("work")):
            raise ValueError(rig.value("supaops_worker_jobs_running"))

    with pytest.raises(ValueError, match=r"1\.0"):
        fail()
    assert rig.value("supaops_worker_jobs_running") == 0


def test_a_type_that_nobody_declared_and_queues_without_end_share_a_label(rig: Rig) -> None:
    for n in range(MOST_QUEUES + 20):
        rig.run(job("rest", queue=f"q{n}"))
        rig.run(job(f"made up {n}", queue="q0"))
    assert rig.value(JOBS, queue="other", task_type="rest", outcome="succeeded") == 20
    other = rig.value(JOBS, queue="q0", task_type="other", outcome="succeeded")
    assert other == MOST_QUEUES + 20
    [family] = rig.metrics.jobs.collect()
    assert len([each for each in family.samples if each.name == JOBS]) == MOST_QUEUES + 2


def test_claims_heartbeats_and_answers_are_counted(rig: Rig) -> None:
    for found in (3, 0, 0):
        rig.observer.claimed(found, 0.004)
    rig.observer.heartbeat_failed()
    rig.observer.request(401)
    assert rig.value("supaops_worker_claims_total", outcome="jobs") == 1
    assert rig.value("supaops_worker_claims_total", outcome="empty") == 2
    assert rig.value("supaops_worker_claim_seconds_bucket", le="0.005") == 3
    assert rig.value("supaops_worker_heartbeat_failures_total") == 1
    assert rig.value("supaops_worker_requests_total", status="401") == 1


def everything(rig: Rig) -> str:
    rig.run(job("work"))
    rig.observer.claimed(1, 0.1)
    rig.observer.request(200)
    return rig.probes.metrics().body.decode()


def test_promtool_finds_nothing_to_complain_of(rig: Rig) -> None:
    ours = re.findall(r"^(?:# (?:HELP|TYPE) )?supaops_.*\n", everything(rig), re.MULTILINE)
    promtool("check", "metrics", given="".join(ours))


def test_every_metric_is_in_the_documents_with_its_labels_and_what_it_means(rig: Rig) -> None:
    page = read(PAGE)
    everything(rig)
    for family in rig.registry.collect():
        sample = family.samples[0]
        labels = ", ".join(f"`{each}`" for each in sample.labels if each != "le")
        name = f"{family.name}_total" if family.type == "counter" else family.name
        row = f"| `{name}` | {family.type} | {labels} | {family.documentation} |"
        assert row in page, row


def test_what_handlers_count_by_themselves_is_served_too(rig: Rig) -> None:
    counter = Counter("games_synchronized_total", "Of a test.")
    counter.inc(360)
    assert "games_synchronized_total 360.0" in rig.probes.metrics().body.decode()


def test_a_loop_without_a_turn_is_stuck_and_one_that_has_not_begun_is_not(rig: Rig) -> None:
    assert rig.probes.health().status == 200
    rig.metrics.turned.set(time.time() - STALE_AFTER_S - 1)
    assert rig.probes.health().status == 503
    rig.metrics.turned.set(time.time())
    assert rig.probes.health().status == 200


def test_a_worker_is_ready_from_its_first_claim_to_its_stop(rig: Rig) -> None:
    vitals = Vitals(rig.metrics)
    assert rig.probes.readiness().status == 503
    vitals.ready()
    assert rig.probes.readiness().status == 200
    vitals.stopping()
    assert rig.probes.readiness().status == 503


def test_without_a_port_nothing_is_served_and_prometheus_client_is_not_imported() -> None:
    program = (
        "import sys\n"
        "from supaops.worker import Handlers\n"
        "from supaops.worker.telemetry.observing import MetricsAddress, observe\n"
        "with observe(MetricsAddress(), kind='serve', handlers=Handlers(), declared=[]):\n"
        "    loaded = {'prometheus_client', 'opentelemetry'} & sys.modules.keys()\n"
        "sys.exit(len(loaded))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=PLAIN)


def test_a_port_that_is_taken_is_an_error_with_a_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = MetricsAddress(port=taken.getsockname()[1])
        observing = observe(address, kind="worker", handlers=Handlers(), declared=[])
        with pytest.raises(SupaopsError) as error:
            observing.__enter__()
    assert "cannot listen" in error.value.message
    assert "--metrics-port" in (error.value.hint or "")


PLAIN = {"PYTHONPATH": f"{ROOT / 'ops'}:{ROOT}"}


@contextmanager
def counting(variables: dict[str, str], *words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.worker.counting", *words],
        env={**PLAIN, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"counted\n"
        yield process


def served(url: str) -> dict[str, float]:
    families = text_string_to_metric_families(httpx.get(f"{url}/metrics").text)
    return {
        f"{s.name}{sorted(s.labels.items())}": s.value for each in families for s in each.samples
    }


def test_several_processes_are_one_target_and_what_a_dead_one_counted_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "supaops.worker")
    ended = f"{JOBS}{[('outcome', 'succeeded'), ('queue', 'default'), ('task_type', 'work')]}"
    with observe_processes(MetricsAddress(port=0)) as processes:
        url = caplog.messages[-1].removeprefix("metrics at ").removesuffix("/metrics")
        assert httpx.get(f"{url}/readyz").status_code == 503
        with counting({**processes.variables}, "3", "work") as first:
            with counting({**processes.variables}, "4", "work") as second:
                found = served(url)
                assert found[ended] == 7
                assert found["supaops_worker_jobs_running[]"] == 2
                info = [("kind", "worker"), ("version", __version__)]
                assert found[f"supaops_worker_info{info}"] == 2
                assert httpx.get(f"{url}/readyz").json()["processes"] == 2
                assert httpx.get(f"{url}/healthz").status_code == 200
                second.kill()
            processes.ended(second.pid)
            found = served(url)
            assert found[ended] == 7
            assert found["supaops_worker_jobs_running[]"] == 1
            first.kill()
        processes.ended(first.pid)
        assert served(url)[ended] == 7
        assert httpx.get(f"{url}/readyz").status_code == 503
