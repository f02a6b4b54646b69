"""Signed values that end: of sessions, and of the forms made for them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import SecretStr


class Signatures:
    """Sign values for one purpose, and read those that are not too old.

    Args:
        purpose: a value signed for one is none for another.
        age: how long a value is good.
    """

    def __init__(self, key: SecretStr, purpose: str, age: timedelta) -> None:
        self.age = age
        self._serializer = URLSafeTimedSerializer(
            key.get_secret_value(),
            salt=f"supaops {purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    @property
    def age_s(self) -> int:
        """Return how many whole seconds a value is good, as cookies have it."""
        return int(self.age.total_seconds())

    def signed(self, value: object) -> str:
        """Return a value as text that nobody else could have made."""
        return str(self._serializer.dumps(value))

    def read(self, text: str) -> object:
        """Return the value; None for what is not ours, changed, or too old."""
        try:
            value: object = self._serializer.loads(text, max_age=self.age_s)
        except BadData:
            return None
        return value
