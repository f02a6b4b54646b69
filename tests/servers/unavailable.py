"""Why a server that the tests should start cannot be had, and what a test then does."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

NO_DOCKER = "no Docker"
HOW = "https://docs.docker.com/engine/install; or name a Supabase that runs: SUPAOPS_TEST_DSN"


class Unavailable(Exception):
    """The machine lacks what the server needs."""

    def __init__(self, lacking: str, how: str = HOW) -> None:
        super().__init__(f"{lacking} ({how})")


def require_engine(*engines: str) -> None:
    """Refuse a machine on which none of these, `docker` or `podman`, has a daemon that answers.

    Raises: Unavailable.
    """
    if not any(_runs(engine) for engine in engines):
        raise Unavailable(NO_DOCKER)


def _runs(engine: str) -> bool:
    path = shutil.which(engine)
    if path is None:
        return False
    return subprocess.run([path, "info"], capture_output=True, check=False).returncode == 0


LACKING = pytest.StashKey[Unavailable]()


def require(config: pytest.Config) -> None:
    """Skip the test when its server cannot be had; fail it where CI is set."""
    lacking = config.stash.get(LACKING, None)
    if lacking is None:
        return
    if "CI" in os.environ:
        raise lacking
    pytest.skip(str(lacking))
