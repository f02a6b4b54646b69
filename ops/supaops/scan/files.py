"""The files of a project that must hold no secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supaops.scan.leak import Source, Text

MAX_BYTES = 5_000_000
_BESIDE = ("templates/**/*", "supabase/**/*.sql", "supabase/config.toml")


def project_files(config: Path, root: Path) -> Iterator[tuple[Source, Path]]:
    """Yield the YAML files, then the project's templates and what `supabase db push` sends."""
    for path in (config, *sorted((config.parent / "environments").glob("*.yaml"))):
        if path.is_file():
            yield Source.CONFIG, path
    for pattern in _BESIDE:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and "node_modules" not in path.parts:
                yield Source.FILE, path


def read_text(source: Source, path: Path) -> Text | str:
    """Return a file's text, or why it was not read."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return f"{_shown(path)}: {error.strerror}"
    if len(raw) > MAX_BYTES:
        return f"{_shown(path)}: larger than {MAX_BYTES // 1_000_000} MB"
    return Text(source, _shown(path), raw.decode("utf-8", "replace"))


def _shown(path: Path) -> str:
    """Return the path as an editor finds it from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
