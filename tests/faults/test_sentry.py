"""Faults of the checks ``sentry.*``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from supaops.status import Severity
from tests.faults.conftest import HEALTHY
from tests.faults.fault import Fault, Injection, Scene, nothing
from tests.faults.matrix import assert_told
from tests.faults.test_worker import ANOTHER_ENDPOINT, WELL, another_worker, answers
from tests.waiting import until
from tests.worker.sentry_receiver import receiving

pytestmark = pytest.mark.stack

WARNING = Severity.WARNING
NO_MONITORS = f"{HEALTHY}  monitors: false\n"
AT_START = HEALTHY.replace(
    "cron:\n  jobs:\n", "cron:\n  jobs:\n    at_start: {schedule: '@reboot', sql: select 1}\n"
)


@contextmanager
def malformed(scene: Scene) -> Iterator[None]:
    """Have what is no DSN in the environment of who verifies."""
    environ = scene.project.environ
    before = environ["SENTRY_DSN"]
    environ["SENTRY_DSN"] = "https://sentry.example/"
    try:
        yield
    finally:
        environ["SENTRY_DSN"] = before


def says(**sentry: Any) -> Injection:
    """Have a worker at the endpoint that says this of its reports."""
    return answers(replace(WELL, description={**WELL.description, "sentry": sentry}))


@contextmanager
def refused(scene: Scene) -> Iterator[None]:
    """Have a real worker at the endpoint, whose reports Sentry refuses."""
    with receiving() as receiver:
        receiver.status = 500
        with another_worker(SENTRY_DSN=receiver.dsn)(scene):
            _post_as_a_tick(scene)
            yield


def _post_as_a_tick(scene: Scene) -> None:
    """Post to the worker, and wait until it has dropped what it wanted to tell of that."""
    settings = scene.project.settings
    headers = {settings.header: settings.secret.get_secret_value(), "x-supaops-dispatch": "1"}
    url = scene.project.environ["JOB_QUEUE_WORKER_ENDPOINT"]
    httpx.post(url, headers=headers, timeout=10)
    until(lambda: httpx.get(url, headers=headers).json()["sentry"]["dropped"])


FAULTS = (
    Fault(
        "sentry.dsn",
        "the worker was started without the DSN",
        WARNING,
        another_worker(SENTRY_DSN=""),
        also=ANOTHER_ENDPOINT,
        observed="set here, but off in the worker",
    ),
    Fault(
        "sentry.dsn",
        "the worker lacks the package",
        WARNING,
        says(enabled=False, dropped=0, last_error="sentry_sdk is not installed"),
        also=ANOTHER_ENDPOINT,
        observed="off in the worker: sentry_sdk is not installed",
    ),
    Fault(
        "sentry.dsn",
        "the DSN is malformed",
        WARNING,
        malformed,
        observed="SENTRY_DSN must hold a DSN",
    ),
    Fault(
        "sentry.delivery",
        "Sentry takes nothing",
        WARNING,
        refused,
        also=ANOTHER_ENDPOINT,
        observed="HTTP 500; 1 dropped",
    ),
    Fault(
        "sentry.monitors",
        "monitors are off while cron jobs are declared",
        WARNING,
        nothing(),
        NO_MONITORS,
        observed="off, with",
    ),
    Fault(
        "sentry.monitors",
        "a cron job has a schedule that Sentry cannot watch",
        WARNING,
        nothing(),
        AT_START,
        frozenset({"config.drift", "cron.jobs"}),
        "not watched: at_start",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)
