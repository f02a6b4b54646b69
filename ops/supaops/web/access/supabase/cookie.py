"""The cookie in which an application keeps a session of Supabase Auth. Pure.

Source: https://github.com/supabase/ssr, src/cookies.ts and src/utils/chunker.ts; the name is that
of https://github.com/supabase/supabase-js, src/SupabaseClient.ts.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from itertools import count
from urllib.parse import unquote, urlsplit

_BASE64 = "base64-"
_MOST_CHUNKS = 20


def cookie_name(project_url: str) -> str:
    """Return the name of the cookie: that of the project's host up to the first dot."""
    host = urlsplit(project_url).hostname or ""
    return f"sb-{host.partition('.')[0]}-auth-token"


def access_token(cookies: Mapping[str, str], project_url: str) -> str | None:
    """Return the access token that the cookies hold; None where they hold none."""
    name = cookie_name(project_url)
    text = cookies.get(name) or "".join(_chunks(cookies, name))
    session = _session(unquote(text)) if text else None
    token = session.get("access_token") if isinstance(session, dict) else None
    return token if isinstance(token, str) else None


def _chunks(cookies: Mapping[str, str], name: str) -> list[str]:
    found: list[str] = []
    for number in count():
        chunk = cookies.get(f"{name}.{number}")
        if not chunk or number >= _MOST_CHUNKS:
            return found
        found.append(chunk)
    return found


def _session(text: str) -> object:
    """Return what the text stands for; None for chunks that do not fit together."""
    try:
        if text.startswith(_BASE64):
            coded = text.removeprefix(_BASE64)
            text = urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found
