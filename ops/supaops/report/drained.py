"""What became of the jobs of a worker that was to empty the queue, as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from rich.text import Text

_ENDED = ("succeeded", "failed", "retried", "cancelled", "refused", "given_back")


def drained_json(counts: Mapping[str, int], seconds: float) -> str:
    """Return one line: every count, `done` for the jobs that ended for good, and the seconds."""
    done = counts["succeeded"] + counts["failed"]
    return json.dumps({"done": done, "seconds": round(seconds, 3), **counts})


def drained_line(counts: Mapping[str, int], seconds: float) -> Text:
    """Return such as ``Claimed 120 jobs in 1.3 s: 118 succeeded, 2 retried.``"""
    claimed = counts["claimed"]
    if not claimed:
        return Text("There was no job to run.", "green")
    jobs = "1 job" if claimed == 1 else f"{claimed:,} jobs"
    parts = [f"{counts[each]:,} {each.replace('_', ' ')}" for each in _ENDED if counts[each]]
    style = "yellow" if counts["failed"] or counts["retried"] else "green"
    return Text(f"Claimed {jobs} in {seconds:.1f} s: {', '.join(parts)}.", style)


def together(results: Iterable[str]) -> tuple[dict[str, int], float]:
    """Return the counts of several processes, each as `drained_json` says it, and the seconds."""
    counts: dict[str, int] = {}
    longest = 0.0
    for result in map(json.loads, results):
        longest = max(longest, result["seconds"])
        for key, count in result.items():
            if key not in ("done", "seconds"):
                counts[key] = counts.get(key, 0) + count
    return counts, longest
