"""Whom a token of Supabase Auth names, and what they may do here."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import jwt

from supaops.web.access.role import Role, User, Way, role_named
from supaops.web.access.settings import SupabaseProject
from supaops.web.access.supabase.keys import ALGORITHMS, PublicKeys, fetching
from supaops.web.refusal import Refusal

_AUDIENCE = "authenticated"
_LEEWAY_S = 10
_LONGEST = 16_384
"""Characters of a token; Supabase's have about a thousand."""


class BadToken(Exception):
    """A token is not the project's, or not good any more; the message says why."""


class Tokens:
    """Read the access tokens of one project.

    With a secret only HS256 is taken, without one only the algorithm of the key that the project
    shows: what a token says of its algorithm decides nothing.

    Source: https://supabase.com/docs/guides/auth/jwt-fields
    """

    def __init__(
        self, project: SupabaseProject, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._project = project
        self._keys = PublicKeys(fetching(project.auth_url), clock)

    def user(self, token: str, way: Way) -> User:
        """Return whom a token names.

        Raises: BadToken; Refusal for somebody without a role.
        """
        claims = self._claims(token)
        name = str(claims.get("email") or claims["sub"])
        role = self._role(claims)
        if role is None:
            raise _no_role(name, self._project)
        return User(name, role, _session(claims), way)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            key, algorithm = self._key(token)
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=_AUDIENCE,
                issuer=self._project.auth_url,
                leeway=_LEEWAY_S,
                options={"require": ["aud", "exp", "iss", "sub"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise BadToken(type(error).__name__) from error

    def _key(self, token: str) -> tuple[Any, str]:
        if len(token) > _LONGEST:
            raise BadToken("too long")
        if self._project.jwt_secret:
            return self._project.jwt_secret.get_secret_value(), "HS256"
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:  # before a stranger can have the project asked
            raise BadToken("signed with another kind of key")
        found = self._keys.named(str(header.get("kid", "")))
        if found is None:
            raise BadToken("signed with a key that the project does not show")
        return found.key, found.algorithm_name

    def _role(self, claims: dict[str, Any]) -> Role | None:
        found: Any = claims
        for key in self._project.role_claim:
            found = found.get(key) if isinstance(found, dict) else None
        return role_named(found)


def _session(claims: dict[str, Any]) -> str:
    """Return what stays while a token is renewed: the number of its session, else of its user."""
    told = f"supabase {claims.get('session_id') or claims['sub']}"
    return hashlib.sha256(told.encode()).hexdigest()


def _no_role(name: str, project: SupabaseProject) -> Refusal:
    claim = ".".join(project.role_claim)
    return Refusal(
        403,
        f"{name} has no role in this control room",
        hint=f"ask whoever runs the Supabase project to set {claim} to viewer, operator or admin; "
        "it counts from the next sign-in on",
    )
