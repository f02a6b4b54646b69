"""Pages for who is not let in, or asks for what is not there; they show nothing of the queue."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supaops.web.notices import keep, kept
from supaops.web.refusal import Refusal, TooMany
from supaops.web.rendering import rendered
from supaops.web.site import Site
from supaops.web.theme import here, theme

_DEFECT = Refusal(
    500,
    "this is a defect of supaops",
    hint="look for the request in the log of supaops dashboard, and report what stands there",
)
_TEXTS = {
    404: ("there is no such page", "the address may have been cut, or be of a newer version"),
    405: ("this address is none to be opened like that", "go back, and use the page's own button"),
    413: ("what was sent is too long", "send less at once"),
}
log = logging.getLogger("supaops.web")


def page(
    site: Site, request: Request, template: str, *, status: int = 200, **values: Any
) -> Response:
    """Return a page made of ``templates/html/<template>`` that knows of no user."""
    notice = kept(request, site)
    common = {
        "config": site.config,
        "theme": theme(request),
        "back": here(request),
        "user": None,
        "notice": notice,
        "request_id": request.state.request_id,
    }
    text = rendered(template, common | values)
    response = Response(text, status, media_type="text/html")
    if notice:
        keep(response, None, site)
    return response


def refused(site: Site, request: Request, refusal: Refusal) -> Response:
    """Return the page that says why somebody is not let in."""
    response = page(site, request, "refused.html.j2", status=refusal.status, error=refusal)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.wait_s)
    return response


def not_served(site: Site, request: Request, error: HTTPException) -> Response:
    """Return the page for what there is not, with the headers that the error brings."""
    response = refused(site, request, refusal_of(error))
    response.headers.update(error.headers or {})
    return response


def refusal_of(error: HTTPException) -> Refusal:
    """Return what to say of a request that no page takes."""
    message, hint = _TEXTS.get(error.status_code, (_plain(error.detail), None))
    return Refusal(error.status_code, message, hint=hint)


def _plain(text: str) -> str:
    return text[:1].lower() + text[1:]


class Defects:
    """Answer a defect with a page that shows nothing of it; the log has where it happened.

    Not its message: what failed where nobody expected it may quote a payload or a secret.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            _tell(scope, error)
            if not begun:
                answer = refused(self._site, Request(scope), _DEFECT)
                await answer(scope, receive, send)


def _tell(scope: Scope, error: Exception) -> None:
    frames = "".join(traceback.format_tb(error.__traceback__))
    fields = {"request_id": scope["state"]["request_id"]}
    log.error("a defect of supaops: %s\n%s", type(error).__name__, frames, extra=fields)
