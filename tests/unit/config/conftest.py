"""A small project on disk, whose YAML each test changes a little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.config import load
from supaops.errors import ConfigError, SupaopsError

GOOD = """\
version: 1
database:
  url: env(DATABASE_URL)
queue:
  task_types:
    sync: {}
worker:
  endpoint: endpoint_url
  secret: runner_secret
vault:
  secrets:
    endpoint_url: {value: env(ENDPOINT_URL)}
    runner_secret: {value: env(RUNNER_SECRET)}
"""

Write = Callable[..., Path]
Problems = Callable[..., list[SupaopsError]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes the base file and the overlay `local`."""
    monkeypatch.chdir(tmp_path)

    def write(base: str = GOOD, overlay: str = "{}\n") -> Path:
        path = Path("queue.yaml")
        path.write_bytes(base.encode("utf-8", "surrogatepass"))
        Path("environments").mkdir(exist_ok=True)
        Path("environments/local.yaml").write_bytes(overlay.encode("utf-8", "surrogatepass"))
        return path

    return write


@pytest.fixture
def problems(write: Write) -> Problems:
    """Return a function that writes both files and returns what `load` finds wrong with them."""

    def problems(base: str = GOOD, overlay: str = "{}\n") -> list[SupaopsError]:
        with pytest.raises(ConfigError) as caught:
            load(write(base, overlay), "local")
        return caught.value.problems

    return problems


@pytest.fixture
def good() -> str:
    """Return a file without a fault."""
    return GOOD
