"""Where each key of the YAML stands, and how its path is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from supaops.config.secrecy import kind_of_secret

KeyPath = tuple[str | int, ...]

_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
_BARE = re.compile(r"[A-Za-z0-9_$-]{1,40}")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; line and column count from 1, as editors show them."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Both ends of one entry; `plain` says that its value is an unquoted scalar."""

    key: Place
    value: Place
    plain: bool = False


Spots = Mapping[KeyPath, Spot]


@dataclass(frozen=True, slots=True)
class SourceMap:
    """The spots of a Config; all are equal, so that Configs compare by content alone."""

    spots: Spots = field(default_factory=dict, compare=False)
    _paths: dict[str, KeyPath] = field(default_factory=dict, compare=False, repr=False)

    def find(self, path: KeyPath) -> Spot | None:
        """Return the spot of `path`, or of the nearest section around it that is in a file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.spots:
                return self.spots[path[:length]]
        return None

    def named(self, path: str) -> KeyPath:
        """Return the longest known path whose dotted form starts `path`; names may hold dots."""
        for keys in self.spots if not self._paths else ():
            self._paths.setdefault(dotted(keys), keys)
        ends = [at for at, character in enumerate(f"{path}.") if character == "."]
        known = (self._paths.get(path[:end]) for end in reversed(ends))
        return next((keys for keys in known if keys), ())


def dotted(path: KeyPath) -> str:
    """Return a path as ``cron.jobs.nightly.schedule``; a key that is no plain word is quoted."""
    steps = (f"[{key}]" if isinstance(key, int) else f".{_step(key)}" for key in path)
    return "".join(steps).removeprefix(".")


def _step(key: str) -> str:
    return key if _BARE.fullmatch(key) and not kind_of_secret(key) else '"' + shorten(key) + '"'


def shorten(text: str, limit: int = 40) -> str:
    """Return `text` on one printable line of at most `limit` characters; a secret by its kind."""
    if kind := kind_of_secret(text):
        return f"<{kind}>"
    line = "".join(letter if letter.isprintable() else _UNPRINTABLE for letter in text)
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def listed(names: Iterable[str]) -> str:
    """Return names in one line, or ``none``."""
    return ", ".join(shorten(name) for name in names) or "none"
