"""uvicorn's HTTP, without its stacks in the log when a caller sends what is no HTTP."""

from __future__ import annotations

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol


class HttpProtocol(H11Protocol):
    """Answer a broken request once, and drop what the application says to it as well.

    uvicorn answers 400 by itself where the framing of a body is broken, while the application may
    be at the same request; the second answer raises, and so does one with a body to a HEAD. Anybody
    could fill the log with that.
    """

    def send_400_response(self, msg: str) -> None:
        """Answer 400 if that can still be done, and hang up."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        try:
            super().send_400_response(msg)
        except LocalProtocolError:
            self.transport.close()
