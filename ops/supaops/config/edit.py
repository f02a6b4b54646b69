"""Add entries to a YAML file, and leave every other line of it as it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supaops.config.document import parse
from supaops.config.insertion import inserted
from supaops.config.places import KeyPath, dotted
from supaops.config.written import quoted, readable, written
from supaops.errors import ConfigError, SupaopsError
from supaops.refusals import refused

Entries = Mapping[str, Mapping[str, Any]]
"""New entries of one section, by name."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A file's text before and after; `write` puts the latter in its place."""

    path: Path
    before: str
    after: str

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return self.before == self.after

    def write(self) -> None:
        """Replace the file at once; whoever reads it sees the one text or the other.

        Raises: SupaopsError when somebody else has changed it meanwhile, or it cannot be written.
        """
        if self.is_empty:
            return
        if _read(self.path) != self.before:
            raise SupaopsError(
                "somebody changed the file meanwhile; nothing was done",
                place=str(self.path),
                hint="run the same command again",
            )
        _replace(self.path, self.after)

    def undo(self) -> None:
        """Put the former text back."""
        if not self.is_empty:
            _replace(self.path, self.before)


def edit(path: Path, sections: Mapping[KeyPath, Entries]) -> Edit:
    """Return the edit that adds entries to sections of the file.

    Args:    sections: the new entries of each, such as those of ``("cron", "jobs")``.
    Raises:  ConfigError for a file that cannot be read; SupaopsError when it is written in a form
        that nothing can be added to.
    """
    before = after = _read(path)
    for section, entries in sections.items():
        if entries:
            after = _with(after, str(path), section, entries)
    return Edit(path, before, after)


def _with(text: str, file: str, section: KeyPath, entries: Entries) -> str:
    wanted = _wanted(text, file, section, entries)
    fitting = (new for new in _candidates(text, file, section, entries) if _says(new, file, wanted))
    if (found := next(fitting, None)) is not None:
        return found
    raise SupaopsError(
        f"{dotted(section)} cannot take an entry without a change of something else",
        place=file,
        hint=f"write it as a block, not in braces: a line `{section[-1]}:` and its keys below",
    )


def _candidates(text: str, file: str, section: KeyPath, entries: Entries) -> Iterator[str]:
    document = parse(text, file)
    for style in (readable, quoted):
        block = "".join(written(name, entry, style) for name, entry in entries.items())
        yield from inserted(text, document, section, block)


def _wanted(text: str, file: str, section: KeyPath, entries: Entries) -> dict[str, Any]:
    """Return what the file is to say: what it says, and the entries."""
    data = parse(text, file).data
    place = data
    for key in section:
        place[str(key)] = place.get(str(key)) or {}
        place = place[str(key)]
    place.update({name: dict(entry) for name, entry in entries.items()})
    return data


def _says(text: str, file: str, wanted: dict[str, Any]) -> bool:
    try:
        document = parse(text, file)
    except ConfigError:
        return False
    return document.data == wanted and not document.problems


def _read(path: Path) -> str:
    with refused("read the file", path, hint="let this account read it, and save it as UTF-8"):
        return path.read_bytes().decode("utf-8")


def _replace(path: Path, text: str) -> None:
    target = path.resolve()
    hint = "give yourself the right to write it and its folder"
    with refused("write the file", path, hint=hint):
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
