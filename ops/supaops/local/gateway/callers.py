"""Who calls: the role that a request's key or token names, and what the database is told of it."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from supaops.db.gateway import Caller
from supaops.local.gateway import problems
from supaops.local.gateway.verification import BadToken, claims_of

_ANONYMOUS = "anon"
_PREFIX = "/rest/v1"


def caller(request: Request, secret: str) -> Caller:
    """Return who calls: the bearer of the token, else the key's role.

    Raises: Problem 401 without a key or with a bad one, or with a bad token.
    """
    claims = _claims(request, secret)
    role = claims.get("role", _ANONYMOUS)
    return Caller(
        role=role if isinstance(role, str) else _ANONYMOUS,
        claims=json.dumps({**claims, "role": role}),
        headers=json.dumps(dict(request.headers)),
        method=request.method,
        path=request.url.path.removeprefix(_PREFIX),
    )


def _claims(request: Request, secret: str) -> dict[str, Any]:
    key = request.headers.get("apikey") or request.query_params.get("apikey")
    if not key:
        raise problems.no_key("No API key found in request")
    try:
        of_key = claims_of(key, secret)
    except BadToken:
        raise problems.no_key("Invalid API key") from None
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return of_key
    try:
        return claims_of(token.strip(), secret)
    except BadToken as error:
        raise problems.bad_token(error.code, error.message) from None
