"""The field types of the YAML: each parses one scalar and says what it expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

_ENV = re.compile(r"env\(([A-Za-z_][A-Za-z0-9_]*)\)")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?")


@dataclass(frozen=True, slots=True)
class EnvRef:
    """A value that stays outside the file: the name of an environment variable."""

    name: str

    def __str__(self) -> str:
        """Return the form used in the YAML and in Supabase's config.toml."""
        return f"env({self.name})"


def env_ref(value: object) -> EnvRef:
    """Parse ``env(NAME)``."""
    if isinstance(value, EnvRef):
        return value
    match = _ENV.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected env(NAME): a secret's value never stands in the file")
    return EnvRef(match.group(1))


def database_url(value: object) -> object:
    """Parse ``env(NAME)``, ``local`` or a URL without a password."""
    if isinstance(value, str) and value.startswith("env("):
        return env_ref(value)
    return value


def duration(value: object) -> timedelta:
    """Parse ``14d``, ``1h30m`` or ``250ms``."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise ValueError("expected a duration such as 30s, 5m, 1h30m or 14d")
    days, hours, minutes, seconds, millis = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=millis)


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,39}$")]
Text = Annotated[str, StringConstraints(strict=True)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
Schedule = Annotated[str, StringConstraints(strict=True)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
PayloadSchema = dict[str, Any]
