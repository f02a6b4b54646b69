"""What the checks ``sentry.*`` judge: what is declared, and what the worker says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from supaops.checks.sources import Sources
from supaops.checks.worker.asking import Reply
from supaops.checks.worker.facts import asked
from supaops.errors import ConfigError, SupaopsError

OFF = "no DSN: Sentry is off"
_LONGEST_REASON = 80


@dataclass(frozen=True, slots=True)
class Reports:
    """What is known of the worker's reports.

    Attributes:
        declared: whether the YAML names a DSN.
        known: whether it has a value here.
        fault: why the value here is none; None when there is no fault.
        silence: why the worker says nothing; empty when it does.
        enabled, dropped, last_error: what it says; `enabled` is None when it does not.
    """

    declared: bool
    known: bool = False
    fault: SupaopsError | None = None
    silence: str = ""
    enabled: bool | None = None
    dropped: int = 0
    last_error: str = ""

    @property
    def are_off(self) -> bool:
        """Tell whether nobody wants reports, as far as can be told."""
        off = not self.enabled and not self.last_error
        return not self.declared or (off and not self.known and self.fault is None)


def reports(sources: Sources) -> Reports:
    """Return what is declared and, where something is, what the worker says."""
    if sources.desired.config.sentry.dsn is None:
        return Reports(declared=False)
    try:
        known, fault = sources.desired.sentry_dsn() is not None, None
    except ConfigError as error:
        known, fault = False, error.problems[0]
    return told(sources.facts(asked), known=known, fault=fault)


def told(reply: Reply, *, known: bool, fault: SupaopsError | None = None) -> Reports:
    """Return what an answer says; what is not as agreed on is not said."""
    said = reply.body.get("sentry")
    if not isinstance(said, Mapping) or not isinstance(said.get("enabled"), bool):
        silence = reply.reason or f"the worker does not tell: HTTP {reply.status}"
        return Reports(declared=True, known=known, fault=fault, silence=silence)
    return Reports(
        declared=True,
        known=known,
        fault=fault,
        enabled=said["enabled"],
        dropped=_number(said.get("dropped")),
        last_error=_reason(said.get("last_error")),
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _reason(value: Any) -> str:
    """Return what may be shown of a text that came over the network."""
    text = value if isinstance(value, str) else ""
    return "".join(each if each.isprintable() else "?" for each in text[:_LONGEST_REASON])
