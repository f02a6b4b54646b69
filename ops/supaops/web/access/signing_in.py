"""The page where one signs in, and the way out."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from supaops.web.rendering import rendered
from supaops.web.site import BASE, Site

_WRONG = "The name or the password is wrong."


def routes(site: Site) -> list[Route]:
    """Return the ways in and out."""
    return [
        Route(f"{BASE}/sign-in", partial(_form, site), methods=["GET"]),
        Route(f"{BASE}/sign-in", partial(_enter, site), methods=["POST"]),
        Route(f"{BASE}/sign-out", partial(_leave, site), methods=["POST"]),
    ]


async def _form(site: Site, request: Request) -> Response:
    return _page(site, request)


async def _enter(site: Site, request: Request) -> Response:
    form = await request.form()
    user = site.access.user(str(form.get("name", "")), str(form.get("password", "")))
    if user is None:
        return _page(site, request, status=401, wrong=_WRONG)
    response = RedirectResponse(BASE, 303)
    site.gate.enter(response, user, secure=request.url.scheme == "https")
    return response


async def _leave(site: Site, _request: Request) -> Response:
    response = RedirectResponse(f"{BASE}/sign-in", 303)
    site.gate.leave(response)
    return response


def _page(site: Site, request: Request, *, status: int = 200, wrong: str = "") -> Response:
    theme = request.cookies.get("supaops_theme", "system")
    values = {"config": site.config, "theme": theme, "wrong": wrong, "user": None, "notice": None}
    return Response(rendered("sign_in.html.j2", values), status, media_type="text/html")
