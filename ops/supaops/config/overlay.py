"""Base file and environment overlay, merged key by key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from supaops.config.document import Document, read
from supaops.config.places import KeyPath, dotted, listed
from supaops.config.suggest import did_you_mean
from supaops.errors import ConfigError, SupaopsError

# In these an overlay may remove an entry of the base file by setting it to null.
COLLECTIONS: frozenset[KeyPath] = frozenset(
    {("queue", "task_types"), ("vault", "secrets"), ("cron", "jobs")}
)

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")


def environments(path: Path) -> list[str]:
    """Return the names of the environments that have an overlay beside the base file `path`."""
    return sorted(file.stem for file in (path.parent / "environments").glob("*.yaml"))


def read_environment(path: Path, environment: str) -> Document:
    """Read the base file `path` and ``environments/<environment>.yaml`` beside it, merged.

    Raises: ConfigError with the faults of both files.
    """
    problems = _unknown_environment(path, environment)
    overlay = path.parent / "environments" / f"{environment}.yaml"
    documents: list[Document] = []
    for file in [path, overlay] if path.exists() and not problems else [path]:
        try:
            documents.append(read(file))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return merge(*documents)


def _unknown_environment(path: Path, environment: str) -> list[SupaopsError]:
    existing = environments(path)
    if not path.exists() or (_NAME.fullmatch(environment) and environment in existing):
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
    merged = Document(base.file, {}, dict(base.spots), [*base.problems, *overlay.problems])
    merged.data.update(_merged(base.data, overlay, overlay.data, (), merged))
    return merged


def _merged(
    old: dict[str, Any], overlay: Document, new: dict[str, Any], path: KeyPath, merged: Document
) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        child = (*path, key)
        if value is None and path in COLLECTIONS:
            _remove(result, overlay, child, merged)
        elif isinstance(value, dict) and isinstance(old.get(key), dict):
            result[key] = _merged(old[key], overlay, value, child, merged)
        else:
            result[key] = value
            _move_spots(child, overlay, merged)
    return result


def _remove(result: dict[str, Any], overlay: Document, path: KeyPath, merged: Document) -> None:
    name = str(path[-1])
    if name not in result:
        merged.problems.append(
            SupaopsError(
                f"{dotted(path)}: null removes an entry, but the base file has none",
                place=str(overlay.spots[path].key),
                hint=did_you_mean(name, result, "remove the line"),
            )
        )
    result.pop(name, None)
    _move_spots(path, overlay, merged)


def _move_spots(path: KeyPath, overlay: Document, merged: Document) -> None:
    for known in [spot for spot in merged.spots if spot[: len(path)] == path]:
        del merged.spots[known]
    merged.spots.update(
        {known: spot for known, spot in overlay.spots.items() if known[: len(path)] == path}
    )
