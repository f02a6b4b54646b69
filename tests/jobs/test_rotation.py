"""A secret is rotated while the chain runs, and no call is ever refused for it."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from supaops.apply import provenance
from supaops.apply.rotation import Rotated, rotate
from supaops.db.connect import Connection
from supaops.db.rotation import begin
from supaops.errors import Refused, SupaopsError
from tests.chains import serve
from tests.projects import Project
from tests.waiting import until

pytestmark = pytest.mark.stack

SECRET, ENDPOINT = "job_queue_runner_secret", "job_queue_worker_endpoint"
OLD, NEW = "the-first-secret-of-the-worker", "the-second-secret-of-the-worker"
SECONDS = timedelta(seconds=1)


@pytest.fixture
def running(ticking: Project, db: Connection) -> Project:
    """Return a quiet project that is applied with the old value."""
    ticking.write_overlay("cron: {jobs: {job_queue_worker: {active: false}}}")
    ticking.environ["JOB_QUEUE_RUNNER_SECRET"] = OLD
    ticking.apply(db)
    return ticking


def turn(
    project: Project,
    db: Connection,
    name: str = SECRET,
    *,
    overlap: timedelta = 60 * SECONDS,
    timeout: timedelta = 15 * SECONDS,
) -> Rotated:
    origin = provenance(project.folder)
    return rotate(db, project.desired, name, origin, overlap=overlap, timeout=timeout)


def in_vault(db: Connection) -> dict[str, str]:
    rows = db.execute("select name, decrypted_secret as value from vault.decrypted_secrets")
    return {row["name"]: row["value"] for row in rows}


def status_of(project: Project, secret: str) -> int:
    url = project.environ["JOB_QUEUE_WORKER_ENDPOINT"]
    return httpx.post(url, headers={"x-job-runner-secret": secret}, timeout=10).status_code


def test_both_values_are_good_during_the_overlap_and_then_the_new_one_alone(
    running: Project, db: Connection
) -> None:
    with serve(running):
        assert (status_of(running, OLD), status_of(running, NEW)) == (200, 401)
        running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        done = turn(running, db)
        assert done == Rotated(SECRET, was_needed=True, http_status=200)
        assert in_vault(db)[SECRET] == NEW
        assert len(in_vault(db)) == 2
        assert (status_of(running, OLD), status_of(running, NEW)) == (200, 200)
        db.execute("update supaops.secret_value set retires_at = now() where retires_at > now()")
        until(lambda: status_of(running, OLD) == 401, every=0.2)
        assert status_of(running, NEW) == 200
    assert running.plan(db).pending == []


def test_a_worker_that_was_deployed_with_the_new_value_goes_on(
    running: Project, db: Connection
) -> None:
    with serve(running):
        running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        turn(running, db)
    with serve(running):
        assert status_of(running, NEW) == 200
        assert status_of(running, OLD) == 200
        db.execute("update supaops.secret_value set retires_at = now() where retires_at > now()")
        until(lambda: status_of(running, OLD) == 401, every=0.2)


def test_a_value_that_the_worker_refuses_is_taken_back(running: Project, db: Connection) -> None:
    """The endpoint is wrong here, which a call proves as well."""
    good = running.environ["JOB_QUEUE_WORKER_ENDPOINT"]
    with serve(running):
        running.environ["JOB_QUEUE_WORKER_ENDPOINT"] = f"{good}/nowhere"
        with pytest.raises(SupaopsError, match=r"did not accept .*HTTP 404.*the old one is back"):
            turn(running, db, ENDPOINT, timeout=3 * SECONDS)
        assert in_vault(db)[ENDPOINT] == good
        assert len(in_vault(db)) == 2
        running.environ["JOB_QUEUE_WORKER_ENDPOINT"] = good
        assert running.plan(db).pending == []


def test_a_worker_that_is_down_is_no_proof(running: Project, db: Connection) -> None:
    running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
    with pytest.raises(SupaopsError, match="the old one is back"):
        turn(running, db, timeout=2 * SECONDS)
    assert in_vault(db)[SECRET] == OLD
    with serve(running):
        assert (status_of(running, OLD), status_of(running, NEW)) == (200, 200)
        assert turn(running, db).http_status == 200


def test_a_value_that_was_rotated_out_is_good_again_once_it_is_applied(
    running: Project, db: Connection
) -> None:
    with serve(running):
        running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        turn(running, db, overlap=SECONDS / 1000)
        until(lambda: status_of(running, OLD) == 401, every=0.2)
        running.environ["JOB_QUEUE_RUNNER_SECRET"] = OLD
        running.apply(db)
        until(lambda: status_of(running, OLD) == 200, every=0.2)


def test_an_interrupted_rotation_is_taken_up_again(running: Project, db: Connection) -> None:
    with serve(running):
        running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        with pytest.raises(KeyboardInterrupt):
            rotate(
                db,
                running.desired,
                SECRET,
                provenance(running.folder),
                overlap=60 * SECONDS,
                timeout=15 * SECONDS,
                progress=_interrupt_at_the_call,
            )
        assert in_vault(db)[f"{SECRET} (before rotation)"] == OLD
        assert (status_of(running, OLD), status_of(running, NEW)) == (200, 200)
        assert turn(running, db).http_status == 200
    assert in_vault(db)[SECRET] == NEW
    assert len(in_vault(db)) == 2


def _interrupt_at_the_call(step: str) -> None:
    if step.startswith("calling"):
        raise KeyboardInterrupt


def test_a_value_that_did_not_change_needs_no_rotation(running: Project, db: Connection) -> None:
    assert turn(running, db) == Rotated(SECRET, was_needed=False)


def test_pausing_by_a_dummy_value_still_stops_the_worker(running: Project, db: Connection) -> None:
    """The playbook's way: a value in Vault is not good because it is there."""
    with serve(running):
        db.execute(
            "select vault.update_secret(id, new_secret := 'PAUSED') from vault.secrets"
            " where name = %s",
            (SECRET,),
        )
        assert status_of(running, "PAUSED") == 401


