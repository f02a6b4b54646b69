"""The keys of JSON documents that have a schema, as docs/reference/json.md has them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_HEAD = "| Key | Meaning |\n|---|---|"


def keys_table(schema: dict[str, Any]) -> str:
    """Return a row per key: its path as jq has it, and what it means.

    Raises: KeyError for a key without a description.
    """
    rows = (f"| `{path}` | {meaning} |" for path, meaning in schema_keys(schema))
    return "\n".join([_HEAD, *rows])


def schema_keys(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key of a schema with what it means; a schema that is named is followed.

    Raises: KeyError for a key without a description.
    """
    yield from _keys(schema, schema.get("$defs", {}), "")


def answers_text(openapi: dict[str, Any]) -> str:
    """Return a section per answer of a worker."""
    schemas = openapi["components"]["schemas"]
    return "\n\n".join(
        f"### {name}\n\n{each['description']}\n\n{keys_table(each)}"
        for name, each in schemas.items()
    )


def _keys(schema: dict[str, Any], defs: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, entry in schema.get("properties", {}).items():
        path, below = f"{prefix}{name}", entry
        if entry.get("type") == "array":
            path, below = f"{path}[]", entry["items"]
        yield path, " ".join(entry["description"].split())
        yield from _keys(_named(below, defs), defs, f"{path}.")


def _named(entry: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that an entry names, alone or beside null; itself when it names none."""
    for option in (entry, *entry.get("anyOf", ())):
        if "$ref" in option:
            return dict(defs[option["$ref"].rpartition("/")[2]])
    return entry
