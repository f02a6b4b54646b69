"""A config whose task types have all that a type may have to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.config import Config, load

SAMPLE = Path(__file__).parent / "config" / "job_queue.yaml"


@pytest.fixture(scope="session")
def sample() -> Config:
    return load(SAMPLE, "local")
