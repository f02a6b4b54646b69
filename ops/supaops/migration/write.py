"""The next migration of a project: look what is due, then write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from supaops.config.model import Config
from supaops.errors import UsageError
from supaops.migration.body import Name, body
from supaops.migration.due import Due, due, require_environment
from supaops.migration.folder import migrations_folder, next_version, read_files, write_file
from supaops.migration.manifest import Manifest, document, fold
from supaops.migration.supabase_config import SupabaseConfig, read_supabase_config
from supaops.render.resources import resources

_WHAT = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class NextMigration:
    """What the next migration brings, and where it belongs.

    Attributes:
        text: of the file; empty when nothing is due.
        supabase: the project's config.toml, with the lines that it lacks.
    """

    due: Due
    path: Path
    text: str
    supabase: SupabaseConfig

    @property
    def is_due(self) -> bool:
        """Return whether `write` has anything to write."""
        lines = self.supabase.lines
        return not self.due.is_empty or (lines is not None and bool(lines.added))

    def write(self) -> None:
        """Write the migration, and the lines of config.toml.

        Raises: SupaopsError when a file cannot be written.
        """
        self.write_file()
        self.supabase.write()

    def write_file(self) -> None:
        """Write the migration alone.

        Raises: SupaopsError when a file cannot be written.
        """
        if not self.due.is_empty:
            write_file(self.path, self.text)


def next_migration(
    root: Path, config: Config, *, what: str, now: datetime, prune: bool
) -> NextMigration:
    """Compare the config with the migrations of a project; writes nothing.

    Args:    root: the folder that holds ``supabase``; now: aware, in UTC.
    Raises:  UsageError for a name that cannot be part of a file's; Refused; SupaopsError.
    """
    if not _WHAT.fullmatch(what):
        raise UsageError(
            f"{what!r} cannot be part of a migration's name",
            hint="letters, digits, - and _, at most 100 of them",
        )
    folder = migrations_folder(root)
    files = read_files(folder)
    if files:
        require_environment(config.environment, files[-1].manifest, str(files[-1].path))
    found = due(resources(config), fold(each.manifest for each in files), prune=prune)
    name = Name(next_version(folder, now), what)
    text = "" if found.is_empty else _text(config, found, name)
    return NextMigration(found, folder / name.file, text, read_supabase_config(root, config))


def _text(config: Config, found: Due, name: Name) -> str:
    return document(Manifest(config.environment, found.entries), body(config, found, name))
