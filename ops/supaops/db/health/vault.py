"""Read what the values in Vault look like, without any of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_bytes

from supaops.config.names import former
from supaops.config.secrecy import PLACEHOLDER
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.queries import query

PAUSED = "PAUSED"
"""What the playbook has one write in place of the worker's secret."""


class Reach(StrEnum):
    """From where a URL's host can be reached, by its name alone."""

    LOOPBACK = "loopback"
    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """What the value of one secret looks like.

    Attributes:
        age_s: since the secret was last written.
        is_paused: whether it is the dummy of a pause.
        is_placeholder: whether it stands for a value that somebody forgot to put in.
        is_legacy_key: whether it is a JSON web token, as Supabase's old keys are.
        is_https, reach: of an http(s) URL; None for anything else.
        is_source_host: whether its host is the one that was asked about; None for no URL.
    """

    name: str
    age_s: float
    is_empty: bool = False
    is_paused: bool = False
    is_placeholder: bool = False
    is_legacy_key: bool = False
    is_https: bool | None = None
    is_source_host: bool | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A secret that was rotated.

    Attributes:
        good: digests of the values that a worker accepts.
        open_s: since when two values have been good without an end; None when it has ended.
    """

    name: str
    good: frozenset[str]
    open_s: float | None


def read_values(conn: Connection, names: Sequence[str], host: str) -> dict[str, ValueFacts]:
    """Return by name what each value looks like, of those that Vault can decrypt.

    Args:    host: whether a URL leads there is told; compared by a digest that nobody can reuse.
    Raises:  DatabaseError.
    """
    salt = token_bytes(32)
    parameters = {
        "names": list(names),
        "paused": PAUSED,
        "placeholder": PLACEHOLDER,
        "salt": salt,
        "host": hashlib.sha256(salt + host.encode()).hexdigest(),
    }
    with translated("looking at the secrets"):
        rows = conn.execute(query("health_vault.values"), parameters).fetchall()
    return {row["name"]: _facts(row) for row in rows}


def _facts(row: dict[str, object]) -> ValueFacts:
    reach = row.pop("reach")
    return ValueFacts(**row, reach=Reach(str(reach)) if reach else None)  # type: ignore[arg-type]  # a row's columns are its fields


def read_rotations(conn: Connection) -> dict[str, Rotation]:
    """Return the secrets that were ever rotated, by name.

    Raises: DatabaseError, as in an installation from before there were rotations.
    """
    with translated("reading the rotations"):
        rows = conn.execute(query("health_vault.rotations"), {"suffix": former("")}).fetchall()
    return {
        row["name"]: Rotation(row["name"], frozenset(row["good"]), row["open_s"]) for row in rows
    }
