"""How envelopes leave: in a thread of their own, with a bound on their number and on the wait."""

from __future__ import annotations

import threading
from typing import Any

from sentry_sdk.envelope import Item
from sentry_sdk.transport import HttpTransport

QUEUE = 100
TIMEOUT_S = 5
_SUCCESS = range(200, 300)
FULL = f"more than {QUEUE} reports wait"
_FULL_QUEUE = "full_queue"
_OVER_LIMIT = "status_429"


class Delivery:
    """What became of the envelopes, told by the thread that sends and by those that report.

    Attributes:
        dropped: events and check-ins that Sentry did not get, since the start.
        last_error: why the newest attempt failed; None when it succeeded, or none was made.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.last_error: str | None = None
        self._lock = threading.Lock()

    def drop(self, count: int = 1, *, why: str | None = None) -> None:
        """Count what was lost."""
        with self._lock:
            self.dropped += count
            self.last_error = why or self.last_error

    def answer(self, status: int) -> None:
        """Take note of what Sentry said."""
        self.last_error = None if status in _SUCCESS else f"HTTP {status}"


class Transport(HttpTransport):
    """sentry_sdk's transport, which also tells what it loses.

    It sends in a thread of its own, and drops what does not fit into its queue: nobody waits.
    """

    TIMEOUT = TIMEOUT_S

    def __init__(self, options: dict[str, Any]) -> None:
        self.delivery = Delivery()
        super().__init__(options)

    @property
    def is_full(self) -> bool:
        """Tell whether what is reported now would be dropped."""
        return self._is_worker_full()

    def record_lost_event(
        self,
        reason: str,
        data_category: Any = None,
        item: Item | None = None,
        *,
        quantity: int = 1,
    ) -> None:
        """Count what gets lost on this side."""
        self.delivery.drop(quantity)
        super().record_lost_event(reason, data_category, item, quantity=quantity)

    def on_dropped_event(self, _reason: str) -> None:
        """Count what Sentry refused for its rate limit, which its own books show as well."""
        if _reason == _OVER_LIMIT:
            self.delivery.drop()
        elif _reason == _FULL_QUEUE:
            self.delivery.last_error = FULL

    def _request(self, *arguments: Any, **named: Any) -> Any:
        """Post, and remember how it went; never with the address, which holds the key."""
        try:
            response = super()._request(*arguments, **named)
        except Exception as error:
            self.delivery.last_error = type(error).__name__
            raise
        self.delivery.answer(response.status)
        return response
