"""How long the tests with random input look: `SUPAOPS_TEST_EXAMPLES=20` is twenty times as long."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

FACTOR = int(os.environ.get("SUPAOPS_TEST_EXAMPLES", "1"))


def histories(number: int, *, steps: int) -> settings:
    """Return how many histories of how many steps to try, and none of them smaller afterwards.

    By default they are the same on every run; with a factor they differ from run to run. A failure
    is not made smaller: where a step is a restart of a server that takes longer than it helps.
    """
    return settings(
        max_examples=number * FACTOR,
        stateful_step_count=steps,
        derandomize=FACTOR == 1,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def inputs(number: int) -> settings:
    """Return how many inputs to try; one that fails is made smaller.

    By default they are the same on every run; with a factor they differ from run to run.
    """
    return settings(
        max_examples=number * FACTOR,
        derandomize=FACTOR == 1,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
