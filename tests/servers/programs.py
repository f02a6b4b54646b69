"""Programs of a test's own, which are found before those of the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def put(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> None:
    """Write scripts by their names into a folder, and put it first in PATH."""
    for name, text in texts.items():
        file = folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
