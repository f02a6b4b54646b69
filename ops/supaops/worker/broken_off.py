"""An answer that nobody can get any more, which is no defect of the worker."""

from __future__ import annotations

from h11 import LocalProtocolError
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BrokenOff:
    """Drop what is sent to a caller whom the server has sent away.

    uvicorn answers 400 by itself to a body whose framing is broken, while the application may be
    about to answer too. That raises, and would be logged as a defect, stack and all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; one that is dropped ends when the connection does."""
        is_gone = False

        async def send_if_possible(message: Message) -> None:
            nonlocal is_gone
            try:
                await send(message)
            except LocalProtocolError:
                is_gone = True

        await self._app(scope, receive, send_if_possible)
        # Sooner, the server would complain of an answer that was never completed.
        while is_gone and (await receive())["type"] != "http.disconnect":
            pass
