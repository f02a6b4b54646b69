"""Where a project begins: the folder that holds, or should hold, ``ops/config``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from supaops.errors import UsageError

SUPABASE = Path("supabase") / "config.toml"
CONFIG = Path("ops") / "config"
_BELOW = ("*/supabase/config.toml", "*/*/supabase/config.toml")
_OF_OTHERS = frozenset({"node_modules", "vendor"})


def find_root(here: Path) -> Path:
    """Return the nearest folder from here upwards that is a project's, inside one git repository.

    At the top of a repository without a Supabase project of its own, it is the one below.

    Raises: UsageError when there are several.
    """
    for folder in (here, *here.parents):
        if (folder / CONFIG).is_dir() or (folder / SUPABASE).is_file():
            return folder
        if (folder / ".git").exists():
            return _only_below(folder) or folder
    return here


def find_top(root: Path) -> Path:
    """Return the top of the git repository around a project, or the project's own root."""
    return next((each for each in (root, *root.parents) if (each / ".git").exists()), root)


def _only_below(top: Path) -> Path | None:
    found = sorted(_supabase_below(top))
    if len(found) > 1:
        names = [each.relative_to(top).as_posix() for each in found]
        raise UsageError(
            f"there are {len(found)} Supabase projects: {', '.join(names)}",
            place=str(top),
            hint=f"go into the one that is meant: cd {shlex.quote(str(found[0]))}",
        )
    return found[0] if found else None


def _supabase_below(top: Path) -> Iterator[Path]:
    for pattern in _BELOW:
        for file in top.glob(pattern):
            folders = file.relative_to(top).parts[:-2]
            if not any(each in _OF_OTHERS or each.startswith(".") for each in folders):
                yield file.parent.parent
