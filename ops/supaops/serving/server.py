"""Listen, and serve the application until a signal ends it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from supaops.errors import SupaopsError
from supaops.serving.http_protocol import HttpProtocol

# What requests still open at SIGTERM get, before the grace for jobs begins.
_OPEN_REQUESTS_S = 10

log = logging.getLogger("supaops.serving")


class Server(uvicorn.Server):
    """A server that says when it stops: streams last until then, and it would wait for them."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so, then finish in order."""
        self._on_stop()
        await super().shutdown(sockets)


def run_server(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    path: str = "",
    proxies: Sequence[str] = (),
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish in order.

    uvicorn's own access log stays off: it shows query strings.

    Args:
        path: where there is something to see, for the line that says where we listen.
        proxies: addresses or networks whose ``X-Forwarded-*`` is believed.
        on_stop: called before requests that are still open are waited for.
    Raises: SupaopsError when the address cannot be listened on.
    """
    config = uvicorn.Config(
        app,
        http=HttpProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=_OPEN_REQUESTS_S,
    )
    # uvicorn repeats the signal once it has shut down, and by default that kills the process: a
    # stop in good order would look like a crash.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        log.info("listening on http://%s:%d%s", shown, listener.getsockname()[1], path)
        Server(config, on_stop).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        # asyncio and socket add the address to their text, which is the place already.
        cause = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise SupaopsError(
            f"cannot listen: {cause}",
            place=f"{host}:{port}",
            hint="choose another with --port, or stop what listens there",
        ) from error
