"""Ask git about the checkout around a folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_TIMEOUT_S = 10


def asked(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes] | None:
    """Return how git ended in a folder and what it printed; None where it hangs or is not there."""
    # Of a hook that runs this, say: they would lead to another checkout.
    environ = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def git(folder: Path, *words: str) -> str | None:
    """Return what git prints in a folder; None where it fails or is not there."""
    done = asked(folder, *words)
    if done is None or done.returncode != 0:
        return None
    return done.stdout.decode(errors="replace")
