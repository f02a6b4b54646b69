"""The ASGI application: routes, JSON errors, and the life of the pools and the runner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Lifespan

from supaops.errors import DatabaseError
from supaops.worker.builtin import with_builtin
from supaops.worker.execution import Executor
from supaops.worker.executors.engines import Engines
from supaops.worker.handlers import Handlers
from supaops.worker.http.access_log import AccessLog
from supaops.worker.http.credentials import Credentials
from supaops.worker.http.endpoint import Endpoint
from supaops.worker.http.request import NotOurs
from supaops.worker.registration import Registration
from supaops.worker.reporter import Ended, Reporter
from supaops.worker.runner import Runner
from supaops.worker.settings import Settings
from supaops.worker.telemetry.observer import SILENT, Observer
from supaops.worker.transport import Transport

# With 10 s for open requests before it and 3 s to clean up and give back after it, a stop ends
# within the 30 s that an orchestrator usually allows. What is reported last goes out meanwhile.
GRACE = timedelta(seconds=15)
log = logging.getLogger("supaops.worker")


def create_app(
    settings: Settings,
    transport: Transport,
    handlers: Handlers,
    *,
    grace: timedelta = GRACE,
    reporter: Reporter | None = None,
    observer: Observer = SILENT,
    engines: Engines | None = None,
) -> Starlette:
    """Return the worker's application.

    Args:
        transport: the way to the queue; opened and closed with the application.
        handlers: supaops' own are added to them.
        grace: what running jobs get at shutdown before they are given back.
        reporter: who is told how the worker fares; by default nobody.
        observer: who is told of each job and request; by default nobody.
        engines: what runs handlers in other processes; closed with the application.
    Raises: SupaopsError when `handlers` has one for a task type of supaops' own.
    """
    reporter = reporter or Reporter()
    executor = Executor(
        with_builtin(handlers), transport.connection, observer=observer, engines=engines
    )
    runner = Runner(
        transport.queue,
        executor,
        concurrency=settings.batch_limit,
        lease=settings.lease,
        on_deadline=settings.on_deadline,
        reporter=reporter,
        observer=observer,
    )

    registration = Registration(
        transport.queue, "serve", runner.task_types, concurrency=settings.batch_limit
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        observer.started()
        async with transport:
            async with _beside(transport, registration, reporter):
                observer.ready()
                yield
                observer.stopping()
                await runner.close(grace=grace)
                await executor.aclose()
            closing = asyncio.create_task(reporter.close())
        await closing

    credentials = Credentials(settings, partial(transport.known_values, settings.secret_name))
    endpoint = Endpoint(settings, runner, credentials=credentials, reporter=reporter)
    return application(endpoint, lifespan, observer)


@asynccontextmanager
async def _beside(
    transport: Transport, registration: Registration, reporter: Reporter
) -> AsyncIterator[None]:
    """Register, and follow what ends elsewhere, while the block runs."""
    if await _has_database(transport):
        await registration.register()  # before a post could want a second connection
    watching = asyncio.create_task(_watch(reporter, transport.ended))
    registering = asyncio.create_task(registration.keep())
    yield
    watching.cancel()
    registering.cancel()
    await registration.forget()


async def _watch(reporter: Reporter, ended: Ended | None) -> None:
    if ended is not None:
        await reporter.watch(ended)


def application(
    endpoint: Endpoint,
    lifespan: Lifespan[Starlette] | None = None,
    observer: Observer = SILENT,
) -> Starlette:
    """Return the routes of an endpoint, errors as JSON, one log line per request."""
    app = Starlette(
        routes=[
            Route("/api/jobs/run", endpoint.jobs, methods=["POST", "GET"]),
            Route("/healthz", endpoint.health, methods=["GET"]),
        ],
        middleware=[Middleware(AccessLog, observer)],
        exception_handlers={HTTPException: _error, Exception: _error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would send the caller to whatever Host it named
    return app


async def _has_database(transport: Transport) -> bool:
    """Tell at the start what would else show at the first request; the server may come later."""
    try:
        await transport.probe()
        log.info("connected to the database")
    except DatabaseError as error:
        log.warning("%s; the worker answers 503 until it is there", error)
        return False
    return True


async def _error(_request: Request, error: Exception) -> JSONResponse:
    """Return a refusal's reason; of a defect nothing but that it is one."""
    if isinstance(error, HTTPException):
        body = {"error": error.detail}
        if isinstance(error, NotOurs):  # what its database knows our refusal from a proxy's by
            body["refused_by"] = "clone_guard"
        return JSONResponse(body, error.status_code, headers=error.headers)
    return JSONResponse({"error": "internal error"}, 500)
