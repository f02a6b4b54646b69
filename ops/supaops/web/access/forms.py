"""That a form was sent from a page of ours, and was made for whoever sends it."""

from __future__ import annotations

import secrets

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection
from starlette.responses import Response

from supaops.web.access.cookies import Cookie
from supaops.web.access.settings import AccessSettings
from supaops.web.access.signatures import Signatures
from supaops.web.refusal import Refusal

FIELD = "form_token"
"""The field of every form that proves where it came from."""

_FOREIGN = "this form did not come from a page of the control room"
_OPEN_HERE = "open the control room itself, and send the form from there"
_STALE = "this form is too old, or was made for another session"
_AGAIN = "go back, load the page again, and send the form once more"


class Forms:
    """Make the tokens of forms, and check what comes back."""

    def __init__(self, settings: AccessSettings) -> None:
        self._signatures = Signatures(settings.key, "form", settings.session)

    def token(self, session: str) -> str:
        """Return what a form made for a session must send back."""
        return self._signatures.signed(session)

    def check(self, form: FormData, session: str) -> None:
        """Take a form only from the session that it was made for.

        Raises: Refusal.
        """
        made_for = self._signatures.read(str(form.get(FIELD, "")))
        if not session or made_for != session:
            raise Refusal(403, _STALE, hint=_AGAIN)


class Visitors:
    """Give who has not signed in a number, so that the form for it is made for them as well.

    Else another site could sign somebody in as somebody else, and see what they do there.
    """

    def __init__(self, settings: AccessSettings) -> None:
        self._signatures = Signatures(settings.key, "visitor", settings.session)
        self._cookie = Cookie(f"supaops_visitor_{settings.environment}")

    def number(self, request: HTTPConnection) -> str:
        """Return the number of who sends a request; empty where it has none."""
        held = self._signatures.read(self._cookie.read(request))
        return held if isinstance(held, str) else ""

    def keep(self, request: HTTPConnection, response: Response, number: str) -> None:
        """Have the browser keep a number."""
        text = self._signatures.signed(number)
        self._cookie.put(request, response, text, self._signatures.age_s)

    def new(self) -> str:
        """Return a number that nobody has."""
        return f"visitor {secrets.token_urlsafe(16)}"


def check_origin(request: HTTPConnection) -> None:
    """Take what is posted only from our own pages.

    A browser sends ``Sec-Fetch-Site`` to https and to this machine, and ``Origin`` with every
    form. Neither can be set by a page. One that sends none of them is refused, a script as well.

    Raises: Refusal.
    """
    site = request.headers.get("sec-fetch-site")
    if site is None:
        is_ours = request.headers.get("origin", "").lower() == own_origin(request).lower()
    else:
        is_ours = site == "same-origin"
    if not is_ours:
        raise Refusal(403, _FOREIGN, hint=_OPEN_HERE)


def own_origin(request: HTTPConnection) -> str:
    """Return scheme, host and port as the browser has them."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
