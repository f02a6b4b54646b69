"""Let tests log in for little: a password goes through 4,096 rounds, at both ends, each time.

That slows down who guesses a weak one. The stack's own are random, and live as long as a test run.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from supaops.db.connect import connect
from supaops.local import Stack

_ROUNDS = 1


def lighten(stack: Stack) -> None:
    """Have the server keep the passwords of a stack's two roles as of one round."""
    with connect(stack.admin_url, application_name="pytest") as admin:
        for url in (stack.url, stack.admin_url):
            parts = conninfo_to_dict(url)
            statement = sql.SQL("alter role {} password {}").format(
                sql.Identifier(str(parts["user"])), _verifier(str(parts["password"]))
            )
            admin.execute(statement)


def _verifier(password: str) -> str:
    """Return what PostgreSQL keeps of a password.

    Source: RFC 5803, and PostgreSQL's pg_authid.
    """
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ROUNDS}:{_text(salt)}${_text(client)}:{_text(server)}"


def _text(value: bytes) -> str:
    return b64encode(value).decode()
