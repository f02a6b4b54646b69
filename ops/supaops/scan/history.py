"""Search the history of cron runs, and tell equal leaks once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from supaops.config.known import Known
from supaops.db.connect import Connection
from supaops.db.scan import Run, Stretch, stretches
from supaops.scan.leak import Leak, Source, Text
from supaops.scan.search import search


@dataclass(frozen=True, slots=True)
class HistoryScan:
    """What was found in the history, how many runs were read, and which were not."""

    leaks: list[Leak]
    count: int
    unread: str


def scan_history(conn: Connection, since: datetime, known: Known) -> HistoryScan:
    """Search the runs since a moment.

    Raises: DatabaseError.
    """
    leaky: dict[tuple[str, str], Run] = {}
    count, last = 0, None
    for last in stretches(conn, since):
        count += last.count
        for run in last.runs:
            _note(leaky, run, known)
    leaks = [leak for run in leaky.values() for leak in _leaks(run, known)]
    return HistoryScan(leaks, count, _unread(last, since))


def _note(leaky: dict[tuple[str, str], Run], run: Run, known: Known) -> None:
    """Keep a run that holds a secret; of equal ones the newest, with the number of all."""
    key = (run.command, run.message)
    if key in leaky:
        leaky[key] = replace(leaky[key], count=leaky[key].count + run.count)
    elif any(_leaks(run, known)):
        leaky[key] = run


def _leaks(run: Run, known: Known) -> Iterator[Leak]:
    others = f" and {run.count - 1} like it" if run.count > 1 else ""
    place = f"cron.job_run_details runid {run.runid}{others}"
    yield from search(Text(Source.CRON_RUN, f"{place}, command", run.command), known)
    yield from search(Text(Source.CRON_RUN, f"{place}, return_message", run.message), known)


def _unread(last: Stretch | None, since: datetime) -> str:
    if last and last.is_cut:
        return f"cron runs before number {last.oldest}: there are too many; shorten --since"
    return f"cron runs before {since:%Y-%m-%d %H:%M} UTC (--since), and those of other roles"
