"""One look at the database every two seconds for all who watch, and none while nobody does."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from supaops.db.pages.stamp import read_stamp
from supaops.errors import SupaopsError
from supaops.web.site import BASE, Site

LOOK_EVERY_S = 2.0
MOST_VIEWERS = 200
"""Streams at once; a page without one looks for itself every 15 s."""
LASTS_S = 60.0
_RETRY_MS = 1_000
_NO_ANSWER = ": no answer\n\n"

log = logging.getLogger("supaops.web")


class Live:
    """Tell every viewer after each look which version there is.

    Of one event loop; its attributes may be read by any thread.

    Attributes:
        version: the newest that is known; empty for none.
        viewers: how many streams are open.

    Args:
        look: returns what differs once something has changed; blocks, and raises SupaopsError.
        lasts_s: after this long a stream ends, and is to be asked for again.
        most: streams at once.
    """

    def __init__(
        self,
        look: Callable[[], str],
        *,
        every_s: float = LOOK_EVERY_S,
        lasts_s: float = LASTS_S,
        most: int = MOST_VIEWERS,
    ) -> None:
        self.every_s = every_s
        self.lasts_s = lasts_s
        self._look = look
        self._most = most
        self.viewers = 0
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()
        self._stopped = False
        self.version = ""

    @property
    def is_looking(self) -> bool:
        """Tell whether the database is looked at."""
        return self._looking is not None and not self._looking.done()

    @property
    def is_full(self) -> bool:
        """Tell whether one more would be too many."""
        return self.viewers >= self._most

    def stop(self) -> None:
        """End every stream now, for good."""
        self._stopped = True
        self._end_turn()
        if self._looking:
            self._looking.cancel()

    async def versions(self) -> AsyncGenerator[str, None]:
        """Yield the version after each look, empty after one without an answer."""
        self.viewers += 1
        try:
            while not self._stopped:
                turn = self._turn
                self._begin()
                await turn.wait()
                yield self.version
        finally:
            self.viewers -= 1

    def _begin(self) -> None:
        if not self._stopped and not self.is_looking:
            self._looking = asyncio.create_task(self._look_on())

    async def _look_on(self) -> None:
        while self.viewers and not self._stopped:
            self.version = await run_in_threadpool(self._seen)
            self._end_turn()
            await asyncio.sleep(self.every_s)

    def _seen(self) -> str:
        try:
            return self._look()
        except SupaopsError as error:
            log.debug("no look at the database: %s", error.message)
        except Exception as error:  # whoever watches is told that there is no answer
            log.error("a defect of supaops: %s", type(error).__name__)  # noqa: TRY400  may quote
        return ""

    def _end_turn(self) -> None:
        """Wake whoever waits; who comes from now on waits for the next look."""
        self._turn.set()
        self._turn = asyncio.Event()


def live_of(site: Site, *, every_s: float = LOOK_EVERY_S) -> Live:
    """Return what looks at a site's database."""

    def look() -> str:
        with site.database.reading(site.query_timeout) as conn:
            return read_stamp(conn, site.config.queue)

    return Live(look, every_s=every_s)


def routes(site: Site, live: Live) -> list[Route]:
    """Return where a page hears of changes."""
    return [Route(f"{BASE}/events", partial(_events, site, live), methods=["GET"])]


async def _events(site: Site, live: Live, request: Request) -> Response:
    if await run_in_threadpool(site.gate.user, request) is None:
        return Response(status_code=401)
    if live.is_full:
        return Response(status_code=503, headers={"Retry-After": "30"})
    return StreamingResponse(
        _messages(live),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # nginx would keep them until it has enough
    )


async def _messages(live: Live) -> AsyncIterator[str]:
    """Yield what each look has found.

    It ends after a minute, and the browser comes again: so whoever is not to see it any more is
    found out by the gate.
    """
    ends_at = asyncio.get_running_loop().time() + live.lasts_s
    yield f"retry: {_RETRY_MS}\nevent: pace\ndata: {json.dumps({'every_s': live.every_s})}\n\n"
    async for version in live.versions():
        yield _tick(version) if version else _NO_ANSWER
        if asyncio.get_running_loop().time() > ends_at:
            return


def _tick(version: str) -> str:
    return f"event: tick\ndata: {json.dumps({'version': version})}\n\n"
