"""The accounts of the YAML, for `dashboard.auth: basic`."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from supaops.web.access.role import User
from supaops.web.access.settings import KnownAccount


class Accounts:
    """Tell who gives the password of an account, in the same time for every name."""

    def __init__(self, accounts: Mapping[str, KnownAccount]) -> None:
        self._accounts = accounts
        self._salt = secrets.token_bytes(32)
        self._nobodys = secrets.token_bytes(32)
        self._digests = {
            name: self._digest(each.password.get_secret_value()) for name, each in accounts.items()
        }

    def user(self, name: str, password: str) -> User | None:
        """Return who it is; None for a wrong name or password."""
        expected = self._digests.get(name, self._nobodys)
        is_right = hmac.compare_digest(self._digest(password), expected)
        known = self._accounts.get(name)
        return User(name, known.role) if is_right and known else None

    def _digest(self, password: str) -> bytes:
        return hmac.digest(self._salt, password.encode("utf-8", "replace"), hashlib.sha256)
