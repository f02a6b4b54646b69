"""An application behind a real server on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp


def loopback() -> socket.socket:
    """Listen on a free port."""
    return socket.create_server(("127.0.0.1", 0))


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Serve `app` on a free port and yield a client of it."""
    listener = loopback()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            await client.get("/healthz")  # the socket listens already; this waits for the app
            yield client
    finally:
        server.should_exit = True
        await task
