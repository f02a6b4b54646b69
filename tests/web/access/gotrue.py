"""A small Supabase Auth that answers over HTTP, as the real one does down to its error bodies.

Source: https://github.com/supabase/auth, internal/api/token.go, errors.go and jwks.go
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.web.access.door import listening
from tests.web.site import KEY

ANON_KEY = "the anon key of the tests' project"
PASSWORD = "a password at Supabase"
SHARED_SECRET = "a secret that tokens of this project were signed with of old"
ROLES = {"ada@x.test": "admin", "vera@x.test": "viewer", "nina@x.test": None}
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(slots=True)
class SigningKey:
    """A pair of keys, of which the project shows the public one."""

    name: str
    algorithm: str
    private: PrivateKey = field(repr=False)

    @classmethod
    def new(cls, name: str, algorithm: str = "ES256") -> SigningKey:
        if algorithm == "RS256":
            return cls(name, algorithm, rsa.generate_private_key(65537, 2048))
        return cls(name, algorithm, ec.generate_private_key(ec.SECP256R1()))

    @property
    def shown(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key."""
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            told = RSAAlgorithm.to_jwk(public, as_dict=True)
        else:
            told = ECAlgorithm.to_jwk(public, as_dict=True)
        return {**told, "kid": self.name, "alg": self.algorithm, "use": "sig"}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        headers = {"kid": self.name, **header}
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=headers)


@dataclass(slots=True)
class GoTrue:
    """What the project knows, and how often it was asked."""

    keys: list[SigningKey] = field(default_factory=lambda: [SigningKey.new("first")])
    roles: dict[str, object] = field(default_factory=dict)
    trouble: tuple[int, dict[str, Any]] | None = None
    has_second_factor: bool = False
    root: str = ""
    asked_for_keys: int = 0
    asked_to_sign_in: int = 0
    granted: str = ""

    def renew(self) -> None:
        """Be as a project that nobody has asked yet."""
        fresh = GoTrue(roles=dict(ROLES), root=self.root)
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    @property
    def shown_keys(self) -> list[dict[str, Any]]:
        return [each.shown for each in self.keys]

    def claims(self, email: str, **changed: Any) -> dict[str, Any]:
        """Return the claims of a user's access token."""
        now = int(time.time())
        role = self.roles.get(email)
        return {
            "aal": "aal1",
            "app_metadata": {"provider": "email"} | ({"supaops_role": role} if role else {}),
            "aud": "authenticated",
            "email": email,
            "exp": now + 3600,
            "iat": now,
            "is_anonymous": False,
            "iss": f"{self.root}/auth/v1",
            "role": "authenticated",
            "session_id": f"session of {email}",
            "sub": f"id of {email}",
            "user_metadata": {"supaops_role": "admin"},
        } | changed

    def token(self, email: str, **changed: Any) -> str:
        return self.keys[-1].sign(self.claims(email, **changed))

    def cookie(self, token: str) -> str:
        """Return a session as @supabase/ssr writes it."""
        session = {"access_token": token, "refresh_token": "refresh", "user": {"email": "ä"}}
        coded = urlsafe_b64encode(json.dumps(session, ensure_ascii=False).encode()).decode()
        return f"base64-{coded.rstrip('=')}"

    async def show_keys(self, _request: Request) -> JSONResponse:
        self.asked_for_keys += 1
        if self.trouble:
            return JSONResponse(self.trouble[1], self.trouble[0])
        return JSONResponse({"keys": self.shown_keys})

    async def grant(self, request: Request) -> JSONResponse:
        self.asked_to_sign_in += 1
        if self.trouble:
            return JSONResponse(self.trouble[1], self.trouble[0])
        if request.headers.get("apikey") != ANON_KEY:
            return JSONResponse({"message": "Invalid API key", "hint": "Double check it."}, 401)
        assert request.query_params["grant_type"] == "password"
        asked = await request.json()
        if asked["password"] != PASSWORD or asked["email"] not in self.roles:
            body = {"code": 400, "error_code": "invalid_credentials"}
            return JSONResponse({**body, "msg": "Invalid login credentials"}, 400)
        factor = {"factor_type": "totp", "status": "verified"}
        user = {"email": asked["email"], "factors": [factor] if self.has_second_factor else None}
        self.granted = self.token(asked["email"])
        return JSONResponse({"access_token": self.granted, "token_type": "bearer", "user": user})


@contextmanager
def gotrue() -> Iterator[GoTrue]:
    """Serve a project until the block ends."""
    made = GoTrue(roles=dict(ROLES))
    routes = [
        Route("/auth/v1/.well-known/jwks.json", made.show_keys),
        Route("/auth/v1/token", made.grant, methods=["POST"]),
    ]
    with listening(Starlette(routes=routes)) as root:
        made.root = root
        yield made


OVERLAY = "dashboard: {auth: supabase}\n"
WITH_SECRET = "dashboard: {auth: supabase, supabase: {jwt_secret: env(JWT_SECRET)}}\n"


def variables(project: GoTrue, **more: str) -> dict[str, str]:
    """Return those of a control room for the users of a project."""
    return {
        "SUPAOPS_DASHBOARD_KEY": KEY,
        "SUPABASE_URL": f"{project.root}/",
        "SUPABASE_ANON_KEY": ANON_KEY,
        "JWT_SECRET": SHARED_SECRET,
        **more,
    }
