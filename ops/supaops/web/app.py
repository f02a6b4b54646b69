"""The ASGI application: routes, the gate before them, errors as pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from supaops.errors import SupaopsError
from supaops.web import live, theme
from supaops.web.access import signing_in
from supaops.web.access.role import User
from supaops.web.access_log import AccessLog
from supaops.web.assets import FOLDER
from supaops.web.body_limit import BodyLimit
from supaops.web.error_page import Failure, failure
from supaops.web.headers import SecurityHeaders
from supaops.web.notices import kept
from supaops.web.outside import Defects, not_served, refusal_of, refused
from supaops.web.pages import ENTRIES
from supaops.web.refusal import Refusal
from supaops.web.site import BASE, Site
from supaops.web.visit import Entry, Visit

_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(site: Site, *, look_every_s: float = live.LOOK_EVERY_S) -> Starlette:
    """Return the control room of a site, whose database and rounds end with it.

    Its `state.live` is to be stopped before a server waits for what is still open.

    Args:    look_every_s: how often the database is asked whether something has changed.
    """
    watching = live.live_of(site, every_s=look_every_s)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with site.database, site.rounds:
            yield

    entries = [
        Route(BASE + each.path, _endpoint(site, each), methods=[each.method]) for each in ENTRIES
    ]
    app = Starlette(
        routes=[
            Mount(f"{BASE}/static", GZipMiddleware(StaticFiles(directory=FOLDER))),
            *signing_in.routes(site),
            *theme.routes(),
            *live.routes(site, watching),
            *entries,
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders),
            Middleware(Defects, site),
            Middleware(BodyLimit),
        ],
        exception_handlers={HTTPException: _not_served(site), SupaopsError: _refused(site)},
        lifespan=lifespan,
    )
    app.state.live = watching
    app.router.redirect_slashes = False  # it would send the caller to whatever Host it named
    return app


def _endpoint(site: Site, entry: Entry) -> _Endpoint:
    async def endpoint(request: Request) -> Response:
        user = await run_in_threadpool(site.gate.user, request)
        if user is None:
            return signing_in.first(site, request)
        request.state.user = user.name
        visit = Visit(
            site,
            request,
            user,
            request.state.request_id,
            form=await request.form(),
            notice=kept(request, site),
            seen=request.app.state.live.version,
        )
        return await run_in_threadpool(partial(_answer, visit, entry))

    return endpoint


def _answer(visit: Visit, entry: Entry) -> Response:
    try:
        if not visit.user.may(entry.role):
            raise Refusal(
                403,
                f"a {visit.user.role.label} may not do this",
                hint=f"ask for the role {entry.role.label}",
            )
        if entry.method == "POST":
            visit.site.gate.check_form(visit.request, visit.user, visit.form)
        return entry.handler(visit)
    except SupaopsError as error:
        return _failed(visit, failure(error))


def _failed(visit: Visit, told: Failure) -> Response:
    return visit.page("error.html.j2", status=told.status, told=told)


def _not_served(site: Site) -> Callable[[Request, Exception], Response]:
    """Say that an address leads nowhere, in the frame that its reader has."""

    def answer(request: Request, error: Exception) -> Response:
        told = cast(HTTPException, error)
        user = _known(site, request)
        if user is None:
            return not_served(site, request, told)
        visit = Visit(site, request, user, request.state.request_id)
        response = _failed(visit, failure(refusal_of(told)))
        response.headers.update(told.headers or {})
        return response

    return answer


def _known(site: Site, request: Request) -> User | None:
    """Return who asks for a page that there is not; None for anybody who is not let in."""
    try:
        return site.gate.user(request)
    except Refusal:
        return None


def _refused(site: Site) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        told = cast(SupaopsError, error)
        refusal = (
            told
            if isinstance(told, Refusal)
            else Refusal(failure(told).status, told.message, hint=told.hint)
        )
        return refused(site, request, refusal)

    return answer
