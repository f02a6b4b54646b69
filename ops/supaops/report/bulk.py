"""Which jobs a verb is about, and what became of them, as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from supaops.jobs.bulk import Outcome
from supaops.jobs.selection import Selection
from supaops.jobs.verb import Verb

FORMAT_VERSION = "1.0"
_FIRST = 10
_PAIRS = 10


def jobs(count: int) -> str:
    """Return ``1 job`` or ``1,200 jobs``."""
    return f"{count:,} {'job' if count == 1 else 'jobs'}"


def selection_lines(verb: Verb, found: Selection) -> Iterator[Text]:
    """Yield what would be done: the exact count, by status, the first ids, and what is left."""
    yield Text(f"To {verb.name}: {jobs(found.total)}", "bold").append(_by(found.by_status))
    if found.ids:
        more = ", ..." if len(found.ids) > _FIRST else ""
        yield Text(f"  ids      {', '.join(map(str, found.ids[:_FIRST]))}{more}", "dim")
    if found.beyond:
        kept = f"the oldest {len(found.ids):,}"
        yield Text(f"  beyond   {jobs(found.beyond)}: --limit takes {kept} now", "yellow")
    for why, count in sorted(found.left.items()):
        yield Text(f"  skipped  {jobs(count)}: {why}", "yellow")


def outcome_lines(outcome: Outcome, before: Selection) -> Iterator[Text]:
    """Yield what was done, and under it each job that could not be changed with its cause."""
    left = _together(before.left, outcome.left)
    told = f"{outcome.verb.past.capitalize()} {jobs(len(outcome.done))}"
    failed = f"failed {len(outcome.failed):,}"
    skipped = f"skipped {sum(left.values()):,}"
    reasons = f" ({', '.join(sorted(left))})" if left else ""
    style = "red" if outcome.failed else "green"
    yield Text(f"{told}, {skipped}{reasons}, {failed}.", style)
    for old, new in list(outcome.new_ids.items())[:_PAIRS]:
        yield Text(f"  {old} -> {new}")
    if len(outcome.new_ids) > _PAIRS:
        yield Text(f"  {len(outcome.new_ids) - _PAIRS:,} more: --format json", "dim")
    for job_id, why in list(outcome.failed.items())[:_PAIRS]:
        yield Text(f"  x {job_id}  {why}", "red")
    if len(outcome.failed) > _PAIRS:
        yield Text(f"  {len(outcome.failed) - _PAIRS:,} more: --format json", "dim")


def selection_json(verb: Verb, environment: str, found: Selection) -> dict[str, Any]:
    """Return what would be done as JSON-able data."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "verb": verb.name,
        "selected": found.total,
        "by_status": dict(found.by_status),
        "beyond_limit": found.beyond,
        "skipped": dict(found.left),
        "ids": list(found.ids),
    }


def outcome_json(outcome: Outcome, environment: str, before: Selection) -> dict[str, Any]:
    """Return what was done as JSON-able data; ids are keys as text, as JSON has them."""
    return {
        **selection_json(outcome.verb, environment, before),
        "skipped": _together(before.left, outcome.left),
        "ids": list(outcome.done),
        "new_ids": {str(old): new for old, new in outcome.new_ids.items()},
        "failed": {str(job_id): why for job_id, why in outcome.failed.items()},
    }


def counts(by_status: Mapping[str, int]) -> str:
    """Return ``failed 300, cancelled 12``, the most first."""
    ordered = sorted(by_status.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{status} {count:,}" for status, count in ordered)


def _by(by_status: Mapping[str, int]) -> str:
    return f"  {counts(by_status)}" if by_status else ""


def _together(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {why: one.get(why, 0) + other.get(why, 0) for why in {**one, **other}}
