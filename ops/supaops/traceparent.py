"""The place in a trace that a new job goes on from, as W3C's header `traceparent` writes it.

Source: W3C, "Trace Context", section 3.2.
"""

from __future__ import annotations

import re
import sys
from contextvars import ContextVar

_VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

carried: ContextVar[str | None] = ContextVar("supaops_traceparent", default=None)
"""That of the job at hand, for a worker that makes no spans itself: the trace must not break."""


def current_traceparent() -> str | None:
    """Return where the caller is in a trace: its span, else the job it runs; None outside of both.

    OpenTelemetry is asked when the process has it, and is never imported for this.
    """
    return _of_span() or carried.get()


def valid(traceparent: str | None) -> str | None:
    """Return a traceparent that is one, else None: a row may have been edited by hand."""
    return traceparent if traceparent and _VALID.fullmatch(traceparent) else None


def span_ids() -> tuple[str, str, int] | None:
    """Return trace id and span id in hexadecimal, and the flags, of the span that is current."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    return f"{span.trace_id:032x}", f"{span.span_id:016x}", int(span.trace_flags)


def _of_span() -> str | None:
    found = span_ids()
    return f"00-{found[0]}-{found[1]}-{found[2]:02x}" if found else None
