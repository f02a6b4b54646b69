"""Let in who may come in, and take only forms that were made for them."""

from __future__ import annotations

import logging
import math
from base64 import b64decode
from typing import Protocol

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection
from starlette.responses import Response

from supaops.config.places import shorten
from supaops.web.access.accounts import Accounts
from supaops.web.access.attempts import Attempts
from supaops.web.access.forms import FIELD, Forms, Visitors, check_origin
from supaops.web.access.role import User, Way
from supaops.web.access.sessions import Sessions
from supaops.web.access.settings import AccessSettings
from supaops.web.access.supabase.cookie import access_token
from supaops.web.access.supabase.grant import PasswordGrant
from supaops.web.access.supabase.tokens import BadToken, Tokens
from supaops.web.refusal import Refusal, TooMany

__all__ = ["FIELD", "Gate"]

log = logging.getLogger("supaops.web.access")


class SignIn(Protocol):
    """A way to find out who gives a name and a password."""

    def user(self, name: str, password: str) -> User | None:
        """Return who it is; None for a wrong name or password."""
        ...


class Gate:
    """Tell who sends a request, and whether a form is theirs."""

    def __init__(self, settings: AccessSettings) -> None:
        self.settings = settings
        self.sessions = Sessions(settings)
        self.visitors = Visitors(settings)
        self.forms = Forms(settings)
        self._attempts = Attempts()
        self._tokens = Tokens(settings.project) if settings.project else None
        self._sign_in = _sign_in(settings, self._tokens)

    def user(self, request: HTTPConnection) -> User | None:
        """Return who sends a request; None for nobody who has signed in.

        Raises: Refusal for credentials in a header that are wrong, and for somebody without a role.
        """
        header = request.headers.get("authorization")
        if header is not None:
            return self._by_header(request, header)
        return self.sessions.user(request) or self._by_application(request)

    def sign_in(self, request: HTTPConnection, name: str, password: str) -> User | None:
        """Return who it is; None for a wrong name or password.

        Raises: Refusal 429 after too many wrong ones; as the way of signing in has them.
        """
        address = address_of(request)
        wait_s = self._attempts.begin(name, address)
        if wait_s:
            log.warning("sign-in not tried, too many failed", extra=_who(name, address))
            raise TooMany(math.ceil(wait_s))
        try:
            user = self._sign_in.user(name, password)
        except Refusal:
            self._attempts.untold(name, address)
            raise
        if user is None:
            log.warning("sign-in failed", extra=_who(name, address))
        else:
            self._attempts.succeeded(name, address)
        return user

    def enter(self, request: HTTPConnection, response: Response, user: User) -> None:
        """Begin a session of theirs."""
        log.info("signed in", extra=_who(user.name, address_of(request)))
        self.sessions.begin(request, response, user)

    def leave(self, request: HTTPConnection, response: Response) -> None:
        """End their session."""
        self.sessions.end(request, response)

    def form_token(self, user: User) -> str:
        """Return what a form of theirs must send back."""
        return self.forms.token(user.session)

    def check_form(self, request: HTTPConnection, user: User, form: FormData) -> None:
        """Take a form only from our own page, and only from the session it was made for.

        Who comes by a header sends no form of ours; where they come from is checked all the same,
        since a browser that knows a password sends it along by itself.

        Raises: Refusal.
        """
        check_origin(request)
        if user.way is not Way.HEADER:
            self.forms.check(form, user.session)

    def _by_header(self, request: HTTPConnection, header: str) -> User:
        scheme, _, given = header.partition(" ")
        if scheme.lower() == "bearer" and self._tokens:
            return self._by_token(given.strip())
        if scheme.lower() == "basic" and not self._tokens:
            return self._by_password(request, given.strip())
        raise Refusal(401, "this control room does not know such credentials", hint=_WAYS)

    def _by_token(self, token: str) -> User:
        assert self._tokens  # noqa: S101  for the type checker: the caller has looked
        try:
            return self._tokens.user(token, Way.HEADER)
        except BadToken as error:
            log.warning("token refused: %s", error)
            raise Refusal(401, "the token is not good here", hint="get a new one") from error

    def _by_password(self, request: HTTPConnection, given: str) -> User:
        name, password = _decoded(given)
        user = self.sign_in(request, name, password)
        if user is None:
            raise Refusal(401, "the name or the password is wrong", hint=_ASK)
        return User(user.name, user.role, f"basic {user.name}", Way.HEADER)

    def _by_application(self, request: HTTPConnection) -> User | None:
        """Return who has signed in to the application; a token that is too old is nobody's."""
        if self._tokens is None or self.settings.project is None:
            return None
        token = access_token(request.cookies, self.settings.project.url)
        try:
            return self._tokens.user(token, Way.APPLICATION) if token else None
        except BadToken:
            return None


_ASK = "try again, or ask whoever runs this control room"
_WAYS = "send Basic with dashboard.auth: basic, and Bearer with dashboard.auth: supabase"


def address_of(request: HTTPConnection) -> str:
    """Return where a request comes from: a proxy's word for it, where `--proxy` trusts it."""
    return request.client.host if request.client else ""


def _sign_in(settings: AccessSettings, tokens: Tokens | None) -> SignIn:
    if settings.project and tokens:
        return PasswordGrant(settings.project, tokens)
    return Accounts(settings.accounts)


def _decoded(given: str) -> tuple[str, str]:
    """Return the name and the password of RFC 7617."""
    try:
        name, _, password = b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        raise Refusal(401, "the credentials are not readable", hint=_WAYS) from None
    return name, password


def _who(name: str, address: str) -> dict[str, str]:
    return {"user": shorten(name), "address": address}
