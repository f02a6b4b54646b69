"""Base file and environment overlay, merged key by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supaops.config.document import Document, parse, read
from supaops.config.places import KeyPath, dotted, listed
from supaops.config.suggest import did_you_mean
from supaops.errors import ConfigError, SupaopsError

# In these an overlay may remove an entry of the base file by setting it to null.
COLLECTIONS: frozenset[KeyPath] = frozenset(
    {("queue", "limits"), ("queue", "task_types"), ("vault", "secrets"), ("cron", "jobs")}
)

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")


def environments(path: Path) -> list[str]:
    """Return the names of the environments that have an overlay beside the base file `path`."""
    return sorted(file.stem for file in (path.parent / "environments").glob("*.yaml"))


def overlay_of(path: Path, environment: str) -> Path:
    """Return the overlay of an environment beside the base file `path`."""
    return path.parent / "environments" / f"{environment}.yaml"


def read_environment(path: Path, environment: str, texts: Mapping[Path, str]) -> Document:
    """Read the base file `path` and ``environments/<environment>.yaml`` beside it, merged.

    Args:    texts: what to read in place of a file.
    Raises:  ConfigError with the faults of both files.
    """
    problems = _unknown_environment(path, environment)
    overlay = overlay_of(path, environment)
    documents: list[Document] = []
    for file in [path, overlay] if path.is_file() and not problems else [path]:
        try:
            documents.append(parse(texts[file], str(file)) if file in texts else read(file))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return merge(*documents)


def _unknown_environment(path: Path, environment: str) -> list[SupaopsError]:
    existing = environments(path)
    if not path.is_file() or (_NAME.fullmatch(environment) and environment in existing):
        return []
    return [
        SupaopsError(
            f"there is no environment {environment!r}",
            place=str(path.parent / "environments"),
            hint=did_you_mean(environment, existing, f"existing: {listed(existing)}"),
        )
    ]


def merge(base: Document, overlay: Document) -> Document:
    """Return `base` with `overlay` over it; each spot is that of the file whose value won.

    Mappings merge; a scalar or a list replaces; null removes an entry of a named collection.
    """
    merge = _Merge(overlay)
    data = merge.mapping(base.data, overlay.data, ())
    kept = {path: spot for path, spot in base.spots.items() if not merge.replaces(path)}
    won = {path: spot for path, spot in overlay.spots.items() if merge.replaces(path)}
    problems = [*base.problems, *overlay.problems, *merge.problems]
    return Document(base.file, data, kept | won, problems)


class _Merge:
    """One merge under way: which paths the overlay replaced, and what was wrong with it."""

    def __init__(self, overlay: Document) -> None:
        self.overlay = overlay
        self.replaced: set[KeyPath] = set()
        self.problems: list[SupaopsError] = []

    def replaces(self, path: KeyPath) -> bool:
        """Tell whether `path` or a section around it comes from the overlay."""
        return any(path[:length] in self.replaced for length in range(1, len(path) + 1))

    def mapping(self, old: dict[str, Any], new: dict[str, Any], path: KeyPath) -> dict[str, Any]:
        """Return `new` over `old`."""
        result = dict(old)
        for key, value in new.items():
            child = (*path, key)
            if isinstance(value, dict) and isinstance(old.get(key), dict):
                result[key] = self.mapping(old[key], value, child)
                continue
            self.replaced.add(child)
            if value is None and path in COLLECTIONS:
                self._remove(result, child)
            else:
                result[key] = value
        return result

    def _remove(self, result: dict[str, Any], path: KeyPath) -> None:
        name = str(path[-1])
        if name not in result:
            problem = SupaopsError(
                f"{dotted(path)}: null removes an entry, but the base file has none",
                place=str(self.overlay.spots[path].key),
                hint=did_you_mean(name, result, "remove the line"),
            )
            self.problems.append(problem)
        result.pop(name, None)
