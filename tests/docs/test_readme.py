"""What README.md says is so: its blocks run as written."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from supaops import local
from supaops.config import load
from supaops.db.connect import Connection
from supaops.local import Stack
from supaops.report.plan_text import plan_lines
from tests import terminal
from tests.docs.markdown import DOCUMENTS, blocks, languages, name_of
from tests.docs.test_repository import make_help
from tests.ports import unused_port
from tests.projects import ENVIRONMENT, ROOT, Project, lay_out

README = ROOT / "README.md"
SHELL = blocks(README, "sh")
RUN_BY_CI = [block for block in SHELL if block.startswith("make ")]
[TOUR, HOSTED] = [block for block in SHELL if block not in RUN_BY_CI]
SETTINGS = ("DATABASE_URL", "JOB_QUEUE_WORKER_ENDPOINT", "JOB_QUEUE_RUNNER_SECRET", "SUPAOPS_ENV")


@pytest.fixture
def checkout() -> Iterator[Path]:
    """Return a clean copy of what a user has; the server's account must be able to enter it."""
    folder = Path(tempfile.mkdtemp(prefix="supaops-readme-"))
    folder.chmod(0o755)
    for name in ("ops/config", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    yield folder
    local.down(folder, purge=True)
    shutil.rmtree(folder)


def environment(**variables: str) -> dict[str, str]:
    """Return a shell's variables with the virtual environment active."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, **variables}


def shell(block: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a block as a script that stops at the first failure; end what it leaves running."""
    process = subprocess.Popen(
        ["sh", "-eu", "-c", block],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=100)
    finally:
        with suppress(ProcessLookupError):  # nothing is left, as it should be
            os.killpg(process.pid, signal.SIGTERM)
    return subprocess.CompletedProcess(block, process.returncode, out, err)


@pytest.mark.stack
def test_the_tour_runs_as_written_and_ends_with_nothing_running(checkout: Path) -> None:
    port = unused_port()
    endpoint = f"http://127.0.0.1:{port}/api/jobs/run"
    variables = {"SUPAOPS_PORT": str(port), "JOB_QUEUE_WORKER_ENDPOINT": endpoint}
    done = shell(TOUR, checkout, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The chain works: HTTP 200" in done.stdout
    assert local.find(checkout) is None
    with socket.socket() as worker:
        assert worker.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.stack
@pytest.mark.usefixtures("db")
def test_the_commands_of_a_hosted_project_run_as_written(stack: Stack, checkout: Path) -> None:
    variables = environment(**stack.environment)
    done = [
        terminal.supaops(
            *shlex.split(line, comments=True)[1:], folder=checkout, variables=variables
        )
        for line in HOSTED.splitlines()
    ]
    plan, apply, history, rollback = done
    assert (plan.status, apply.status, history.status) == (2, 0, 0), [each.err for each in done]
    assert "to create" in plan.out
    assert "revision 1" in apply.out
    assert (rollback.status, rollback.out) == (1, ""), "there is no revision before the first"


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "tutorial.md"], ids=name_of)
def test_no_shell_block_is_left_out_for_being_called_otherwise(page: Path) -> None:
    """What is in `sh` is run, here or by the newcomer; the others are shown, or tested apart."""
    assert languages(page) <= {"sh", "console", "text", "yaml", "sql"}


@pytest.mark.parametrize("block", RUN_BY_CI)
def test_the_blocks_that_ci_runs_are_targets_of_the_makefile(block: str) -> None:
    targets = [line.removeprefix("make ") for line in block.splitlines()]
    assert set(targets) <= set(make_help())


@pytest.mark.parametrize("block", [each for path in DOCUMENTS for each in blocks(path, "yaml")])
def test_every_yaml_block_is_valid_over_the_base_file(block: str, tmp_path: Path) -> None:
    lay_out(tmp_path, block)
    assert load(tmp_path / "ops" / "config" / "job_queue.yaml", ENVIRONMENT)


@pytest.mark.stack
@pytest.mark.parametrize("block", blocks(README, "sql"))
def test_every_sql_block_runs_on_an_applied_database(
    block: str, db: Connection, stack: Stack, tmp_path: Path
) -> None:
    Project.make(tmp_path, stack).apply(db)
    with db.transaction(force_rollback=True):
        db.execute(block.encode())


@pytest.mark.stack
def test_the_plan_that_is_shown_is_what_a_plan_prints(
    db: Connection, stack: Stack, tmp_path: Path
) -> None:
    project = Project.make(tmp_path, stack, overlay="{}\n")
    project.apply(db)
    db.execute("select cron.schedule('nightly_vacuum', '0 3 * * *', 'vacuum')")
    db.execute(
        "select cron.alter_job(jobid, schedule := '*/5 * * * *') from cron.job"
        " where jobname = 'job_queue_worker'"
    )
    db.execute(
        "select vault.update_secret(id, 'another') from vault.secrets"
        " where name = 'job_queue_runner_secret'"
    )
    [shown] = [block for block in blocks(README, "text") if "$ supaops plan\n" in block]
    printed = "".join(f"{line.plain}\n" for line in plan_lines(project.plan(db)))
    assert f"$ supaops plan\n{printed}" == shown


def test_the_smoke_test_that_is_shown_has_the_form_of_a_real_one() -> None:
    [shown] = [block for block in blocks(README, "text") if "$ supaops smoke\n" in block]
    hops = [line for line in shown.splitlines() if line.startswith("  ok ")]
    assert all(re.fullmatch(r"  ok [a-z ]{9} {2,}\d+ ms  \S.*", line) for line in hops)
    latencies = [int(number) for number in re.findall(r"(\d+) ms  ", "\n".join(hops))]
    assert f"HTTP 200, {sum(latencies)} ms end to end" in shown