def test_a_secret_that_the_chain_does_not_use_is_rotated_without_a_call(
    running: Project, db: Connection
) -> None:
    overlay = "vault: {secrets: {other: {value: env(OTHER)}}}\n"
    quiet = "cron: {jobs: {job_queue_worker: {active: false}}}\n"
    running.write_overlay(overlay + quiet)
    running.environ["OTHER"] = "one"
    running.apply(db)
    running.environ["OTHER"] = "two"
    assert turn(running, db, "other") == Rotated("other", was_needed=True, http_status=None)
    assert in_vault(db)["other"] == "two"
    assert running.plan(db).pending == []


def test_a_rotation_leaves_no_value_but_in_vault(running: Project, db: Connection) -> None:
    with serve(running):
        running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
        turn(running, db)
    rows = db.execute(
        "select r::text as line from supaops.revision r"
        " union all select r::text from supaops.resource r"
        " union all select v::text from supaops.secret_value v"
        " union all select a::text from supaops.audit a"
    ).fetchall()
    told = "".join(row["line"] for row in rows)
    assert told
    assert OLD not in told
    assert NEW not in told


def test_what_is_not_declared_or_not_applied_is_named(running: Project, db: Connection) -> None:
    with pytest.raises(SupaopsError, match="declares no 'nobody'") as caught:
        turn(running, db, "nobody")
    assert SECRET in (caught.value.hint or "")
    begin(db, SECRET, [])
    db.execute("delete from supaops.resource where address = %s", (f"vault_secret.{SECRET}",))
    running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
    with pytest.raises(SupaopsError, match="was not applied yet"):
        turn(running, db)


def test_the_secret_of_another_environment_is_not_touched(running: Project, db: Connection) -> None:
    db.execute("update supaops.environment set name = 'production'")
    running.environ["JOB_QUEUE_RUNNER_SECRET"] = NEW
    with pytest.raises(Refused, match="belongs to the environment 'production'"):
        turn(running, db)
    assert in_vault(db)[SECRET] == OLD
    assert db.execute("select from supaops.secret_value").fetchone() is None
