"""A resource: one object that supaops owns, with the exact text that defines it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of resources, in the order in which an apply creates them."""

    SCHEMA = "schema"
    TASK_TYPE = "task_type"
    FUNCTION = "function"
    VIEW = "view"
    TRIGGER = "trigger"
    LIMIT = "limit"
    GRANT = "grant"
    CRON_JOB = "cron_job"
    VAULT_SECRET = "vault_secret"  # noqa: S105  a kind, not a password

    @property
    def position(self) -> int:
        """Return the rank in the order of creation, 0 first."""
        return _POSITIONS[self]


_POSITIONS = {kind: position for position, kind in enumerate(Kind)}


def digest(text: str) -> str:
    """Return the SHA-256 of the exact text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(spec: Mapping[str, Any]) -> str:
    """Return one `key: json` line per entry, so that equal specs are equal texts."""
    lines = (
        f"{key}: {json.dumps(value, sort_keys=True, ensure_ascii=False)}"
        for key, value in spec.items()
    )
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Resource:
    """One desired object.

    Attributes:
        name: unique within its kind; schema-qualified for SQL objects.
        definition: the text that is hashed, shown and, for SQL kinds, executed.
        spec: what an apply needs beside the text; for kinds that are rows, the row.
        source: the template or YAML key it comes from.
    """

    kind: Kind
    name: str
    definition: str
    source: str
    spec: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return ``kind.name``, the key under which the database records it."""
        return f"{self.kind}.{self.name}"

    @property
    def sha256(self) -> str:
        """Return the digest of the exact definition."""
        return digest(self.definition)

    @property
    def order(self) -> tuple[int, str]:
        """Return the sort key of creation: kind, then name."""
        return (self.kind.position, self.name)
