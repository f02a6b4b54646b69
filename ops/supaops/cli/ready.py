"""Answer ``--version`` and the help of a command without importing the command.

The help stands in `help.json`, which `make golden` makes of the commands.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from importlib.resources import files

from supaops import __version__

VERSION = f"supaops {__version__}"
FULL_WIDTH = 80
"""Columns; Typer makes a help no wider. In a narrower terminal the command itself lays it out."""


def ready(words: Sequence[str]) -> str | None:
    """Return what is printed for a command line; None where the command has to run for it.

    Args:    words: those behind the program's name.
    """
    if list(words) == ["--version"]:
        return VERSION
    *path, last = words or [""]
    if last not in ("--help", "-h") or not path or any(word.startswith("-") for word in path):
        return None
    if shutil.get_terminal_size().columns < FULL_WIDTH:
        return None
    pages = json.loads((files("supaops.cli") / "help.json").read_text(encoding="utf-8"))
    lines = pages.get(" ".join(path))
    return "\n".join(lines) if lines else None
