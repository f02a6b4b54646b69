"""The workflow of this repository, held against GitHub's rules and our own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.pipelines import program
from tests.projects import ROOT
from tests.servers.lending import KINDS

FILE = ROOT / ".github" / "workflows" / "ci.yml"
TEXT = FILE.read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = YAML(typ="safe", pure=True).load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
USES = re.compile(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
TARGET = re.compile(r"^([a-z-]+):", re.M)


def scripts() -> Iterator[tuple[str, str]]:
    """Yield each shell script with the job and the step that it belongs to."""
    for name, job in JOBS.items():
        for step in job["steps"]:
            if "run" in step:
                yield f"{name}: {step['name']}", step["run"]


SCRIPTS = list(scripts())


def test_it_is_valid_by_the_public_schema_of_workflows() -> None:
    checked = subprocess.run(
        [program("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", FILE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("where", "script"), list(scripts()), ids=lambda value: value.split("\n")[0]
)
def test_a_script_has_no_finding_of_shellcheck(where: str, script: str) -> None:
    found = subprocess.run(
        [program("shellcheck"), "--shell=bash", "-"],
        input=script, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, f"{where}\n{found.stdout}"


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    uses = re.findall(r"uses: (.*)", TEXT)
    assert uses
    assert [each for each in uses if not USES.fullmatch(each)] == []


def test_a_job_may_read_the_code_and_nothing_else_and_keeps_no_login() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in JOBS.items() if "permissions" in job] == []
    assert TEXT.count("actions/checkout@") == TEXT.count("persist-credentials: false")
    assert "secrets." not in TEXT
    assert "pull_request_target" not in TEXT


def test_no_expression_stands_in_a_script() -> None:
    """A name of a branch or a title would be run as code."""
    assert [where for where, script in SCRIPTS if "${{" in script] == []


def test_every_job_ends_and_a_newer_push_ends_those_of_the_one_before() -> None:
    assert [name for name, job in JOBS.items() if job.get("timeout-minutes", 360) > 60] == []
    assert WORKFLOW["concurrency"]["group"] == "ci-${{ github.ref }}"


def test_the_versions_are_those_that_are_promised() -> None:
    matrix = JOBS["test"]["strategy"]["matrix"]
    promised = re.search(r'requires-python = ">=(3\.\d+),<3\.(\d+)"', _read("pyproject.toml"))
    assert promised is not None
    assert matrix["python"] == [promised[1], f"3.{int(promised[2]) - 1}"]
    assert matrix["postgresql"] == ["15", "17", "18"]


def test_it_runs_on_every_kind_of_a_real_supabase() -> None:
    assert set(JOBS["supabase"]["strategy"]["matrix"]["server"]) == set(KINDS)
    words = _read("scripts/test-supabase")
    assert all(f"    {kind}) more=" in words for kind in KINDS)


def test_every_job_runs_targets_that_the_makefile_has() -> None:
    asked = {name: re.findall(r"\bmake ([a-z-]+)", _all_of(name)) for name in JOBS}
    assert all(asked.values())
    called = {each for targets in asked.values() for each in targets}
    assert called <= set(TARGET.findall(_read("Makefile")))


def _all_of(name: str) -> str:
    return "\n".join(step.get("run", "") for step in JOBS[name]["steps"])


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
