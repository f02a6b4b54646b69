"""What a pause explains: that of a cron job beside the chain explains no job that waits."""

from __future__ import annotations

import pytest

from supaops.checks.pauses import Excuse
from supaops.status import Severity
from tests.unit.report.samples import finding


@pytest.mark.parametrize("is_of_chain", [True, False])
def test_only_a_pause_of_the_chain_excuses_jobs_that_wait(*, is_of_chain: bool) -> None:
    excuse = Excuse("cron", "paused by the cron", is_of_chain)
    waiting = finding("queue.oldest_ready", Severity.CRITICAL)
    assert excuse.covers(waiting) is is_of_chain
    assert excuse.covers(finding("cron.jobs", Severity.CRITICAL))
