"""The folder `supabase/migrations`: read what is there, name and write what comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from supaops.migration.manifest import Manifest, read_manifest
from supaops.refusals import refused

# Source: supabase/cli, `migrateFilePattern` in pkg/migration/file.go.
_NAME = re.compile(r"([0-9]+)_(.*)\.sql")
_VERSION = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One file of ours with what it brings."""

    path: Path
    manifest: Manifest


def migrations_folder(root: Path) -> Path:
    """Return where the Supabase CLI looks for migrations."""
    return root / "supabase" / "migrations"


def read_files(folder: Path) -> list[MigrationFile]:
    """Return our migrations in the order in which they run; those of others are passed over.

    Raises: SupaopsError for what cannot be read; Refused for a file of ours that was edited.
    """
    found = ((path, read_manifest(_read(path), place=str(path))) for path in _paths(folder))
    return [MigrationFile(path, manifest) for path, manifest in found if manifest is not None]


def next_version(folder: Path, now: datetime) -> str:
    """Return the UTC time as a version, or one second behind the latest migration if that is later.

    The Supabase CLI refuses a version that is older than one it has run.
    """
    present = now.astimezone(UTC).strftime(_VERSION)
    latest = max((version for path in _paths(folder) if (version := _version(path))), default="")
    return present if present > latest else _after(latest)


def write_file(path: Path, text: str) -> None:
    """Write a new file, whole or not at all, and never over another.

    Raises: SupaopsError.
    """
    unfinished = path.with_name(f".{path.name}.new")
    with refused("write", path, hint="make the folder one that you may write to"):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(text.encode())
        unfinished.rename(path)


def _paths(folder: Path) -> list[Path]:
    files = [path for path in folder.glob("*.sql") if _NAME.fullmatch(path.name)]
    return sorted(files, key=lambda path: (path.name.split("_", 1)[0], path.name))


def _version(path: Path) -> str | None:
    """Return the version of a file when it is a time; what is numbered otherwise comes first."""
    digits = path.name.split("_", 1)[0]
    try:
        datetime.strptime(digits, _VERSION)  # noqa: DTZ007  UTC by convention, only compared
    except ValueError:
        return None
    return digits


def _after(version: str) -> str:
    moment = datetime.strptime(version, _VERSION)  # noqa: DTZ007  UTC by convention
    return (moment + timedelta(seconds=1)).strftime(_VERSION)


def _read(path: Path) -> str:
    with refused("read", path, hint="let this account read it, and save it as UTF-8"):
        return path.read_bytes().decode()
