"""A plan warns of task types that no registered worker has a handler for, and is as it was."""

from __future__ import annotations

import json

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.cli.conftest import Cli

pytestmark = pytest.mark.stack

REGISTER = "select job_queue_register_worker('box:1', array['mail'], '{\"version\": \"1.4.0\"}')"
WARNING = (
    "no registered worker has a handler for game_platform_sync: their jobs would fail, so deploy"
    " the worker before anything enqueues them (registered: box:1 (1.4.0))"
)


@pytest.fixture
def applied(cli: Cli, db: Connection, variables: dict[str, str]) -> Connection:
    assert cli("apply", "--yes", **variables).status == ExitStatus.OK
    return db


def said(text: str) -> str:
    """Return a text without the line breaks of the terminal."""
    return " ".join(text.split())


def test_every_format_of_a_plan_and_an_apply_warn_and_nothing_else_changes(
    cli: Cli, applied: Connection, variables: dict[str, str]
) -> None:
    assert "no registered worker" not in cli("plan", **variables).err, "none is registered"
    applied.execute(REGISTER)
    outcome = cli("plan", "--exit-code", **variables)
    assert outcome.status == ExitStatus.OK
    assert f"warning: {WARNING}" in said(outcome.err)
    assert "No changes" in outcome.out
    document = json.loads(cli("plan", "--format", "json", **variables).out)
    assert document["warnings"] == [WARNING]
    for output in ("markdown", "github"):
        assert "no registered worker" in cli("plan", "--format", output, **variables).out
    outcome = cli("apply", "--yes", **variables)
    assert outcome.status == ExitStatus.OK
    assert WARNING in said(outcome.err)


def test_a_worker_that_was_not_seen_for_five_minutes_does_not_count(
    cli: Cli, applied: Connection, variables: dict[str, str]
) -> None:
    applied.execute(REGISTER)
    applied.execute("update supaops.worker set seen_at = now() - interval '6 min'")
    assert "no registered worker" not in cli("plan", **variables).err


def test_a_database_of_before_workers_registered_is_planned_as_ever(
    cli: Cli, applied: Connection, variables: dict[str, str]
) -> None:
    applied.execute("drop table supaops.worker cascade")
    outcome = cli("plan", **variables)
    assert outcome.status == ExitStatus.OK
    assert "warning" not in outcome.err
