"""`supaops bootstrap` on an empty database with a worker at hand ends with HTTP 200."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from supaops.cli.main import run
from supaops.cli.options import Target
from supaops.db.connect import Connection
from supaops.serving.vacancy import vacant
from supaops.status import ExitStatus
from tests.chains import SUPAOPS, remind, serve
from tests.projects import ROOT, Project

pytestmark = pytest.mark.stack


def words(project: Project) -> list[str]:
    return ["bootstrap", "--yes", "--timeout", "30", "--config", str(project.config_path)]


@pytest.fixture
def bootstrap(ticking: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Return what runs the command in this process, on a database that counts as a laptop's."""
    monkeypatch.setattr(Target, "is_local_stack", True)
    for name, value in ticking.environ.items():
        monkeypatch.setenv(name, value)
    return lambda: run(words(ticking))


def test_a_bootstrap_ends_with_a_chain_that_works(ticking: Project) -> None:
    with serve(ticking):
        done = subprocess.run(
            [*SUPAOPS, *words(ticking)],
            env={**ticking.environ, "PYTHONPATH": str(ROOT / "ops")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == ExitStatus.OK, done.stdout + done.stderr
    assert "Applied " in done.stdout
    assert "The chain works: HTTP 200" in done.stdout
    assert "checks OK." in done.stdout


def test_a_laptop_without_a_worker_is_lent_one_for_as_long_as_the_bootstrap_lasts(
    ticking: Project, bootstrap: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap() == ExitStatus.OK
    told = capsys.readouterr()
    assert "The chain works: HTTP 200" in told.out
    assert "one of supaops' own does the smoke job" in told.err
    assert told.err.endswith("start yours: supaops serve --env test\n")
    listener = vacant(ticking.environ["JOB_QUEUE_WORKER_ENDPOINT"])
    assert listener is not None
    listener.close()


def test_a_job_that_waits_for_its_worker_loses_no_attempt_to_one_that_was_lent(
    ticking: Project, bootstrap: Callable[[], int], db: Connection
) -> None:
    ticking.apply(db)
    remind(ticking)
    db.execute("select job_queue_enqueue('game_platform_sync')")
    assert bootstrap() == ExitStatus.ERROR
    job = db.execute("select status, attempts from job_queue").fetchone()
    assert job == {"status": "pending", "attempts": 0}
