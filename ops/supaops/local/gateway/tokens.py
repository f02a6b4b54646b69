"""The keys of the local API: JSON Web Tokens that name a role, as Supabase's legacy keys do.

They are signed by the standard library: PyJWT takes a third of a second to import, which
`supaops local up` would wait for. It reads them, in `verification`.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

_HEADER = {"alg": "HS256", "typ": "JWT"}
_LATEST = 2**32 - 1
"""In 2106; a key of the stack does not run out before the stack does."""


def key(role: str, secret: str) -> str:
    """Return the key of a role."""
    return token({"iss": "supaops-local", "role": role, "exp": _LATEST}, secret)


def token(claims: Mapping[str, Any], secret: str) -> str:
    """Return a token with these claims.

    Source: RFC 7515, section 3.1, with HMAC-SHA256 of RFC 7518.
    """
    text = f"{_part(json.dumps(_HEADER).encode())}.{_part(json.dumps(dict(claims)).encode())}"
    return f"{text}.{_part(hmac.digest(secret.encode(), text.encode(), 'sha256'))}"


def _part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
