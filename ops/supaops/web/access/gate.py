"""Let in who has signed in, and take only forms that were made for them."""

from __future__ import annotations

import secrets
from typing import Protocol

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection
from starlette.responses import Response

from supaops.web.access.role import Role, User
from supaops.web.access.settings import AccessSettings
from supaops.web.refusal import Refusal

COOKIE = "supaops_session"
FIELD = "form_token"
"""The field of every form that proves where it came from."""


class Gate:
    """Tell who sends a request, and whether a form is theirs."""

    def __init__(self, settings: AccessSettings) -> None:
        self.settings = settings
        key = settings.key.get_secret_value()
        self._sessions = URLSafeTimedSerializer(key, salt="session")
        self._forms = URLSafeTimedSerializer(key, salt="form")

    def user(self, request: HTTPConnection) -> User | None:
        """Return who sends a request; None for nobody who has signed in."""
        held = self._loaded(self._sessions, request.cookies.get(COOKIE, ""))
        if not isinstance(held, dict):
            return None
        return User(held["name"], Role(held["role"]), held["session"])

    def enter(self, response: Response, user: User, *, secure: bool) -> None:
        """Begin a session of theirs."""
        held = {"name": user.name, "role": int(user.role), "session": secrets.token_urlsafe(16)}
        response.set_cookie(
            COOKIE,
            self._sessions.dumps(held),
            max_age=self._age_s,
            httponly=True,
            samesite="lax",
            secure=secure,
        )

    def leave(self, response: Response) -> None:
        """End their session."""
        response.delete_cookie(COOKIE)

    def form_token(self, user: User) -> str:
        """Return what a form of theirs must send back."""
        return self._forms.dumps(user.session)

    def check_form(self, request: HTTPConnection, user: User, form: FormData) -> None:
        """Take a form only from our own page, and only from the session it was made for.

        Raises: Refusal.
        """
        if request.headers.get("sec-fetch-site") != "same-origin":
            raise Refusal(403, "this form did not come from a page of the control room")
        if self._loaded(self._forms, str(form.get(FIELD, ""))) != user.session:
            raise Refusal(403, "this form is too old, or of another session", hint="load it again")

    @property
    def _age_s(self) -> int:
        return int(self.settings.session.total_seconds())

    def _loaded(self, serializer: URLSafeTimedSerializer, text: str) -> object:
        try:
            return serializer.loads(text, max_age=self._age_s)
        except BadSignature:
            return None


class SignIn(Protocol):
    """A way to find out who somebody is."""

    def user(self, name: str, password: str) -> User | None:
        """Return who it is; None for a wrong name or password."""
        ...
