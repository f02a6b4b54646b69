"""The one line by which a Makefile gets the targets of supaops.mk."""

from __future__ import annotations

import re
from pathlib import Path

from supaops.scaffold.additions import Addition
from supaops.scaffold.texts import MAKE_TARGETS

_NAMES = ("GNUmakefile", "makefile", "Makefile")
INCLUDE = f"include {MAKE_TARGETS}"
_INCLUDED = re.compile(rf"^[ ]*[-s]?include\b.*{re.escape(MAKE_TARGETS)}", re.MULTILINE)


def makefile(root: Path) -> Path | None:
    """Return the file that make reads; None when there is none."""
    return next((root / name for name in _NAMES if (root / name).exists()), None)


def includes_targets(file: Path) -> bool:
    """Tell whether a Makefile includes the targets; one that cannot be read does not."""
    try:
        return bool(_INCLUDED.search(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return False


def include_line(root: Path) -> Addition:
    """Return the line for the Makefile that there is, or for a new one."""
    there = makefile(root)
    return Addition(there.name if there else "Makefile", _missing, told=lambda _: INCLUDE)


def _missing(text: str) -> list[str]:
    if _INCLUDED.search(text):
        return []
    return ["", INCLUDE] if text else [INCLUDE]
