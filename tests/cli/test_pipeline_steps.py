"""The steps of the pipelines, run as a runner runs them, against a real database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from supaops.db.connect import Connection
from supaops.scaffold import CI
from supaops.status import ExitStatus
from tests import pipelines, zygote
from tests.projects import QUIET_CRON, overlay_file

pytestmark = pytest.mark.stack

SECRETS = ("DATABASE_URL", "JOB_QUEUE_WORKER_ENDPOINT", "JOB_QUEUE_RUNNER_SECRET")
# What `shell: bash` of a workflow means.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
HEADING = "<!-- supaops plan production -->\n### "
# GitHub's own program, with a file for each comment in place of the service.
GH = """#!/bin/sh
case "$*" in
  *--jq*) ls comments ;;
  *PATCH*) echo renewed >>calls; cp plan.md "comments/7" ;;
  *POST*) echo posted >>calls; cp plan.md "comments/7" ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner of GitHub Actions in a checkout.

    Attributes:
        variables: the secrets, by name.
    """

    checkout: Path
    variables: dict[str, str] = field(repr=False)

    def job(self, name: str) -> dict[str, str]:
        """Run a job's scripts but for the installation and the smoke test; return its outputs.

        Raises: CalledProcessError with the exit code of the first script that fails.
        """
        job = pipelines.jobs(CI.GITHUB)[name]
        outputs: dict[str, str] = {}
        for step in job["steps"]:
            wanted = outputs.get("given") if "given" in step.get("if", "") else "true"
            if (
                wanted
                and "run" in step
                and not re.search(r"pip install|supaops smoke", step["run"])
            ):
                outputs |= self._step(step["run"], {**job.get("env", {}), **step.get("env", {})})
        return outputs

    def _step(self, script: str, env: dict[str, str]) -> dict[str, str]:
        output = self.checkout / "output"
        output.write_text("", encoding="utf-8")
        variables = {name: self._value(each) for name, each in env.items()}
        run_shell([*BASH, script], self.checkout, variables)
        lines = output.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _value(self, expression: str) -> str:
        known = {
            "matrix.environment": "production",
            "github.token": "a-token",
            "github.event.pull_request.number": "1",
            **{f"secrets.{name}": value for name, value in self.variables.items()},
        }
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known.get(found[1], ""), expression)


def run_shell(command: list[str], folder: Path, variables: dict[str, str]) -> str:
    """Run a script with the variables that it is given and none of the machine's."""
    programs = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}"
    told = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "GITHUB_OUTPUT": "output",
        "GITHUB_STEP_SUMMARY": "summary.md",
        "GITHUB_REPOSITORY": "somebody/something",
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
    }
    done = subprocess.run(
        command, cwd=folder, env={**told, **variables}, check=False, capture_output=True, text=True
    )
    for value in (variables.get(name) for name in SECRETS):
        assert not value or value not in done.stdout + done.stderr
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture
def checkout(project_folder: Path) -> Path:
    """Return a project with the environment production, `supaops`, and a `gh` that writes a log."""
    for name in ("staging", "production"):
        overlay_file(project_folder).with_name(f"{name}.yaml").write_text(QUIET_CRON)
    for name in ("bin", "comments"):
        (project_folder / name).mkdir()
    gh = project_folder / "bin" / "gh"
    gh.write_text(GH)
    gh.chmod(0o755)
    zygote.install(project_folder / "bin")
    return project_folder


@pytest.fixture
def runner(checkout: Path, variables: dict[str, str]) -> Runner:
    return Runner(checkout, {name: variables[name] for name in SECRETS})


@pytest.mark.usefixtures("db")
def test_a_pull_request_gets_one_comment_that_later_plans_renew(runner: Runner) -> None:
    runner.job("plan")
    runner.job("plan")
    [comment] = (runner.checkout / "comments").iterdir()
    assert comment.read_text(encoding="utf-8").startswith(HEADING)
    assert (runner.checkout / "calls").read_text().split() == ["posted", "renewed"]


def test_a_pull_request_of_a_fork_is_not_planned_and_not_red(checkout: Path) -> None:
    fork = Runner(checkout, {})
    assert fork.job("plan") == {}
    assert list((checkout / "comments").iterdir()) == []


def test_what_was_planned_for_production_is_applied_and_verified(
    runner: Runner, db: Connection
) -> None:
    assert runner.job("production-plan") == {"changes": "true"}
    runner.job("production")
    summary = (runner.checkout / "summary.md").read_text(encoding="utf-8")
    assert "### Health of `production`: UNKNOWN" in summary, "nothing was posted yet"
    assert runner.job("production-plan") == {}
    assert ended_with(runner, "drift") == ExitStatus.OK
    db.execute("select cron.unschedule('job_queue_worker')")
    assert ended_with(runner, "drift") == ExitStatus.CHANGES
    assert ended_with(runner, "production") == ExitStatus.REFUSED, "its plan is of before"


@pytest.mark.usefixtures("db")
def test_a_plan_that_fails_ends_its_job_and_leaves_no_comment(runner: Runner) -> None:
    password = "a-wrong-password"
    wrong = re.sub(r":[^:@]*@", f":{password}@", runner.variables["DATABASE_URL"])
    failing = Runner(runner.checkout, {**runner.variables, "DATABASE_URL": wrong})
    assert ended_with(failing, "plan") == ExitStatus.ERROR
    assert list((runner.checkout / "comments").iterdir()) == []
    assert ended_with(failing, "production-plan") == ExitStatus.ERROR


def ended_with(runner: Runner, job: str) -> int:
    try:
        runner.job(job)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return ExitStatus.OK


class GitLab(BaseHTTPRequestHandler):
    """The notes of one merge request, over GitLab's interface."""

    notes: list[dict[str, Any]]
    tokens: set[str]

    def do_GET(self) -> None:
        self._answer(self.notes)

    def do_POST(self) -> None:
        self.notes.append({"id": 41 + len(self.notes), "body": self._body()})
        self._answer(self.notes[-1])

    def do_PUT(self) -> None:
        number = int(urlsplit(self.path).path.rpartition("/")[2])
        [note] = (each for each in self.notes if each["id"] == number)
        note["body"] = self._body()
        self._answer(note)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _body(self) -> str:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return parse_qs(sent)["body"][0]

    def _answer(self, data: object) -> None:
        self.tokens.add(self.headers["PRIVATE-TOKEN"])
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.usefixtures("db")
def test_a_merge_request_of_gitlab_gets_one_note_that_later_plans_renew(runner: Runner) -> None:
    if which("curl") is None:
        pytest.skip("needs curl: apt-get install curl")
    GitLab.notes, GitLab.tokens = [{"id": 1, "body": "somebody's own"}], set()
    script = dict(pipelines.scripts(CI.GITLAB))["supaops plan production"]
    with ThreadingHTTPServer(("127.0.0.1", 0), GitLab) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        variables = {
            **runner.variables,
            "SUPAOPS_NOTE_TOKEN": "a-token",
            "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4",
            "CI_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_IID": "6",
        }
        for _ in range(2):
            run_shell(["sh", "-ec", script], runner.checkout, variables)
        server.shutdown()
    first, note = GitLab.notes
    assert first["body"] == "somebody's own"
    assert note["body"].startswith(HEADING)
    assert GitLab.tokens == {"a-token"}
