"""``/api/jobs/run``, to post to and to ask, and ``GET /healthz``."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from supaops.errors import DatabaseError
from supaops.worker.http.credentials import Credentials
from supaops.worker.http.description import description
from supaops.worker.http.request import (
    MAX_BODY_BYTES,
    NotOurs,
    Origin,
    Wish,
    parse_dispatch,
    parse_origin,
    parse_wish,
)
from supaops.worker.http.signature import NotSigned, Signed, check_use, parse_signed
from supaops.worker.label import is_disabled, worker_label
from supaops.worker.linger import Linger
from supaops.worker.reporter import Reporter
from supaops.worker.runner import Runner, ShuttingDown
from supaops.worker.settings import Settings

DISPATCH_HEADER = "x-supaops-dispatch"
NONCE_HEADER = "x-supaops-nonce"

# How long a caller should wait before the next try.
_DISABLED_RETRY_S = 60
_UNAVAILABLE_RETRY_S = 5

# A call without anything is everyday noise: whoever finds the URL makes one, and so does verify.
_STRANGER = (logging.INFO, "a call was refused with 401: neither secret nor signature")
_WRONG = (logging.WARNING, "a call was refused with 401: the secret is wrong, and no signature")

log = logging.getLogger("supaops.worker")


class Endpoint:
    """Answer HTTP requests; everything else is the runner's.

    Args:
        credentials: whose callers' secrets are good; by default the settings' own alone.
        reporter: is told of each post that comes, and whether it was served.
        environ: read at each request, so that a test or a supervisor may change it.
    """

    def __init__(
        self,
        settings: Settings,
        runner: Runner,
        *,
        credentials: Credentials | None = None,
        reporter: Reporter | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings = settings
        self._runner = runner
        self._environ = environ
        self._linger = Linger(runner, settle=settings.answer_within, stopped=lambda: self._disabled)
        self._reporter = reporter or Reporter()
        self._credentials = credentials or Credentials(settings)

    async def jobs(self, request: Request) -> JSONResponse:
        """Check the caller, then run jobs for a post, or tell what this worker is.

        That comes first: without the secret nobody learns anything, not even that a body is bad.

        Raises: HTTPException.
        """
        body = await self._admit(request)
        return await self._run(request, body) if request.method == "POST" else self._describe()

    async def _admit(self, request: Request) -> bytes | None:
        """Let a call in by its secret, or else by its signature, for which the body is read.

        Returns: the body, where it was read.
        Raises:  HTTPException 401, one and the same; the reason goes to the log.
        """
        given = _raw_header(request, self._settings.header)
        if await self._credentials.accept(given):
            return None
        try:
            call = parse_signed(request.headers.raw)
            if call is not None:
                return await self._signed(request, call)
            log.log(*(_WRONG if given else _STRANGER))
        except NotSigned as error:
            log.warning("a call was refused with 401: %s", error.message)
        raise HTTPException(401, "unauthorized")

    async def _signed(self, request: Request, call: Signed) -> bytes:
        """Return the body of a call, once its signature is found to be good for it.

        Raises: NotSigned.
        """
        check_use(
            call,
            asks=request.method != "POST",
            dispatch=request.headers.get(DISPATCH_HEADER),
            nonce=request.headers.get(NONCE_HEADER),
        )
        try:
            body = await _read(request)
        except HTTPException as error:
            raise NotSigned(error.detail) from None
        await self._credentials.accept_signed(call, body)
        return body

    async def _run(self, request: Request, body: bytes | None) -> JSONResponse:
        """Claim and run jobs, answer with the counts.

        Where the post comes from is asked last, and before anything is claimed: asking uses it up.

        Raises: HTTPException.
        """
        sent = request.headers.get(DISPATCH_HEADER)
        dispatch = parse_dispatch(sent)
        if self._disabled:
            self._reporter.posted(dispatch, served=False)
            return unavailable("job processing is disabled", retry_after=_DISABLED_RETRY_S)
        wish = parse_wish(
            await _read(request) if body is None else body,
            request.headers.get("content-type"),
            default=self._settings.batch_limit,
            maximum=self._settings.batch_limit,
        )
        origin = parse_origin(sent, request.headers.get(NONCE_HEADER))
        try:
            answer = await self._serve(wish, dispatch, origin)
        except (ShuttingDown, asyncio.CancelledError):  # cut off by the server at its stop
            return unavailable("the worker is shutting down", retry_after=_UNAVAILABLE_RETRY_S)
        except DatabaseError as error:
            log.warning("dispatch %s: %s", dispatch or "-", error)
            self._reporter.posted(dispatch, served=False)
            return unavailable("the database is unavailable", retry_after=_UNAVAILABLE_RETRY_S)
        if not wish.linger:  # else a new job sent it, not a tick
            self._reporter.posted(dispatch, served=True)
        return answer

    def _describe(self) -> JSONResponse:
        """Tell what this worker is and can do, also while it is disabled; claims nothing."""
        return JSONResponse(
            description(
                self._runner.task_types,
                disabled=self._disabled,
                running=self._runner.running,
                batch_limit=self._settings.batch_limit,
                sentry=self._reporter.describe(),
            )
        )

    async def health(self, _request: Request) -> JSONResponse:
        """Say that the process lives; asks neither for a secret nor the database."""
        status = "disabled" if self._disabled else "ok"
        return JSONResponse({"status": status, "running": self._runner.running})

    @property
    def _disabled(self) -> bool:
        return is_disabled(self._environ)

    async def _serve(self, wish: Wish, dispatch: str | None, origin: Origin | None) -> JSONResponse:
        """Confirm where the post comes from, then claim and run.

        Raises: NotOurs, ShuttingDown, DatabaseError.
        """
        started = time.monotonic()
        if origin is not None:
            await self._confirm(origin)
        if not wish.linger:
            return await self._answer(wish.limit, dispatch, started)
        with self._linger.during(wish.linger, limit=wish.limit, worker=worker_label(dispatch)):
            return await self._answer(wish.limit, dispatch, started)

    async def _confirm(self, origin: Origin) -> None:
        within = self._settings.answer_within
        if not await self._runner.confirm(origin.dispatch, origin.nonce, within=within):
            log.warning("dispatch %d: refused, another database has sent it", origin.dispatch)
            raise NotOurs

    async def _answer(self, limit: int, dispatch: str | None, started: float) -> JSONResponse:
        left = self._settings.answer_within - timedelta(seconds=time.monotonic() - started)
        tally = await self._runner.run(limit, worker=worker_label(dispatch), within=left)
        duration_ms = round(1000 * (time.monotonic() - started))
        return JSONResponse({**tally.counts(), "duration_ms": duration_ms})


def unavailable(reason: str, *, retry_after: int) -> JSONResponse:
    """Return a 503 that says when to come again, in seconds."""
    return JSONResponse({"error": reason}, 503, headers={"Retry-After": str(retry_after)})


def _raw_header(request: Request, name: str) -> bytes | None:
    """Return a header's bytes as they were sent: a secret may hold more than ASCII."""
    wanted = name.lower().encode("latin-1")
    return next((value for key, value in request.headers.raw if key.lower() == wanted), None)


async def _read(request: Request) -> bytes:
    """Read the body, and stop where it gets too long.

    Raises: HTTPException 413; 400 when the caller hung up, for the log alone.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise HTTPException(413, f"the body is longer than {MAX_BODY_BYTES} bytes")
    except ClientDisconnect:
        raise HTTPException(400, "the body broke off") from None
    return bytes(body)
