"""A queue or a task type on the command line that the YAML does not declare."""

from __future__ import annotations

import pytest

from supaops.config import load
from supaops.config.declared import undeclared_queue, undeclared_task_type
from tests.unit.config.conftest import Write

OVERLAY = "queue: {limits: {bulk: {}}, task_types: {sync: {queue: media}}}\n"
DECLARED = "declared: bulk, default, media; `NAME: {}` under queue.limits declares another"


@pytest.mark.parametrize("name", ["default", "media", "bulk"])
def test_a_queue_is_declared_by_a_task_type_or_by_its_limits(write: Write, name: str) -> None:
    assert undeclared_queue(load(write(overlay=OVERLAY), "local"), name, "--queue") is None


@pytest.mark.parametrize(
    ("name", "hint"), [("meida", f"did you mean `media`? {DECLARED}"), ("*", DECLARED)]
)
def test_another_queue_is_told_with_the_nearest_and_where_to_declare_it(
    write: Write, name: str, hint: str
) -> None:
    problem = undeclared_queue(load(write(overlay=OVERLAY), "local"), name, "--queue")
    assert problem
    assert str(problem) == f"--queue: queue {name!r} is not declared"
    assert problem.hint == f"{hint} (environments/local.yaml:1:9)"


def test_a_task_type_is_told_with_the_nearest_one(write: Write) -> None:
    config = load(write(), "local")
    problem = undeclared_task_type(config, "snyc", "--task-type")
    assert problem
    assert str(problem) == "--task-type: task type 'snyc' is not declared"
    assert problem.hint == "did you mean `sync`? declared: supaops_smoke, sync"
    assert undeclared_task_type(config, "supaops_smoke", "--task-type") is None
