"""Whether a token is good, and what it claims."""

from __future__ import annotations

from typing import Any

import jwt

_ALGORITHM = "HS256"


class BadToken(Exception):
    """A token is no good.

    Args:
        code: PostgREST's.
        message: PostgREST's.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def claims_of(token: str, secret: str) -> dict[str, Any]:
    """Return the claims of a good token.

    Raises: BadToken.
    """
    if token.count(".") != 2:  # noqa: PLR2004  a token's three parts
        parts = len(token.split("."))
        raise BadToken("PGRST301", f"Expected 3 parts in JWT; got {parts}")
    try:
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], options={"verify_aud": False}, leeway=30
        )
    except jwt.ExpiredSignatureError:
        raise BadToken("PGRST303", "JWT expired") from None
    except jwt.ImmatureSignatureError:
        raise BadToken("PGRST303", "JWT not yet valid") from None
    except jwt.InvalidSignatureError:
        raise BadToken("PGRST301", "No suitable key or wrong key type") from None
    except jwt.InvalidAlgorithmError:
        raise BadToken("PGRST301", "Wrong or unsupported encoding algorithm") from None
    except jwt.PyJWTError:
        raise BadToken("PGRST301", "JWT couldn't be decoded") from None
    return claims
