"""The secret is rotated where posts are signed with it: the database signs with both values."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import pytest

from supaops.apply import provenance
from supaops.apply.rotation import Progress, Rotated, call, rotate
from supaops.config.names import former
from supaops.db.connect import Connection
from supaops.errors import Refused, SupaopsError
from tests.chains import serve
from tests.projects import Project
from tests.waiting import until

pytestmark = pytest.mark.stack

SECRET = "job_queue_runner_secret"
OLD, NEW, NEXT = "the-first-secret-of-all", "the-second-secret-of-all", "the-third-secret-of-all"
SIGNED = """
worker: {auth: signature, wake_on_enqueue: 100ms}
cron: {jobs: {job_queue_worker: {active: false}}}
"""
SUCCEEDED = "select from job_queue where status = 'succeeded'"
END_OF_OVERLAP = "update supaops.secret_value set retires_at = now() where retires_at > now()"


@pytest.fixture
def signed(ticking: Project, db: Connection) -> Project:
    """Return a quiet project that is applied with the old value, and signs its posts."""
    ticking.write_overlay(SIGNED)
    ticking.environ["JOB_QUEUE_RUNNER_SECRET"] = OLD
    ticking.apply(db)
    return ticking


def turn(
    project: Project, db: Connection, progress: Progress = lambda _: None, seconds: float = 15
) -> Rotated:
    return rotate(
        db,
        project.desired,
        SECRET,
        provenance(project.folder),
        overlap=timedelta(hours=1),
        timeout=timedelta(seconds=seconds),
        progress=progress,
    )


def interrupt_at_the_call(step: str) -> None:
    if step.startswith("calling"):
        raise KeyboardInterrupt


def post(db: Connection) -> int | None:
    """Have the database post as a tick does; return the status of the answer."""
    return call(db, time.monotonic() + 15).status_code


def by_hand(project: Project, secret: str) -> int:
    url = project.environ["JOB_QUEUE_WORKER_ENDPOINT"]
    return httpx.post(url, headers={"x-job-runner-secret": secret}, timeout=10).status_code


def in_vault(db: Connection) -> dict[str, str]:
    rows = db.execute("select name, decrypted_secret as value from vault.decrypted_secrets")
    return {row["name"]: row["value"] for row in rows}


def test_no_post_is_refused_while_the_worker_moves_from_the_old_value_to_the_new_one(
    signed: Project, db: Connection
) -> None:
    with serve(signed):
        assert post(db) == 200
        signed.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        with pytest.raises(KeyboardInterrupt):
            turn(signed, db, interrupt_at_the_call)
        assert post(db) == 200
        assert turn(signed, db) == Rotated(
            SECRET, was_needed=True, http_status=200, is_signed_twice=True
        )
        assert turn(signed, db) == Rotated(SECRET, was_needed=False)
        assert post(db) == 200
        assert (by_hand(signed, OLD), by_hand(signed, NEW)) == (200, 200)
    with serve(signed):
        assert post(db) == 200
        assert (in_vault(db)[SECRET], in_vault(db)[former(SECRET)]) == (NEW, OLD)
        db.execute(END_OF_OVERLAP)
        assert post(db) == 200
        db.execute("select job_queue_enqueue('game_platform_sync')")  # posts by itself
        until(lambda: db.execute(SUCCEEDED).fetchone() is not None)
    seen = db.execute("select status_code from job_queue_dispatch_history").fetchall()
    assert {row["status_code"] for row in seen} == {200}
    db.execute("select job_queue_maintain()")
    assert former(SECRET) not in in_vault(db)
    assert signed.plan(db).pending == []


def test_a_worker_that_keeps_the_old_value_is_served_until_the_overlap_is_over(
    signed: Project, db: Connection
) -> None:
    with serve(signed):
        signed.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        turn(signed, db)
        signed.environ["JOB_QUEUE_RUNNER_SECRET"] = NEXT
        with pytest.raises(Refused, match=r"its former value signs posts until \d{4}-.* UTC"):
            turn(signed, db)
        assert post(db) == 200
        db.execute(END_OF_OVERLAP)
        assert post(db) == 401
        assert by_hand(signed, NEW) == 200
        with pytest.raises(SupaopsError, match=r"HTTP 401.*; the old one is back") as caught:
            turn(signed, db, seconds=1)
    assert "the worker's log" in (caught.value.hint or "")
    assert in_vault(db)[SECRET] == NEW
    assert former(SECRET) not in in_vault(db)
    log = (signed.folder / "serve.log").read_text()
    assert "refused with 401: the signature was made with another secret" in log
    assert [each for each in (OLD, NEW, NEXT) if each in log] == []
