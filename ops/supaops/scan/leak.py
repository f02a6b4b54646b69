"""What a scan finds: where a secret stands, of what kind it is, and never the secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where a text comes from, which decides what to do about a secret in it."""

    CONFIG = "config"
    FILE = "file"
    RENDERED = "rendered"
    CRON_JOB = "cron_job"
    CRON_RUN = "cron_run"


_BY_NAME = "read it from vault.decrypted_secrets by name"
_REMEDIES = {
    Source.CONFIG: "declare it under vault.secrets with value: env(NAME), then take a new value, "
    "for git keeps the old one",
    Source.FILE: f"{_BY_NAME}, then take a new value, for git keeps the old one",
    Source.RENDERED: f"take it out of the template, and {_BY_NAME}",
    Source.CRON_JOB: f"{_BY_NAME}, then take a new value, for the run history keeps the old one",
    Source.CRON_RUN: "take a new value, then: delete from cron.job_run_details where runid = ...",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text to search; `place` is a file's path, or names a row and its column."""

    source: Source
    place: str
    content: str


@dataclass(frozen=True, slots=True)
class Leak:
    """One secret where it may not stand.

    Attributes:
        place: ``file:line:column``, or a row's name before line and column.
        kind: such as ``a JSON web token``, or the declared secret whose value it is.
    """

    source: Source
    place: str
    kind: str

    @property
    def remedy(self) -> str:
        """Return what to do about it."""
        return _REMEDIES[self.source]

    @property
    def is_in_file(self) -> bool:
        """Tell whether its place is one that an editor can open."""
        return self.source in (Source.CONFIG, Source.FILE)


@dataclass(frozen=True, slots=True)
class Scan:
    """All that one scan found.

    Attributes:
        read: what was searched, one clause each.
        unread: what was not, and why, one clause each.
    """

    environment: str
    leaks: tuple[Leak, ...]
    read: tuple[str, ...]
    unread: tuple[str, ...]
