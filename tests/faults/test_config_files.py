"""Faults of the checks ``config.valid`` and ``config.sources``, which need no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from supaops.status import Severity
from tests.faults.fault import Fault, Injection, Scene, nothing
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack


def unset(*names: str) -> Injection:
    """Return an injection that takes variables away from the shell."""

    @contextmanager
    def inject(scene: Scene) -> Iterator[None]:
        environ = scene.project.environ
        kept = {name: environ.pop(name) for name in names}
        try:
            yield
        finally:
            environ.update(kept)

    return inject


FAULTS = (
    Fault(
        "config.valid",
        "a key of the YAML is misspelt",
        Severity.UNKNOWN,
        nothing(),
        overlay="queue: {leese: 5m}\n",
        observed="test.yaml:1:9",
    ),
    Fault(
        "config.valid",
        "the YAML has two mistakes",
        Severity.UNKNOWN,
        nothing(),
        overlay="queue: {leese: 5m}\nworker: {timeout: 5 parsecs}\n",
        observed="2 problems",
    ),
    Fault(
        "config.sources",
        "the variable of a secret is not set",
        Severity.UNKNOWN,
        unset("JOB_QUEUE_RUNNER_SECRET"),
        observed="JOB_QUEUE_RUNNER_SECRET is not set",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)
