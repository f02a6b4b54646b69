"""Sessions that are wholly in a signed cookie, and end before their time when they should."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from starlette.requests import HTTPConnection
from starlette.responses import Response

from supaops.web.access.cookies import Cookie
from supaops.web.access.role import Role, User, role_named
from supaops.web.access.settings import AccessSettings
from supaops.web.access.signatures import Signatures

_MOST_ENDED = 10_000


class Sessions:
    """Begin, read and end sessions.

    A session stands on the key, and on the account's password and role, or on the project: a
    change of one of them ends it. One that was signed out is remembered by this process alone.
    """

    def __init__(
        self, settings: AccessSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._signatures = Signatures(settings.key, "session", settings.session)
        self._cookie = Cookie(f"supaops_session_{settings.environment}")
        self._clock = clock
        self._ended: dict[str, float] = {}

    def user(self, request: HTTPConnection) -> User | None:
        """Return whose session a request belongs to; None for none, or one that has ended."""
        held = self._signatures.read(self._cookie.read(request))
        if not isinstance(held, dict):
            return None
        user = _user(held)
        if user is None or user.session in self._ended:
            return None
        bond = self._settings.bond(user.name, user.role)
        return user if bond and secrets.compare_digest(bond, str(held.get("bond"))) else None

    def begin(self, request: HTTPConnection, response: Response, user: User) -> None:
        """Begin a session of theirs; it has a number of its own, so none can be prepared."""
        held = {
            "name": user.name,
            "role": user.role.label,
            "session": secrets.token_urlsafe(16),
            "bond": self._settings.bond(user.name, user.role),
        }
        text = self._signatures.signed(held)
        self._cookie.put(request, response, text, self._signatures.age_s)

    def end(self, request: HTTPConnection, response: Response) -> None:
        """End the session of a request; a copy of its cookie is worth nothing from now on."""
        if user := self.user(request):
            self._forget()
            self._ended[user.session] = self._clock() + self._signatures.age_s
        self._cookie.drop(request, response)

    def _forget(self) -> None:
        now = self._clock()
        while self._ended and (
            len(self._ended) >= _MOST_ENDED or self._ended[next(iter(self._ended))] < now
        ):
            del self._ended[next(iter(self._ended))]


def _user(held: dict[str, object]) -> User | None:
    role: Role | None = role_named(held.get("role"))
    name, session = held.get("name"), held.get("session")
    if role is None or not isinstance(name, str) or not isinstance(session, str):
        return None
    return User(name, role, session)
