"""The variables that a project's YAML names, with what they are for. Pure but for reading it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supaops.config.overlay import environments, read_environment
from supaops.config.places import KeyPath

_ENV = re.compile(r"env\(([A-Za-z_][A-Za-z0-9_]*)\)")
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable.

    Attributes:
        key: the first key of the YAML that names it.
        description: of the secret, where the key is one's.
        is_lent: whether only the environment `local` asks for it, to which the stack lends it.
    """

    name: str
    key: KeyPath
    description: str = ""
    is_lent: bool = False


def variables(base: Path) -> list[Variable]:
    """Return what the environments of a base file name by ``env(NAME)``, each once.

    Raises: ConfigError.
    """
    found: dict[str, Variable] = {}
    for environment in sorted(environments(base), key=_place):
        data = read_environment(base, environment, {}).data
        for key, name in _named(data, ()):
            lent = environment == LOCAL
            found.setdefault(name, Variable(name, key, _description(data, key), is_lent=lent))
    return list(found.values())


def _place(environment: str) -> int:
    """Return how early an environment is looked at: only what no other names is the local one's."""
    return {"staging": 0, "production": 1, LOCAL: 3}.get(environment, 2)


def _named(value: Any, key: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _named(each, (*key, name))
    elif isinstance(value, str) and (named := _ENV.fullmatch(value)):
        yield key, named[1]


def _description(data: dict[str, Any], key: KeyPath) -> str:
    if key[:2] != ("vault", "secrets"):
        return ""
    return str(data["vault"]["secrets"][key[2]].get("description", ""))
