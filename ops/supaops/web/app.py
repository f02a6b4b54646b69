"""The ASGI application: routes, the gate before them, errors as pages."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from supaops.errors import ConnectionFailed, QueryTimeout, SupaopsError
from supaops.web.access import signing_in
from supaops.web.headers import SecurityHeaders
from supaops.web.notices import kept
from supaops.web.pages import ENTRIES
from supaops.web.refusal import Refusal
from supaops.web.site import BASE, Site
from supaops.web.visit import Entry, Visit

_STATIC = Path(__file__).parent / "static"
_STATUS = ((Refusal, 403), (ConnectionFailed, 503), (QueryTimeout, 504))
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
    return Starlette(
        routes=[
            Mount(f"{BASE}/static", StaticFiles(directory=_STATIC)),
            *signing_in.routes(site),
            *entries,
        ],
        middleware=[Middleware(SecurityHeaders)],
        lifespan=lifespan,
    )


def _endpoint(site: Site, entry: Entry) -> _Endpoint:
    async def endpoint(request: Request) -> Response:
        user = site.gate.user(request)
        if user is None:
            return RedirectResponse(f"{BASE}/sign-in", 303)
        visit = Visit(
            site,
            request,
            user,
            uuid.uuid4().hex,
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
