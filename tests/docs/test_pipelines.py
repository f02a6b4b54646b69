"""The pipelines that `supaops init --ci` writes, held against their services' own rules."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from supaops.render.types import MARK
from supaops.scaffold import CI
from tests.docs.commands import complaint
from tests.pipelines import jobs, program, scripts, text

SCHEMAS = {CI.GITHUB: "vendor.github-workflows", CI.GITLAB: "vendor.gitlab-ci"}
SHELLS = {CI.GITHUB: "bash", CI.GITLAB: "sh"}
COMMAND = re.compile(r"(?<!by )\bsupaops (?!plan \$|plan [a-z]+ -->)[a-z][^|;>}\n]*")
SCRIPTS = [(service, *each) for service in CI for each in scripts(service)]


@pytest.mark.parametrize("folder", ["", "apps/shop"])
@pytest.mark.parametrize("service", CI)
def test_a_pipeline_is_valid_by_the_public_schema_of_its_service(
    tmp_path: Path, service: CI, folder: str
) -> None:
    file = tmp_path / "pipeline.yml"
    file.write_text(text(service, folder), encoding="utf-8")
    checked = subprocess.run(
        [program("check-jsonschema"), "--builtin-schema", SCHEMAS[service], file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("service", "where", "script"), SCRIPTS, ids=lambda value: value if "\n" not in value else ""
)
def test_a_script_of_a_pipeline_has_no_finding_of_shellcheck(
    service: CI, where: str, script: str
) -> None:
    found = subprocess.run(
        [program("shellcheck"), f"--shell={SHELLS[service]}", "-"],
        input=script, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, f"{where}\n{found.stdout}"


@pytest.mark.parametrize("service", CI)
def test_types_are_checked_where_they_were_made_from_the_yaml(tmp_path: Path, service: CI) -> None:
    [script] = [each for _, each in scripts(service) if "supaops types" in each]
    [check] = [line for line in script.splitlines() if "supaops types" in line]
    stand_in = 'supaops() { echo "$@"; }\n'
    file = tmp_path / "lib" / "jobs" / "types.ts"
    file.parent.mkdir(parents=True)
    for content, expected in ((None, ""), ("by hand\n", ""), (f"// {MARK}\n", "types --check\n")):
        if content:
            file.write_text(content, encoding="utf-8")
        shell = ["sh", "-ec", stand_in + check]
        done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == expected


@pytest.mark.parametrize("service", CI)
def test_every_command_of_a_pipeline_is_one_that_supaops_takes(service: CI) -> None:
    commands = [line for _, script in scripts(service) for line in COMMAND.findall(script)]
    assert {line.split()[1] for line in commands} == {
        *("render", "scan", "types", "config", "plan", "bootstrap", "apply", "verify", "smoke"),
    }
    assert [found for line in commands if (found := complaint(line.split(" || ")[0]))] == []


@pytest.mark.parametrize("service", CI)
def test_only_a_command_that_may_end_with_2_is_kept_from_ending_its_job(service: CI) -> None:
    """A wrapper that swallows an exit code makes a red run green."""
    for where, script in scripts(service):
        for line in script.splitlines():
            if "||" in line:
                assert line.endswith("|| status=$?"), where
                assert re.search(r"\[ \"\$status\" -ne 2 \]|\*\) exit \"\$status\"", script), where


@pytest.mark.parametrize("service", CI)
def test_a_pipeline_hands_on_each_variable_that_the_yaml_names(service: CI) -> None:
    names = ("DATABASE_URL", "JOB_QUEUE_WORKER_ENDPOINT", "JOB_QUEUE_RUNNER_SECRET")
    assert all(name in text(service) for name in names)
    assert not any(f"echo ${name}" in text(service) for name in names)


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    uses = re.findall(r"uses: (.*)", text(CI.GITHUB))
    assert uses
    assert [
        each for each in uses if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v[\d.]+", each)
    ] == []


def test_a_job_of_github_may_read_the_code_and_only_the_plan_may_comment() -> None:
    assert "\npermissions:\n  contents: read\n" in text(CI.GITHUB)
    allowed = {
        name: job["permissions"] for name, job in jobs(CI.GITHUB).items() if "permissions" in job
    }
    assert allowed == {"plan": {"contents": "read", "pull-requests": "write"}}


def test_no_expression_of_github_stands_in_a_script() -> None:
    """A name of a branch or a title would be run as code."""
    assert [where for where, script in scripts(CI.GITHUB) if "${{" in script] == []


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_one_apply_per_environment_runs_at_a_time_and_to_its_end(environment: str) -> None:
    assert jobs(CI.GITHUB)[environment]["concurrency"] == {
        "group": f"supaops-{environment}",
        "cancel-in-progress": False,
    }
    gitlab = jobs(CI.GITLAB)[f"supaops apply {environment}"]
    assert gitlab["resource_group"] == f"supaops-{environment}"


def test_production_is_applied_by_a_person_from_the_plan_that_was_shown() -> None:
    github, gitlab = jobs(CI.GITHUB), jobs(CI.GITLAB)
    assert github["production"]["environment"] == "production"
    assert github["production-plan"]["needs"] == "staging"
    assert {rule["when"] for rule in gitlab["supaops apply production"]["rules"]} == {"manual"}
    for service in CI:
        assert "supaops apply plan.json --env production --yes" in text(service)


def test_in_a_monorepo_each_path_is_the_projects_own() -> None:
    github, gitlab = text(CI.GITHUB, "apps/shop"), text(CI.GITLAB, "apps/shop")
    assert "\n    working-directory: apps/shop\n" in github
    assert '\n    paths: ["apps/shop/ops/config/**", ".github/workflows/supaops.yml"]' in github
    assert "\n          path: apps/shop/plan.json\n" in github
    assert "\n          path: apps/shop\n" in github
    assert "\n    - cd apps/shop\n" in gitlab
    assert "\n        - apps/shop/ops/config/**/*\n" in gitlab
    assert gitlab.count('paths: ["apps/shop/plan.') == 3
