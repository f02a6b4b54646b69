"""The ASGI application: routes, the gate before them, errors as pages."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from supaops.errors import SupaopsError
from supaops.web import live, theme
from supaops.web.access import signing_in
from supaops.web.assets import Assets
from supaops.web.failing import DEFECT, Failure, failure, missing
from supaops.web.headers import SecurityHeaders
from supaops.web.notices import kept
from supaops.web.pages import ENTRIES
from supaops.web.refusal import Refusal
from supaops.web.site import BASE, Site
from supaops.web.visit import Entry, Visit

_Endpoint = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("supaops.web")


def create_app(site: Site, *, look_every_s: float = live.LOOK_EVERY_S) -> Starlette:
    """Return the control room of a site; its database is opened and closed with it.

    Its `state.live` is to be stopped before a server waits for what is still open.

    Args:    look_every_s: how often the database is asked whether something has changed.
    """
    watching = live.live_of(site, every_s=look_every_s)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with site.database:
            yield

    entries = [
        Route(BASE + each.path, _endpoint(site, each), methods=[each.method]) for each in ENTRIES
    ]
    app = Starlette(
        routes=[
            Mount(f"{BASE}/static", Assets()),
            *signing_in.routes(site),
            *theme.routes(),
            *live.routes(site, watching),
            *entries,
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: partial(_missing, site)},
        lifespan=lifespan,
    )
    app.state.live = watching
    return app


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
            seen=request.app.state.live.version,
        )
        return await run_in_threadpool(partial(_answer, visit, entry))

    return endpoint


def _answer(visit: Visit, entry: Entry) -> Response:
    try:
        _check(visit, entry)
        return entry.handler(visit)
    except SupaopsError as error:
        return _failed(visit, failure(error))
    except Exception:
        log.exception("a defect of supaops, request %s", visit.request_id)
        return _failed(visit, DEFECT)


def _check(visit: Visit, entry: Entry) -> None:
    if not visit.user.may(entry.role):
        raise Refusal(
            403,
            f"a {visit.user.role.label} may not do this",
            hint=f"ask for the role {entry.role.label}",
        )
    if entry.method == "POST":
        visit.site.gate.check_form(visit.request, visit.user, visit.form)


def _failed(visit: Visit, told: Failure) -> Response:
    return visit.page("error.html.j2", status=told.status, told=told)


async def _missing(site: Site, request: Request, error: Exception) -> Response:
    """Say that an address leads nowhere, in the frame that its reader has."""
    told = missing(error.status_code if isinstance(error, HTTPException) else 500)
    if request.url.path.startswith(f"{BASE}/static/"):
        return Response(status_code=told.status)
    user = site.gate.user(request)
    if user is None:
        return RedirectResponse(f"{BASE}/sign-in", 303)
    return _failed(Visit(site, request, user, uuid.uuid4().hex), told)
