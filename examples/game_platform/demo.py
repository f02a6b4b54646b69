"""`make demo`: from the YAML to a job that ran, on a private stack that is gone afterwards.

Each step is a command that a user would type; it is printed before it runs.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from examples.game_platform.interruption import cleaned_up
from supaops.db.connect import Connection, connect
from supaops.errors import SupaopsError
from supaops.local import find
from supaops.status import INTERRUPTED, ExitStatus

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = Path(__file__).resolve().parent
SUPAOPS = str(Path(sys.executable).with_name("supaops"))
START_TIMEOUT_S = 20
END_TIMEOUT_S = 20
JOB_TIMEOUT_S = 30

# The playbook's own statement, and what a person would look at afterwards.
ENQUEUE = "select job_queue_enqueue('game_platform_sync', jsonb_build_object('dryRun', false))"
JOB = "select status, last_error, result from job_queue where id = %s"
COUNTS = """
select (select count(*) from game) as games,
       (select count(*) from platform) as platforms,
       (select count(*) from game_platform) as releases
"""


class DemoError(SupaopsError):
    """A step of the demo did not end as it must."""


class Demo:
    """The demo's folder, its processes and its clock.

    Args:    project: a folder that looks like a user's repository: `ops/config` and nothing else.
    """

    def __init__(self, project: Path) -> None:
        self.project = project
        self.started = time.monotonic()
        self.worker_port, self.catalogue_port = free_ports(2)
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "SUPAOPS_ENV": "local",
            "JOB_QUEUE_WORKER_ENDPOINT": f"http://127.0.0.1:{self.worker_port}/api/jobs/run",
            "JOB_QUEUE_RUNNER_SECRET": secrets.token_urlsafe(32),
            "GAME_CATALOGUE_URL": f"http://127.0.0.1:{self.catalogue_port}/games",
        }

    def say(self, text: str) -> None:
        """Print a step with the seconds since the start."""
        print(f"\n[{time.monotonic() - self.started:5.1f} s] {text}", flush=True)  # noqa: T201

    def run(self, *words: str) -> None:
        """Run one supaops command in the foreground; its output is the demo's.

        Raises: DemoError with the exit status when it is not 0.
        """
        self.say(f"$ supaops {' '.join(words)}")
        done = subprocess.run(
            [SUPAOPS, *words], cwd=self.project, env=self.environment, check=False
        )
        if done.returncode:
            raise DemoError(f"`supaops {' '.join(words)}` exited with {done.returncode}")

    @contextmanager
    def serving(self, name: str, port: int, words: list[str]) -> Iterator[None]:
        """Run a server in the background for the length of a block; its log is a file."""
        self.say(f"$ {name} &")
        log = self.project / f"{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*words, "--port", str(port)],
                cwd=self.project,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        try:
            await_port(process, port, log)
            yield
        finally:
            end(process)

    def connect(self) -> Connection:
        """Connect to the demo's database as role postgres."""
        stack = find(self.project)
        if stack is None:
            raise DemoError("the local stack is not running")
        return connect(stack.url, application_name="supaops demo")


def main() -> int:
    """Run the demo; return the exit status."""
    try:
        with tempfile.TemporaryDirectory(prefix="supaops-demo-") as folder:
            play(Path(folder))
    except SupaopsError as error:
        print(f"\nthe demo failed: {error}", flush=True)  # noqa: T201
        return ExitStatus.ERROR
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is left running", flush=True)  # noqa: T201
        return INTERRUPTED
    return ExitStatus.OK


def play(project: Path) -> None:
    """Tell the demo in a folder and take down what it started, also when it is interrupted."""
    project.chmod(0o755)  # the server's account must be able to enter it
    shutil.copytree(REPOSITORY / "ops" / "config", project / "ops" / "config")
    demo = Demo(project)
    with cleaned_up(lambda: demo.run("local", "down", "--purge")):
        tell(demo)
    demo.say("done; nothing is left running")


def tell(demo: Demo) -> None:
    """Go through the steps, in the order in which a user would."""
    demo.run("local", "up")
    demo.run("apply")
    with demo.connect() as conn:
        conn.execute((EXAMPLE / "migrations" / "001_game_catalogue.sql").read_bytes())
    catalogue = [sys.executable, "-m", "examples.game_platform.catalogue"]
    worker = [SUPAOPS, "serve", "--handlers", "examples.game_platform.handlers"]
    with (
        demo.serving("the upstream catalogue", demo.catalogue_port, catalogue),
        demo.serving(f"supaops {' '.join(worker[1:])}", demo.worker_port, worker),
    ):
        demo.run("smoke", "--timeout", "30")
        sync(demo)
    demo.run("plan", "--exit-code")


def sync(demo: Demo) -> None:
    """Enqueue the example's job as the playbook does, and wait for a cron tick to run it."""
    demo.say(f"SQL> {ENQUEUE}")
    with demo.connect() as conn:
        row = conn.execute(ENQUEUE).fetchone() or {}
        result = await_success(conn, row["job_queue_enqueue"])
        counts = conn.execute(COUNTS).fetchone() or {}
    demo.say(f"job {row['job_queue_enqueue']} succeeded: {result}")
    tables = ", ".join(f"{count} {name}" for name, count in counts.items())
    demo.say(f"in the tables now: {tables}")
    if not counts["games"]:
        raise DemoError("the job succeeded, but the table `game` is empty")


def await_success(conn: Connection, job_id: int) -> object:
    """Wait until the job has succeeded; return its result.

    Raises: DemoError when it failed, or is not done in time.
    """
    deadline = time.monotonic() + JOB_TIMEOUT_S
    while time.monotonic() < deadline:
        job = conn.execute(JOB, (job_id,)).fetchone() or {}
        if job["status"] == "succeeded":
            return job["result"]
        if job["status"] == "failed" or job["last_error"]:
            raise DemoError(f"job {job_id}: {job['last_error']}")
        time.sleep(0.1)
    raise DemoError(f"job {job_id} is not done after {JOB_TIMEOUT_S} s")


def await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until a server answers HTTP on its port.

    Raises: DemoError with the end of its log when it died or stays silent.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise DemoError(f"the server did not start:\n{log.read_text()[-2000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and kill it when it takes too long."""
    process.terminate()
    try:
        process.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_ports(count: int) -> list[int]:
    """Return distinct TCP ports of 127.0.0.1 that were free a moment ago."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in found]


if __name__ == "__main__":
    sys.exit(main())
