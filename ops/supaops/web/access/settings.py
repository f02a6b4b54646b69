"""What the YAML and the references in it say of who may come in."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from pydantic import SecretStr

from supaops.config.model import Config
from supaops.config.resolution import Resolved
from supaops.errors import SupaopsError
from supaops.web.access.role import Role, User


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Somebody's password and role."""

    password: SecretStr
    role: Role


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who may come in, and what sessions and forms are signed with."""

    key: SecretStr
    session: timedelta
    accounts: Mapping[str, KnownAccount] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config, resolved: Resolved) -> Self:
        """Return the settings of an environment.

        Raises: SupaopsError where nobody may come in, or a value is missing.
        """
        if config.dashboard.auth == "off":
            raise SupaopsError(
                "nobody may come in: dashboard.auth is off",
                hint="declare dashboard.auth, dashboard.key and dashboard.accounts",
            )
        accounts = {
            name: KnownAccount(
                _required(resolved, "accounts", name, "password"), Role[each.role.upper()]
            )
            for name, each in config.dashboard.accounts.items()
        }
        return cls(_required(resolved, "key"), config.dashboard.session, accounts)

    def user(self, name: str, password: str) -> User | None:
        """Return who it is; None for a wrong name or password."""
        known = self.accounts.get(name)
        given = password.encode()
        expected = (known.password.get_secret_value() if known else "").encode()
        if not hmac.compare_digest(given, expected) or known is None:
            return None
        return User(name, known.role)


def _required(resolved: Resolved, *keys: str) -> SecretStr:
    value = resolved.value(("dashboard", *keys))
    if value is None:
        raise SupaopsError(f"dashboard.{'.'.join(keys)} has no value", hint="set its variable")
    return value
