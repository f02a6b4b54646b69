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
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from supaops.errors import ConnectionFailed, QueryTimeout, SupaopsError
from supaops.web.access import signing_in
from supaops.web.access_log import AccessLog
from supaops.web.assets import FOLDER
from supaops.web.body_limit import BodyLimit
from supaops.web.headers import SecurityHeaders
from supaops.web.notices import kept
from supaops.web.outside import Defects, not_served, refused
from supaops.web.pages import ENTRIES
from supaops.web.refusal import Refusal
from supaops.web.site import BASE, Site
from supaops.web.visit import Entry, Visit

_STATUS = ((ConnectionFailed, 503), (QueryTimeout, 504))
_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(site: Site) -> Starlette:
    """Return the control room of a site, whose database and rounds end with it."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with site.database, site.rounds:
            yield

    entries = [
        Route(BASE + each.path, _endpoint(site, each), methods=[each.method]) for each in ENTRIES
    ]
    app = Starlette(
        routes=[
            Mount(f"{BASE}/static", StaticFiles(directory=FOLDER)),
            *signing_in.routes(site),
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
        return visit.page("error.html.j2", status=_status(error), error=error)


def _status(error: SupaopsError) -> int:
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 409)


def _not_served(site: Site) -> Callable[[Request, Exception], Response]:
    return lambda request, error: not_served(site, request, cast(HTTPException, error))


def _refused(site: Site) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        told = cast(SupaopsError, error)
        refusal = (
            told
            if isinstance(told, Refusal)
            else Refusal(_status(told), told.message, hint=told.hint)
        )
        return refused(site, request, refusal)

    return answer
