"""From a Config and an environment to the values that never stand in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from supaops.config.fields import EnvRef
from supaops.config.loading import config_place
from supaops.config.model import Config
from supaops.config.places import KeyPath, dotted
from supaops.errors import ConfigError, SupaopsError

_PLACEHOLDER = re.compile(
    r"env\(.*\)|<.*>|\$\{.*\}|(change|replace)[-_ ]?me.*|your[-_ ].*"
    r"|todo|fixme|x{3,}|\.{3,}|placeholder",
    re.IGNORECASE | re.DOTALL,
)
_MIN_SECRET = 16
_HEADER_SAFE = re.compile(r"[\x21-\x7e\xa0-\xff]([\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The values behind a Config's `env(NAME)`; `database_url` is None for the local stack."""

    database_url: SecretStr | None
    secrets: dict[str, SecretStr]

    @property
    def revealed_url(self) -> str:
        """Return the database's URL with its password; empty for the local stack."""
        return self.database_url.get_secret_value() if self.database_url else ""


def resolve(config: Config, environ: Mapping[str, str]) -> Resolved:
    """Return the value of every `env(NAME)`.

    Raises: ConfigError that names every variable which is unset, empty, a placeholder or unfit,
        with the key that asks for it; never a value.
    """
    problems = [*_database_faults(config, environ), *_secret_faults(config, environ)]
    if problems:
        raise ConfigError(problems)
    secrets = {
        name: SecretStr(environ[secret.value.name]) for name, secret in config.vault.secrets.items()
    }
    return Resolved(_database_url(config, environ), secrets)


def resolve_database(config: Config, environ: Mapping[str, str]) -> Resolved:
    """Return the database's URL alone, for what needs no secret.

    Raises: ConfigError when its variable is unset, empty, a placeholder or unfit.
    """
    if problems := list(_database_faults(config, environ)):
        raise ConfigError(problems)
    return Resolved(_database_url(config, environ), {})


def _database_url(config: Config, environ: Mapping[str, str]) -> SecretStr | None:
    url = config.database.url
    if isinstance(url, EnvRef):
        return SecretStr(environ[url.name])
    return None if url == "local" else SecretStr(url)


def _database_faults(config: Config, environ: Mapping[str, str]) -> Iterator[SupaopsError]:
    url = config.database.url
    if isinstance(url, EnvRef) and (fault := _fault(environ.get(url.name))):
        yield _problem(config, ("database", "url"), url, fault)


def _secret_faults(config: Config, environ: Mapping[str, str]) -> Iterator[SupaopsError]:
    for name, secret in config.vault.secrets.items():
        value = environ.get(secret.value.name)
        fault = _fault(value)
        if not fault and value is not None:
            fault = _endpoint_fault(value) if name == config.worker.endpoint else ""
            fault = fault or (_runner_fault(value) if name == config.worker.secret else "")
        if fault:
            yield _problem(config, ("vault", "secrets", name, "value"), secret.value, fault)


def _problem(config: Config, path: KeyPath, variable: EnvRef, fault: str) -> SupaopsError:
    return SupaopsError(
        f"{dotted(path)}: the environment variable {variable.name} {fault}",
        place=config_place(config, path),
        hint=f"export {variable.name}=...",
    )


def _fault(value: str | None) -> str:
    if value is None:
        return "is not set"
    if not value.strip():
        return "is empty"
    if _PLACEHOLDER.fullmatch(value.strip()):
        return "holds a placeholder"
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return "is not valid UTF-8 text"
    return ""


def _endpoint_fault(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[^\x21-\x7e]", value) or "#" in value:
        return "must hold an http or https URL without blanks or a fragment"
    if parts.username is not None or parts.password is not None:
        return "must hold a URL without credentials"
    return ""


def _runner_fault(value: str) -> str:
    if not _HEADER_SAFE.fullmatch(value):
        return "cannot be sent in a header: blanks around it, a control character or non-Latin text"
    return f"must hold at least {_MIN_SECRET} characters" if len(value) < _MIN_SECRET else ""
