"""Rates: ``100/s``, ``20/m``, ``500/15m``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from supaops.config.duration import format_duration, parse_positive_duration
from supaops.config.problem import Complaint

MOST = 1_000_000
_WRITTEN = re.compile(r"([0-9]{1,9})/([0-9]*[a-z][0-9a-z]*)", re.ASCII)
_SPELLED = re.compile(r"([0-9]+) *(?:/|per|a|an|every)? *(s|m|h|d)[a-z]*", re.ASCII | re.IGNORECASE)
_EXPECTED = "expected jobs per time such as 100/s, 20/m or 500/15m"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many jobs per period, at most; in text the shortest that `parse_rate` reads as this."""

    jobs: int
    period: timedelta

    def __str__(self) -> str:
        period = format_duration(self.period)
        return f"{self.jobs}/{period[1:] if period in ('1s', '1m', '1h', '1d') else period}"


def parse_rate(value: object) -> Rate:
    """Parse a number of jobs, a slash, and a duration or the unit of one.

    Raises: Complaint.
    """
    if isinstance(value, Rate):
        return value
    match = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Complaint(_EXPECTED, hint=_remedy(value))
    jobs, period = int(match[1]), match[2]
    if not 1 <= jobs <= MOST:
        raise Complaint(f"expected 1 to {MOST} jobs", hint=_pause(jobs))
    try:
        return Rate(jobs, parse_positive_duration(period if period[0].isdigit() else f"1{period}"))
    except Complaint as complaint:
        raise Complaint(_EXPECTED, hint=complaint.hint) from complaint


def _pause(jobs: int) -> str | None:
    return "to hold jobs back, pause the queue: job_queue_pause" if jobs == 0 else None


def _remedy(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"write {value}/s if per second is meant"
    match = _SPELLED.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"write {match[1]}/{match[2].lower()}" if match else None
