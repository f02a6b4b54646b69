"""The table of keys in docs/reference/config.md: ``python -m supaops.config.reference``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from supaops.config.editor_schema import editor_schema

_ENTRY = {
    "queue.limits": "<queue>",
    "queue.task_types": "<task type>",
    "vault.secrets": "<secret>",
    "cron.jobs": "<job>",
}

_NUMBERS = {"integer": "whole number", "number": "number"}
_PLAIN = {"array": "list", "boolean": "boolean", "object": "mapping"}


def rows() -> Iterator[str]:
    """Yield one Markdown table row per key: path, type, default, meaning."""
    schema = json.loads(editor_schema())
    yield "| Key | Type | Default | Meaning |"
    yield "|---|---|---|---|"
    yield from _section(schema, schema["$defs"], "")


def replaced(page: str) -> str:
    """Return docs/reference/config.md with its table of keys made anew."""
    lines = page.splitlines(keepends=True)
    first = lines.index(f"{next(rows())}\n")
    last = lines.index("\n", first)
    return "".join([*lines[:first], *(f"{row}\n" for row in rows()), *lines[last:]])


def _section(
    section: dict[str, Any], defs: dict[str, Any], prefix: str, given: Any = None
) -> Iterator[str]:
    """Yield the rows of a section; what its own default gives stands before that of its kind."""
    for key, entry in section["properties"].items():
        path = prefix + key
        known = {**entry, "default": given[key]} if given and key in given else entry
        below = _below(path, entry, defs)
        meaning = entry.get("description") or below["description"]
        yield f"| `{path}` | {_type(entry)} | {_default(known, key, section)} | {meaning} |"
        step = f".{_ENTRY[path]}." if path in _ENTRY else "."
        own = known.get("default")
        yield from _section(below, defs, path + step, own if isinstance(own, dict) else None)


def _below(path: str, entry: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a section, of a collection's entries, or an empty one."""
    if path in _ENTRY:
        schemas = entry.get("patternProperties", {"": entry.get("additionalProperties")})
        entry = next(iter(schemas.values()))
    name = entry.get("$ref", "").removeprefix("#/$defs/")
    return defs[name] if name else {"properties": {}}


def _default(entry: dict[str, Any], key: str, section: dict[str, Any]) -> str:
    if key in section.get("required", ()):
        return "required"
    value = entry.get("default", {})
    if isinstance(value, dict):
        return ""
    return f"`{value}`" if value and isinstance(value, str) else f"`{json.dumps(value)}`"


def _type(entry: dict[str, Any]) -> str:
    options = [option for option in entry.get("anyOf", [entry]) if option.get("type") != "null"]
    kind = _kind(options[0])
    return f"{kind} or null" if "anyOf" in entry else kind


def _kind(entry: dict[str, Any]) -> str:
    if "enum" in entry:
        return " or ".join(f"`{value}`" for value in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    if "minimum" in entry:
        return f"{_NUMBERS[entry['type']]}, {entry['minimum']} to {entry['maximum']}"
    return str(entry.get("$comment") or _PLAIN.get(entry.get("type", ""), "section"))


if __name__ == "__main__":
    sys.stdout.write("\n".join(rows()) + "\n")
