"""Sign in with email and password: Supabase Auth's own answer decides."""

from __future__ import annotations

import logging
from typing import Any

import httpx

from supaops.web.access.role import User, Way
from supaops.web.access.settings import SupabaseProject
from supaops.web.access.supabase.tokens import BadToken, Tokens
from supaops.web.refusal import Refusal

_PATIENCE_S = 10.0
_WAIT_S = 60
log = logging.getLogger("supaops.web.access")


class PasswordGrant:
    """Ask Supabase Auth for a token, and keep nothing of it but whom it names.

    Source: https://github.com/supabase/auth, internal/api/token.go and errors.go
    """

    def __init__(self, project: SupabaseProject, tokens: Tokens) -> None:
        self._project = project
        self._tokens = tokens

    def user(self, name: str, password: str) -> User | None:
        """Return who it is; None for a wrong address or password.

        Raises: Refusal for somebody without a role or with a second factor, and where Supabase
            Auth does not answer as it should.
        """
        answer = self._ask(name, password)
        told = _json(answer)
        if answer.status_code == httpx.codes.OK:
            return self._named(told)
        if answer.status_code in {400, 422} and _code(told) != "validation_failed":
            # To the log alone: whoever guesses must not learn why.
            log.info("Supabase Auth refused a sign-in: %s", _code(told))
            return None
        raise self._trouble(answer.status_code, _code(told))

    def _ask(self, name: str, password: str) -> httpx.Response:
        try:
            return httpx.post(
                f"{self._project.auth_url}/token",
                params={"grant_type": "password"},
                headers={"apikey": self._project.anon_key.get_secret_value()},
                json={"email": name, "password": password},
                timeout=_PATIENCE_S,
            )
        except httpx.HTTPError as error:
            log.warning("Supabase Auth does not answer: %s", type(error).__name__)
            raise Refusal(
                503, "Supabase Auth does not answer", hint="try again in a minute"
            ) from error

    def _named(self, told: dict[str, Any]) -> User:
        if _has_second_factor(told):
            raise Refusal(
                403,
                "this account has a second factor, which this form cannot ask for",
                hint="sign in to the application, and come from there",
            )
        try:
            return self._tokens.user(str(told.get("access_token", "")), Way.SESSION)
        except BadToken as error:
            log.warning("Supabase Auth's own token is not good here: %s", error)
            raise Refusal(
                502,
                "the token that Supabase Auth has given is not good here",
                hint="compare dashboard.supabase.url, and jwt_secret where it is declared, "
                "with the project's",
            ) from error

    def _trouble(self, status: int, code: str) -> Refusal:
        log.warning("Supabase Auth answered %d %s", status, code)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return Refusal(429, "Supabase Auth asks to wait", hint=f"try again in {_WAIT_S} s")
        if status == httpx.codes.UNAUTHORIZED:
            return Refusal(
                502,
                "the Supabase project refuses the key of this control room",
                hint="compare dashboard.supabase.anon_key with the project's",
            )
        return Refusal(502, f"Supabase Auth answered {status}", hint="look into the project's logs")


def _has_second_factor(told: dict[str, Any]) -> bool:
    user = told.get("user")
    factors = user.get("factors") if isinstance(user, dict) else None
    return any(each.get("status") == "verified" for each in factors or ())


def _code(told: dict[str, Any]) -> str:
    """Return the code of an error, in its old or its new form, as plain text."""
    code = str(told.get("error_code") or told.get("code") or told.get("error") or "")
    return code if code.replace("_", "").isalnum() else ""


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
