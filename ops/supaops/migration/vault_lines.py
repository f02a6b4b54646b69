"""The lines of `[db.vault]` in supabase/config.toml, added without touching any other byte."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from supaops.errors import RenderError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(
    r"""^[ \t]*\[[ \t]*["']?db["']?[ \t]*\.[ \t]*["']?vault["']?[ \t]*\][ \t]*"""
    r"""(\#[^\r\n]*)?(\r?\n|\Z)""",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class VaultLines:
    """What became of a config.toml.

    Attributes:
        text: the whole file; the same as before when nothing was added.
        added: names that have a line now.
        different: names whose line says something else, which is left as it is.
    """

    text: str
    added: tuple[str, ...]
    different: tuple[str, ...]


def with_vault_lines(text: str, wanted: Mapping[str, str]) -> VaultLines:
    """Add a line to `[db.vault]` for each name that has none.

    Args:    wanted: values such as ``env(JOB_QUEUE_RUNNER_SECRET)`` by the secret's name.
    Raises:  RenderError when the file is no TOML, or laid out so that no line can be added safely.
    """
    before = _parsed(text)
    there = _vault(before)
    added = {name: value for name, value in wanted.items() if name not in there}
    different = tuple(name for name in wanted if there.get(name, wanted[name]) != wanted[name])
    return VaultLines(_with(text, before, added), tuple(added), different)


def uses_pg_delta(text: str) -> bool:
    """Return whether a config.toml turns the declarative schemas of pg-delta on."""
    section = _parsed(text).get("experimental", {}).get("pgdelta")
    return isinstance(section, dict) and section.get("enabled", True) is not False


def _with(text: str, before: Mapping[str, Any], added: Mapping[str, str]) -> str:
    """Return the first candidate that says exactly what it said before, and the new lines."""
    if not added:
        return text
    expected = copy.deepcopy(dict(before))
    expected.setdefault("db", {}).setdefault("vault", {}).update(added)
    for candidate in _candidates(text, added):
        if _says(candidate, expected):
            return candidate
    raise RenderError(
        "[db.vault] is laid out so that no line can be added to it",
        hint="add by hand: " + ", ".join(_line(*item) for item in added.items()),
    )


def _candidates(text: str, added: Mapping[str, str]) -> Iterator[str]:
    """Yield the text with the lines below each header that there seems to be, and at its end."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = "".join(f"{_line(*item)}{end}" for item in added.items())
    for header in _HEADER.finditer(text):
        gap = "" if header[2] else end
        yield f"{text[: header.end()]}{gap}{lines}{text[header.end() :]}"
    gap = "" if not text or text.endswith("\n") else end
    yield f"{text}{gap}{end}[db.vault]{end}{lines}"


def _line(name: str, value: str) -> str:
    key = name if _BARE_KEY.fullmatch(name) else json.dumps(name)
    return f"{key} = {json.dumps(value)}"


def _says(text: str, expected: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        return False


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RenderError(f"is not TOML: {error}", hint="mend it by hand") from error


def _vault(data: Mapping[str, Any]) -> Mapping[str, Any]:
    section = data.get("db", {})
    found = section.get("vault", {}) if isinstance(section, dict) else None
    if not isinstance(found, dict):
        raise RenderError("db.vault is not a table", hint="make it a table of names and values")
    return found
