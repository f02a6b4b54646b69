"""The page where one signs in, and the way out."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from supaops.web import outside
from supaops.web.access.forms import check_origin
from supaops.web.access.role import Way
from supaops.web.notices import Notice, keep
from supaops.web.refusal import Refusal, TooMany
from supaops.web.site import BASE, Site

_WRONG = "The name or the password is wrong."
_AGAIN = "Try again, or ask whoever runs this control room."
_ENDED = "You were not signed in any more, so nothing was done."
_ELSEWHERE = Notice("You have come by way of your application: sign out there.", "refused")
_LONGEST_NEXT = 2_000


def routes(site: Site) -> list[Route]:
    """Return the ways in and out."""
    return [
        Route(f"{BASE}/sign-in", partial(_form, site), methods=["GET"]),
        Route(f"{BASE}/sign-in", partial(_enter, site), methods=["POST"]),
        Route(f"{BASE}/sign-out", partial(_leave, site), methods=["POST"]),
    ]


def first(site: Site, request: Request) -> Response:
    """Return the way to the form, which leads on to the page that was asked for."""
    if request.method not in {"GET", "HEAD"}:
        response = RedirectResponse(f"{BASE}/sign-in", 303)
        keep(response, Notice(_ENDED, "refused"), site)
        return response
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = request.url.path.removeprefix(BASE) + query
    then = f"?{urlencode({'next': wanted})}" if wanted else ""
    return RedirectResponse(f"{BASE}/sign-in{then}", 303)


async def _form(site: Site, request: Request) -> Response:
    return _page(site, request, then=request.query_params.get("next", ""))


async def _enter(site: Site, request: Request) -> Response:
    form = await request.form()
    name, then = str(form.get("name", "")), str(form.get("next", ""))
    again = partial(_page, site, request, name=name, then=then)
    try:
        _check(site, request, form)
        password = str(form.get("password", ""))
        user = await run_in_threadpool(site.gate.sign_in, request, name, password)
    except Refusal as refusal:
        return again(refusal=refusal)
    if user is None:
        return again(refusal=Refusal(401, _WRONG, hint=_AGAIN))
    response = RedirectResponse(BASE + _own(then), 303)
    site.gate.enter(request, response, user)
    return response


async def _leave(site: Site, request: Request) -> Response:
    user = await run_in_threadpool(site.gate.user, request)
    if user is None:
        return RedirectResponse(f"{BASE}/sign-in", 303)
    site.gate.check_form(request, user, await request.form())
    if user.way is Way.APPLICATION:
        response = RedirectResponse(BASE, 303)
        keep(response, _ELSEWHERE, site)
        return response
    response = RedirectResponse(f"{BASE}/sign-in", 303)
    site.gate.leave(request, response)
    return response


def _check(site: Site, request: Request, form: FormData) -> None:
    """Take the form only from our own page, and only from the browser that it was made for.

    Raises: Refusal.
    """
    check_origin(request)
    site.gate.forms.check(form, site.gate.visitors.number(request))


def _page(
    site: Site, request: Request, *, name: str = "", then: str = "", refusal: Refusal | None = None
) -> Response:
    gate = site.gate
    number = gate.visitors.number(request) or gate.visitors.new()
    response = outside.page(
        site,
        request,
        "sign_in.html.j2",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        by_email=gate.settings.project is not None,
        name=name,
        then=_own(then),
        form_token=gate.forms.token(number),
    )
    gate.visitors.keep(request, response, number)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.wait_s)
    return response


def _own(path: str) -> str:
    """Return what follows the control room's own path; nothing for what would lead out of it."""
    starts = path.startswith(("/", "?")) and not path.startswith("//")
    plain = path.isprintable() and "\\" not in path and ".." not in path
    return path if starts and plain and len(path) <= _LONGEST_NEXT else ""
