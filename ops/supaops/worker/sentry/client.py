"""A client of Sentry that collects nothing by itself."""

from __future__ import annotations

from typing import Any

from sentry_sdk import Client

from supaops.worker.sentry.scrub import Scrubber
from supaops.worker.sentry.transport import QUEUE, Transport


def make_client(dsn: str, *, environment: str, release: str, scrubber: Scrubber) -> Client:
    """Return a client of this worker's own, beside one that the handlers may have set up.

    Without integrations it hooks neither logging nor the requests, and an event is only what we
    hand it. `send_default_pii` is left alone: it is off, and saying so is deprecated.
    """

    def guard(event: Any, _hint: Any) -> Any:
        return scrubber.event(event)

    return Client(
        dsn=dsn,
        environment=environment,
        release=release,
        transport=Transport,
        transport_queue_size=QUEUE,
        before_send=guard,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        attach_stacktrace=False,
        max_breadcrumbs=0,
        send_client_reports=False,
        enable_backpressure_handling=False,
        auto_session_tracking=False,
        traces_sample_rate=None,
        propagate_traces=False,
        spotlight=False,
        debug=False,
    )
