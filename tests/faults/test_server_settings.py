"""Faults that are in the server's configuration, and need a server of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.status import Severity
from tests.faults.conftest import opened, working
from tests.faults.fault import Fault, nothing
from tests.faults.matrix import assert_told
from tests.private_server import private_server

pytestmark = pytest.mark.stack

BLIND = Fault(
    "cron.settings",
    "pg_cron records no run",
    Severity.WARNING,
    nothing(),
    observed="cron.log_run is off",
)
ELSEWHERE = Fault(
    "cron.settings",
    "pg_cron's clock is that of Berlin",
    Severity.WARNING,
    nothing(),
    observed="cron.timezone is Europe/Berlin",
)


@pytest.mark.parametrize(
    ("fault", "setting"),
    [(BLIND, {"cron.log_run": "off"}), (ELSEWHERE, {"cron.timezone": "Europe/Berlin"})],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_a_setting_turns_its_check_and_no_other(
    tmp_path: Path,
    fault: Fault,
    setting: dict[str, str],
    record_property: Callable[[str, object], None],
) -> None:
    with (
        private_server(**setting) as server,
        working(server.stack, tmp_path / "project") as project,
        opened(server.stack, project) as scene,
    ):
        assert_told(scene, fault, record_property)
