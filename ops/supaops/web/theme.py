"""Light, dark, or as the system has it: kept in a cookie, so that the server writes it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from supaops.web.site import BASE

_COOKIE = "supaops_theme"
_THEMES = ("light", "dark", "system")
_YEAR_S = 365 * 24 * 3600


def routes() -> list[Route]:
    """Return where a theme is chosen; nobody needs to have signed in for it."""
    return [Route(f"{BASE}/theme", _choose, methods=["POST"])]


def theme(request: Request) -> str:
    """Return what was chosen; `system` for what is none."""
    chosen = request.cookies.get(_COOKIE, "")
    return chosen if chosen in _THEMES else "system"


def here(request: Request) -> str:
    """Return the page to come back to; the jobs where this one is no page that can be loaded."""
    if request.method != "GET":
        return BASE
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def _choose(request: Request) -> Response:
    form = await request.form()
    response = RedirectResponse(_own(str(form.get("back", ""))), 303)
    chosen = str(form.get("theme", ""))
    if chosen in _THEMES:
        response.set_cookie(
            _COOKIE,
            chosen,
            max_age=_YEAR_S,
            path=BASE,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
    return response


def _own(address: str) -> str:
    """Return an address when it is a page of ours, else the jobs: nobody is led elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return BASE
    inside = parts.path == BASE or parts.path.startswith(f"{BASE}/")
    ours = inside and not parts.scheme and not parts.netloc and ".." not in parts.path
    return address if ours and address.isprintable() and "\\" not in address else BASE
