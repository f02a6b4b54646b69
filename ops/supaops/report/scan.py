"""A scan as text, as JSON and as annotations of a GitHub Actions run. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from supaops.report.github import annotation
from supaops.scan import Leak, Scan

FORMAT_VERSION = "1.0"
_SHOWN = 50


def scan_lines(scan: Scan) -> Iterator[Text]:
    """Yield two lines per secret, then what was read, what was not, and the verdict."""
    for leak in scan.leaks[:_SHOWN]:
        place = Text("  x ", "bold red").append(leak.place, "bold")
        yield place.append(f"  {leak.kind}", "not bold")
        yield Text(f"      fix: {leak.remedy}", "cyan")
    if (rest := len(scan.leaks) - _SHOWN) > 0:
        yield Text(f"  {rest} more: --format json", "dim")
    yield from [Text()] if scan.leaks else []
    yield Text(f"  read: {', '.join(scan.read)}", "dim")
    for clause in scan.unread:
        yield Text(f"  not read: {clause}", "dim")
    yield Text(verdict(scan), "bold red" if scan.leaks else "green")


def verdict(scan: Scan) -> str:
    """Return the last line."""
    count = len(scan.leaks)
    if not count:
        return f"{scan.environment}: no secret found."
    return f"{scan.environment}: {count} {'secret' if count == 1 else 'secrets'} found."


def scan_json(scan: Scan) -> dict[str, Any]:
    """Return the scan as JSON-able data without any secret."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": scan.environment,
        "leaks": [
            {"source": str(each.source), "place": each.place, "kind": each.kind, "fix": each.remedy}
            for each in scan.leaks
        ],
        "read": list(scan.read),
        "not_read": list(scan.unread),
    }


def scan_annotations(scan: Scan) -> Iterator[str]:
    """Yield one error per secret, at its line where it stands in a file."""
    for leak in scan.leaks:
        yield _annotation(leak)
    if not scan.leaks:
        yield annotation("notice", "supaops scan", verdict(scan))


def _annotation(leak: Leak) -> str:
    place = leak.place if leak.is_in_file else None
    where = "" if leak.is_in_file else f"{leak.place}: "
    return annotation("error", "supaops scan", f"{where}{leak.kind}\n{leak.remedy}", place=place)
