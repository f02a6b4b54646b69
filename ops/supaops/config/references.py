"""References to what stays outside the file: environment variables and the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from supaops.config.problem import Complaint

_ENV = re.compile(r"env\(([A-Za-z_][A-Za-z0-9_]*)\)")
_SHELL = re.compile(
    r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?|env\( *[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']? *\)"
)


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
        raise Complaint(
            "expected env(NAME), for a secret's value never stands in the file",
            hint=_env_remedy(value),
            reveal=False,
        )
    return EnvRef(match.group(1))


def _env_remedy(value: object) -> str:
    match = _SHELL.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        return f"write env({match[1] or match[2]})"
    return "put the value in an environment variable and write env(ITS_NAME)"


def database_url(value: object) -> str | EnvRef:
    """Parse ``env(NAME)``, ``local`` or a URL without a password."""
    if isinstance(value, EnvRef) or (isinstance(value, str) and value.startswith(("env(", "$"))):
        return env_ref(value)
    if value == "local":
        return "local"
    return _url_without_password(value if isinstance(value, str) else "")


def _url_without_password(value: str) -> str:
    try:
        parts = urlsplit(value)
        options = parse_qs(parts.query)
        well_formed = parts.scheme in {"postgres", "postgresql"} and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or re.search(r"[^\x21-\x7e]", value):
        raise Complaint(
            "expected env(NAME), local, or a URL such as postgresql://postgres@localhost:5432/postgres",
            hint="write env(DATABASE_URL)",
            reveal=False,
        )
    if parts.password is not None or {"password", "sslpassword"} & options.keys():
        raise Complaint(
            "the URL holds a password, which never stands in the file",
            hint="put the URL in an environment variable and write env(DATABASE_URL)",
            reveal=False,
        )
    return value
