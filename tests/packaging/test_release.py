"""The workflow that publishes: what it builds is what it was tried with, and no token is in it."""

from __future__ import annotations

import re
import subprocess
from typing import Any

from ruamel.yaml import YAML

from tests.docs.test_repository import make_help
from tests.packaging.conftest import BIN
from tests.projects import ROOT

FILE = ROOT / ".github" / "workflows" / "release.yml"
TEXT = FILE.read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = YAML(typ="safe", pure=True).load(TEXT)
PINNED = re.compile(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def test_it_is_valid_by_the_public_schema_of_workflows() -> None:
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", FILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    assert [use for use in re.findall(r"uses: (.*)", TEXT) if not PINNED.fullmatch(use)] == []


def test_the_job_that_may_publish_runs_no_code_of_the_repository_and_nobody_has_a_token() -> None:
    build, publish = WORKFLOW["jobs"]["build"], WORKFLOW["jobs"]["publish"]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in build
    assert publish["permissions"] == {"id-token": "write"}
    assert [step for step in publish["steps"] if "run" in step] == []
    assert "checkout" not in str(publish)
    assert "secrets." not in TEXT


def test_what_is_published_was_tried_before() -> None:
    targets = re.findall(r"run: make ([a-z-]+)", TEXT)
    assert targets == ["check-wheel", "build"]
    assert set(targets) <= set(make_help())
    assert WORKFLOW["jobs"]["publish"]["needs"] == "build"
