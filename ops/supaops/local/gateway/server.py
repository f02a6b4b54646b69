"""The gateway behind its socket; only who calls it pays for what it imports."""

from __future__ import annotations

import socket
from urllib.parse import quote

import uvicorn

from supaops.db.gateway import CallableFunctions
from supaops.local.gateway.app import application
from supaops.local.state import State

_ROLE = "authenticator"


async def serve(known: State, listener: socket.socket) -> None:
    """Answer callers for ever."""
    async with CallableFunctions(_url(known)) as functions:
        app = application(functions, known.jwt_secret)
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        await uvicorn.Server(config).serve(sockets=[listener])


def _url(known: State) -> str:
    """Return the URL of the role that takes all others', over the socket: it has no password."""
    return f"postgresql://{_ROLE}@/postgres?host={quote(known.sockets, safe='')}&port={known.port}"
