"""Where the database is: `database.url`, and the Supabase project that a URL leads to."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from supaops.config.problem import Complaint
from supaops.config.references import (
    REFERENCES,
    ProjectUrl,
    Reference,
    looks_like_reference,
    reference,
)

_DIRECT_HOST = re.compile(r"db\.([a-z0-9]{10,40})\.supabase\.co")
_POOLER_HOST = re.compile(r"[a-z0-9.-]+\.pooler\.supabase\.com")
_POOLER_USER = re.compile(r"[^.]+\.([a-z0-9]{10,40})")


def database_url(value: object) -> str | Reference:
    """Parse a reference, ``local`` or a URL without a password."""
    if isinstance(value, REFERENCES) or (isinstance(value, str) and looks_like_reference(value)):
        return _reference(value)
    if value == "local":
        return "local"
    return _url_without_password(value if isinstance(value, str) else "")


def _reference(value: object) -> Reference:
    found = reference(value)
    if isinstance(found, ProjectUrl):
        raise Complaint(
            "project_url(...) is made from the database's URL and cannot lead to it",
            hint="write env(DATABASE_URL)",
            reveal=False,
        )
    return found


def _url_without_password(value: str) -> str:
    try:
        parts = urlsplit(value)
        options = parse_qs(parts.query)
        well_formed = parts.scheme in {"postgres", "postgresql"} and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or re.search(r"[^\x21-\x7e]", value):
        raise Complaint(
            "expected env(NAME), file(PATH), cmd(...), local, or a URL such as "
            "postgresql://postgres@localhost:5432/postgres",
            hint="write env(DATABASE_URL)",
            reveal=False,
        )
    if parts.password is not None or {"password", "sslpassword"} & options.keys():
        raise Complaint(
            "the URL holds a password, which never stands in the file",
            hint="put the URL in an environment variable and write env(DATABASE_URL)",
            reveal=False,
        )
    return value


def project_ref(url: str) -> str | None:
    """Return the ref of the Supabase project that a database URL leads to, or None.

    It stands in the host of a direct connection, and in the role of one through the pooler.
    Source: Supabase's guide "Connect to your database".
    """
    try:
        parts = urlsplit(url)
        host, user = parts.hostname or "", unquote(parts.username or "")
    except ValueError:
        return None
    if direct := _DIRECT_HOST.fullmatch(host):
        return direct[1]
    pooled = _POOLER_USER.fullmatch(user) if _POOLER_HOST.fullmatch(host) else None
    return pooled[1] if pooled else None


def password(url: str) -> str | None:
    """Return the password in a database URL; None without one, and for one that is the role."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return unquote(parts.password) if parts.password and parts.password != parts.username else None
