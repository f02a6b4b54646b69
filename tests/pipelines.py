"""The pipelines of `supaops init --ci`, read as their services read them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from ruamel.yaml import YAML

from supaops.config import load
from supaops.scaffold import CI, ci_texts
from tests.projects import ROOT, base_file

Job = dict[str, Any]


def program(name: str) -> str:
    """Return a development tool of this environment, or skip: `make setup` installs them."""
    found = shutil.which(
        name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if found is None and "CI" in os.environ:
        pytest.fail(f"{name} is missing")
    return found or pytest.skip(f"{name} is missing; run make setup")


def text(service: CI, folder: str = "") -> str:
    """Return the pipeline for this repository's own config, as if it were in a folder of it."""
    staging, production = (load(base_file(ROOT), name) for name in ("staging", "production"))
    [found] = ci_texts(service, staging, production, PurePosixPath(folder)).values()
    return found


def jobs(service: CI) -> dict[str, Job]:
    """Return the jobs by name, hidden ones of GitLab included."""
    parsed: Job = YAML(typ="safe", pure=True).load(text(service))
    found: dict[str, Job] = parsed["jobs"] if service is CI.GITHUB else parsed
    return found


def scripts(service: CI) -> Iterator[tuple[str, str]]:
    """Yield each shell script with the job, and on GitHub the step, that it belongs to."""
    for name, job in jobs(service).items():
        if service is CI.GITLAB:
            lines = [*job.get("before_script", []), *job.get("script", [])]
            yield name, "\n".join(lines)
            continue
        for step in job["steps"]:
            if "run" in step:
                yield f"{name}: {step['name']}", step["run"]
