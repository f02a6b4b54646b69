"""Faults of the checks ``config.*``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from supaops.status import Severity
from tests.faults.fault import Fault, Scene, sql
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack

DRIFT = frozenset({"config.drift"})
"""An apply would change it back: that is told too."""

FAULTS = (
    Fault(
        "config.applied",
        "nothing that supaops made is recorded",
        Severity.CRITICAL,
        sql("delete from supaops.resource"),
        observed="never applied",
    ),
    Fault(
        "config.drift",
        "a view was dropped by hand",
        Severity.WARNING,
        sql("drop view public.job_queue_cron_history"),
    ),
    Fault(
        "config.environment",
        "the URL leads to another environment's database",
        Severity.CRITICAL,
        sql("update supaops.environment set name = 'production'"),
        observed="belongs to production",
    ),
    Fault(
        "config.armed",
        "an operator has disarmed the database",
        Severity.WARNING,
        sql("select supaops.disarm(reason => 'a move', environment => 'test')"),
        observed="a move",
    ),
    Fault(
        "config.armed",
        "the worker has refused a post of this copy",
        Severity.CRITICAL,
        sql(
            "update supaops.environment set disarmed_at = now(), disarmed_by = 'guard',"
            " disarmed_reason = 'the worker works on another database'"
        ),
        observed="disarmed by the guard",
    ),
    Fault(
        "config.armed",
        "the server was started anew, and no worker has accepted a post yet",
        Severity.WARNING,
        sql("update supaops.environment set confirmed_identity = 'of another start'"),
        observed="unconfirmed",
    ),
    Fault(
        "config.foreign_jobs",
        "a job with the queue's prefix was scheduled by hand",
        Severity.WARNING,
        sql(
            "set local session authorization postgres;"
            " select cron.schedule('job_queue_by_hand', '0 0 1 1 *', 'select 1')"
        ),
        observed="job_queue_by_hand",
    ),
    Fault(
        "config.foreign_jobs",
        "another role's job calls the queue",
        Severity.WARNING,
        sql("select cron.schedule('tidy', '0 0 1 1 *', 'select public.job_queue_cleanup()')"),
        observed="tidy",
    ),
    Fault(
        "config.revision",
        "a newer version has applied",
        Severity.WARNING,
        sql("update supaops.revision set tool_version = '99.1.0'"),
        observed="version 99.1.0 applied",
    ),
    Fault(
        "config.revision",
        "a schema step is recorded that this version does not know",
        Severity.WARNING,
        sql(
            "insert into supaops.resource (address, kind, sha256, live_sha256, definition,"
            " live_definition, revision_id)"
            " select 'schema.900_later', kind, sha256, live_sha256, definition, live_definition,"
            " revision_id from supaops.resource where address = 'schema.001_supaops'"
        ),
        also=DRIFT,
        observed="900_later",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)
