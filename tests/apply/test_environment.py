"""A database belongs to one environment, which the first apply names and arms."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from supaops.db.environment import Environment, GuardState, read_environment
from supaops.errors import Refused
from supaops.plan import Action
from tests.projects import QUIET_CRON, Project

pytestmark = pytest.mark.stack

COPIED = "update supaops.environment set confirmed_identity = 'of the original'"


def read(db: Connection) -> Environment:
    found = read_environment(db)
    assert found is not None
    return found


def test_before_an_apply_a_database_says_nothing(db: Connection) -> None:
    assert read_environment(db) is None


def test_the_first_apply_names_and_arms(applied: Project, db: Connection) -> None:
    found = read(db)
    assert (found.name, found.state) == (applied.config.environment, GuardState.ARMED)
    assert found.confirmed_at is not None


def test_a_later_apply_leaves_a_copy_as_it_is(applied: Project, db: Connection) -> None:
    db.execute(COPIED)
    applied.write_overlay(f"worker: {{batch_limit: 3}}\n{QUIET_CRON}")
    assert applied.apply(db).revision_id is not None
    assert read(db).state is GuardState.UNCONFIRMED
    db.execute("select supaops.disarm('a copy')")
    applied.write_overlay(f"worker: {{batch_limit: 4}}\n{QUIET_CRON}")
    assert applied.apply(db).revision_id is not None
    found = read(db)
    assert (found.state, found.disarmed_by, found.disarmed_reason) == (
        GuardState.DISARMED, "operator", "a copy",
    )  # fmt: skip


def test_an_apply_names_what_has_no_name_even_when_nothing_else_is_to_do(
    applied: Project, db: Connection
) -> None:
    """As after a migration file, which knows of no environment."""
    db.execute(COPIED)
    db.execute("update supaops.environment set name = null")
    assert applied.apply(db).revision_id is None
    assert (read(db).name, read(db).state) == ("test", GuardState.ARMED)


def test_another_environment_is_refused_under_the_lock_and_nothing_changes(
    applied: Project, db: Connection
) -> None:
    applied.write_overlay(f"worker: {{batch_limit: 3}}\n{QUIET_CRON}")
    desired = applied.desired
    db.execute("update supaops.environment set name = 'production'")
    before = db.execute("select * from supaops.revision").fetchall()
    with pytest.raises(Refused, match="belongs to the environment 'production', not to 'test'"):
        applied.apply(db)
    assert db.execute("select * from supaops.revision").fetchall() == before
    assert desired.plan(desired.state(db)).of(Action.UPDATE)


def test_an_apply_brings_back_what_was_dropped_of_the_guard(
    applied: Project, db: Connection
) -> None:
    db.execute("drop function supaops.identity, supaops.guard_state")
    assert read_environment(db) is None
    applied.apply(db)
    assert read(db).state is GuardState.ARMED


def test_a_worker_that_accepts_without_confirming_is_noticed(
    applied: Project, db: Connection
) -> None:
    del applied
    answered = "insert into supaops.dispatch (backend_pid, request_id, status_code, nonce) values"
    db.execute(f"{answered} (1, 1, 200, 'n')".encode())
    assert read(db).unconfirmed_dispatch is not None
    db.execute(f"{answered} (1, 2, 200, null)".encode())
    assert read(db).unconfirmed_dispatch is None
