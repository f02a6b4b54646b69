"""Ask git about a repository; where it cannot tell, nobody is told more."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_TIMEOUT_S = 10


def git(folder: Path, *words: str) -> str | None:
    """Return what git prints in a folder; None where it fails or is not there."""
    # Of a hook that runs this, say: they would lead to another checkout.
    environ = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")
