"""Faults of the checks ``worker.*``."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from supaops import __version__
from supaops.checks.finding import Finding
from supaops.status import Severity
from tests.chains import serve, unused_endpoint
from tests.faults.answering import Answers, answering, instead_of_the_worker
from tests.faults.conftest import HEALTHY
from tests.faults.fault import Fault, Injection, Scene, judge, nothing, sql
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack

WELL = Answers(
    description={
        "worker": f"supaops {__version__}",
        "handlers": ["game_platform_sync"],
        "disabled": False,
        "running": 0,
        "batch_limit": 10,
    }
)
ANOTHER_ENDPOINT = frozenset({"config.drift", "vault.differs"})
"""What else may tell that the endpoint's URL is not the one that was applied."""
NO_MORE_POSTS = "lock table supaops.dispatch in exclusive mode;"
FAILED_POSTS = (
    NO_MORE_POSTS + "delete from supaops.dispatch where responded_at is null;"
    "update supaops.dispatch set created_at = created_at - interval '{age}',"
    " responded_at = created_at - interval '{age}', status_code = 500, nonce = null;"
)
BAD_ANSWERS = frozenset({"net.last_answer", "net.failures", "net.server_error"})


def answers(wanted: Answers) -> Injection:
    """Have something else answer at the endpoint."""

    @contextmanager
    def inject(scene: Scene) -> Iterator[None]:
        with answering(wanted) as url, instead_of_the_worker(scene, url):
            yield

    return inject


def another_worker(**variables: str) -> Injection:
    """Have a worker at the endpoint that was started with other variables."""

    @contextmanager
    def inject(scene: Scene) -> Iterator[None]:
        url = unused_endpoint()
        there = replace(scene.project, environ={**scene.project.environ})
        there.environ["JOB_QUEUE_WORKER_ENDPOINT"] = url
        with (
            serve(there, **variables),
            instead_of_the_worker(scene, url),
        ):
            yield

    return inject


@contextmanager
def gone(scene: Scene) -> Iterator[None]:
    """Have nothing listen at the endpoint, and the database's posts fail too."""
    scene.sql(f"{NO_MORE_POSTS} update supaops.dispatch set status_code = 502, nonce = null")
    with instead_of_the_worker(scene, unused_endpoint()):
        yield


def fault(
    check: str,
    name: str,
    severity: Severity,
    inject: Injection,
    observed: str,
    overlay: str | None = None,
    also: frozenset[str] = ANOTHER_ENDPOINT,
) -> Fault:
    """Return a fault of a check of this group."""
    return Fault(f"worker.{check}", name, severity, inject, overlay, also, observed)


WARNING, CRITICAL, UNKNOWN = Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN

FAULTS = (
    fault(
        "reachable",
        "the worker has another secret",
        CRITICAL,
        another_worker(JOB_QUEUE_RUNNER_SECRET="another secret, and long enough"),
        "HTTP 401: it refuses the secret",
    ),
    fault(
        "reachable",
        "the worker fails",
        CRITICAL,
        answers(replace(WELL, get=500)),
        "HTTP 500",
    ),
    fault(
        "reachable",
        "the endpoint leads elsewhere",
        WARNING,
        answers(replace(WELL, get=302, headers={"Location": "http://127.0.0.1:9/"})),
        "HTTP 302, which is no answer of a worker",
    ),
    fault(
        "reachable",
        "nobody is there, neither for us nor for the database",
        WARNING,
        gone,
        "neither from here (connection refused) nor from the database",
        also=ANOTHER_ENDPOINT | BAD_ANSWERS,
    ),
    fault(
        "unauthorized",
        "the worker runs jobs for everybody",
        CRITICAL,
        answers(replace(WELL, post=200)),
        "HTTP 200 without the secret: anybody can run jobs",
    ),
    fault(
        "unauthorized",
        "the worker reads a stranger's body",
        WARNING,
        answers(replace(WELL, post=400)),
        "HTTP 400 without the secret",
    ),
    fault(
        "unauthorized",
        "the worker fails for a stranger",
        UNKNOWN,
        answers(replace(WELL, post=503)),
        "HTTP 503 without the secret says nothing",
    ),
    fault(
        "last_success",
        "no post has succeeded for half an hour",
        WARNING,
        sql(FAILED_POSTS.format(age="30 minutes")),
        "no success in ",
        also=BAD_ANSWERS,
    ),
    fault(
        "last_success",
        "no post has succeeded for hours",
        CRITICAL,
        sql(FAILED_POSTS.format(age="3 hours")),
        "none before",
        also=BAD_ANSWERS,
    ),
    fault(
        "disabled",
        "the worker is disabled",
        WARNING,
        another_worker(JOB_QUEUE_DISABLED="true"),
        "JOB_QUEUE_DISABLED is set",
    ),
    fault(
        "version",
        "the worker is of an earlier version",
        WARNING,
        answers(replace(WELL, description={**WELL.description, "worker": "supaops 0.0.9"})),
        f"the worker is 0.0.9, this is {__version__}, applied by {__version__}",
    ),
    fault(
        "limit",
        "the worker was started with an earlier limit",
        WARNING,
        nothing(),
        "10 jobs a post, 20 declared",
        overlay=f"{HEALTHY}\nworker: {{batch_limit: 20}}\n",
        also=frozenset({"config.drift"}),
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)


def findings(scene: Scene) -> dict[str, Finding]:
    return {each.id: each for each in judge(scene)}


def test_a_worker_that_only_the_database_reaches_is_skipped_with_the_reason(scene: Scene) -> None:
    with instead_of_the_worker(scene, unused_endpoint()):
        found = findings(scene)
    for name in ("reachable", "unauthorized", "disabled", "version", "limit"):
        finding = found[f"worker.{name}"]
        assert finding.severity is Severity.SKIPPED, finding
        assert "connection refused" in finding.observed
    assert found["worker.last_success"].severity is Severity.OK


def test_a_stranger_s_post_holds_no_secret_and_asks_for_no_job(scene: Scene) -> None:
    secret = scene.project.environ["JOB_QUEUE_RUNNER_SECRET"]
    well = replace(WELL, seen=[])
    with answering(well) as url, instead_of_the_worker(scene, url):
        found = findings(scene)
    [(_, headers, body)] = [each for each in well.seen if each[0] == "POST"]
    assert secret not in headers
    assert json.loads(body) == {"limit": 0}
    [(_, headers, _)] = [each for each in well.seen if each[0] == "GET"]
    assert secret in headers
    assert secret not in str(found)
    assert url not in str(found["worker.reachable"])


def test_a_worker_that_never_answers_is_called_twice_and_costs_no_other_check(
    scene: Scene,
) -> None:
    scene.project.write_overlay(f"{HEALTHY}\nchecks: {{timeout: 200ms}}\n")
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            with instead_of_the_worker(scene, url):
                found = findings(scene)
            assert calls(silent) == 2
    finally:
        scene.project.write_overlay(HEALTHY)
    assert "no answer within 0.2 s" in found["worker.reachable"].observed
    assert found["worker.last_success"].severity is Severity.OK


def calls(listener: socket.socket) -> int:
    """Return how many connections nobody has accepted yet."""
    listener.setblocking(False)  # noqa: FBT003  its only parameter
    for count in range(10):
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
    return 10
