"""Faults of the checks ``net.*``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from supaops.status import Severity
from tests.faults.fault import Fault, Scene, sql
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack

FAULTS = (
    Fault(
        "net.queue",
        "more requests wait than pg_net sends in a batch",
        Severity.WARNING,
        sql(
            "insert into net.http_request_queue (method, url, headers, timeout_milliseconds)"
            " select 'GET', 'http://127.0.0.1:9', '{}', 1000 from generate_series(1, 300)"
        ),
        observed="300 waiting",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)
