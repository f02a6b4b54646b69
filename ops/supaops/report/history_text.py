"""Revisions as text for people, and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.text import Text

from supaops.plan import Revision
from supaops.report.difference import difference_lines
from supaops.report.times import iso, utc

FORMAT_VERSION = "1.0"
_SHORT_SHA = 8


def history_lines(revisions: Iterable[Revision]) -> Iterator[Text]:
    """Yield two lines per revision, newest first: who and when, and what."""
    for index, each in enumerate(revisions):
        line = Text(f"{each.id:>5}  ", "bold")
        line.append(
            f"{utc(each.applied_at)}  {each.environment}  {each.applied_by}  {_commit(each)}"
        )
        yield line.append("  now" if index == 0 else "", "green")
        yield Text(f"       {each.summary}", "dim")


def revision_lines(revision: Revision) -> Iterator[Text]:
    """Yield one revision whole: its facts, and each change with its difference."""
    yield Text(f"Revision {revision.id}", "bold")
    for label, value in (
        ("applied", utc(revision.applied_at)),
        ("by", revision.applied_by),
        ("environment", revision.environment),
        ("commit", revision.git_sha or "none"),
        ("supaops", revision.tool_version),
        ("summary", revision.summary),
    ):
        yield Text(f"  {label:<12} ", "dim").append(str(value), "not dim")
    for change in (*revision.plan.get("changes", ()), *revision.plan.get("drift", ())):
        yield from _change_lines(change)


def history_json(revisions: Iterable[Revision]) -> dict[str, Any]:
    """Return revisions as JSON-able data, newest first; times are ISO 8601 in UTC."""
    return {"format_version": FORMAT_VERSION, "revisions": [_json(each) for each in revisions]}


def _json(revision: Revision) -> dict[str, Any]:
    facts = {
        "id": revision.id,
        "applied_at": iso(revision.applied_at),
        "environment": revision.environment,
        "applied_by": revision.applied_by,
        "git_sha": revision.git_sha,
        "tool_version": revision.tool_version,
        "summary": revision.summary,
    }
    return {**facts, **({"plan": revision.plan} if revision.plan else {})}


def _change_lines(change: Mapping[str, Any]) -> Iterator[Text]:
    if change["action"] == "foreign":
        return
    yield Text()
    yield Text(f"  {change['action']:<9}", "bold").append(change["address"])
    yield from difference_lines(change["diff"])


def _commit(revision: Revision) -> str:
    sha, _, dirty = (revision.git_sha or "no commit").partition("-")
    return f"{sha[:_SHORT_SHA]}-dirty" if dirty else sha[: max(_SHORT_SHA, len("no commit"))]
