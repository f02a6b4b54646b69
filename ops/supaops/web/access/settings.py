"""What the YAML and the references in it say of who may come in."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from pydantic import SecretStr

from supaops.config import config_place
from supaops.config.model import Config
from supaops.config.resolution import Resolved
from supaops.errors import ConfigError, SupaopsError
from supaops.web.access.role import Role, role_named

_NO_VALUE = SecretStr("")


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Somebody's password and role."""

    password: SecretStr
    role: Role


@dataclass(frozen=True, slots=True)
class SupabaseProject:
    """Where the users are, and how their tokens are read.

    Attributes:
        url: without a slash at its end.
        jwt_secret: None where the project's public keys tell.
        role_claim: the keys that lead to the role in a token.
    """

    url: str
    anon_key: SecretStr
    jwt_secret: SecretStr | None
    role_claim: tuple[str, ...]

    @property
    def auth_url(self) -> str:
        """Return the URL of Supabase Auth, which is also who issues its tokens."""
        return f"{self.url}/auth/v1"


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who may come in, and what sessions and forms are signed with.

    Attributes:
        project: None where the accounts tell who may come in.
        environment: names the cookies, so that two control rooms on one host have their own.
        warnings: what is declared and not used.
    """

    key: SecretStr
    session: timedelta
    accounts: Mapping[str, KnownAccount] = field(default_factory=dict)
    project: SupabaseProject | None = None
    environment: str = ""
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: Config, resolved: Resolved) -> Self:
        """Return the settings of an environment.

        Raises: ConfigError with everything that is missing, unfit or half configured.
        """
        reading = _Reading(config, resolved)
        settings = cls(
            reading.value("key"),
            config.dashboard.session,
            reading.accounts(),
            reading.project(),
            config.environment,
            reading.warnings(),
        )
        if reading.problems:
            raise ConfigError(reading.problems)
        return settings

    def bond(self, name: str, role: Role) -> str:
        """Return what a session of somebody stands on; when it changes, their session ends.

        It is a digest of password and role, or of the project; empty for nobody who may come in.
        """
        stands_on = self._stands_on(name, role)
        if stands_on is None:
            return ""
        text = json.dumps([name, *stands_on]).encode()
        return hmac.digest(self.key.get_secret_value().encode(), text, hashlib.sha256).hex()[:32]

    def _stands_on(self, name: str, role: Role) -> tuple[str, ...] | None:
        if self.project:
            return self.project.url, *self.project.role_claim, role.label
        account = self.accounts.get(name)
        if account is None or account.role is not role:
            return None
        return account.password.get_secret_value(), account.role.label


class _Reading:
    """One reading under way, and what was wrong with it."""

    def __init__(self, config: Config, resolved: Resolved) -> None:
        self._config = config
        self._resolved = resolved
        self._auth = config.dashboard.auth
        self.problems: list[SupaopsError] = []
        if self._auth == "off":
            self._note("nobody may come in: dashboard.auth is off", _HOW, "auth")

    def value(self, *keys: str) -> SecretStr:
        """Return a value that there must be; an empty one beside a problem."""
        return self._found(*keys) or _NO_VALUE

    def accounts(self) -> dict[str, KnownAccount]:
        """Return who may sign in with a password of ours."""
        declared = self._config.dashboard.accounts
        if self._auth != "basic":
            return {}
        if not declared:
            self._note("nobody may come in: dashboard.accounts names nobody", _ACCOUNT, "auth")
        return {
            name: KnownAccount(
                self.value("accounts", name, "password"), role_named(each.role) or Role.VIEWER
            )
            for name, each in declared.items()
        }

    def project(self) -> SupabaseProject | None:
        """Return the project whose users may come in."""
        if self._auth != "supabase":
            return None
        return SupabaseProject(
            self.value("supabase", "url").get_secret_value().rstrip("/"),
            self.value("supabase", "anon_key"),
            self._found("supabase", "jwt_secret"),
            tuple(self._config.dashboard.supabase.role_claim.split(".")),
        )

    def warnings(self) -> tuple[str, ...]:
        """Return what is declared and lets nobody in."""
        if self._auth == "supabase" and self._config.dashboard.accounts:
            return ("dashboard.accounts lets nobody in: dashboard.auth is supabase",)
        return ()

    def _found(self, *keys: str) -> SecretStr | None:
        try:
            return self._resolved.value(("dashboard", *keys))
        except ConfigError as error:
            self.problems += error.problems
            return None

    def _note(self, message: str, hint: str, key: str) -> None:
        place = config_place(self._config, ("dashboard", key))
        self.problems.append(SupaopsError(message, place=place, hint=hint))


_HOW = "declare dashboard.auth: basic with dashboard.accounts, or dashboard.auth: supabase"
_ACCOUNT = "declare one: accounts: {NAME: {password: env(VARIABLE), role: admin}}"
