"""Faults of the checks ``cron.*``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from supaops.status import Severity
from tests.faults.fault import Fault, Scene, sql
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack

FAULTS = (
    Fault(
        "cron.jobs",
        "a cron job is switched off by hand",
        Severity.CRITICAL,
        sql(
            "select cron.alter_job(jobid, active := false) from cron.job"
            " where jobname = 'job_queue_worker'"
        ),
        also=frozenset({"config.drift"}),
        observed="job_queue_worker",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)
