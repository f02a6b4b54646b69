"""A run of checks as annotations of a GitHub Actions run, and as its summary. Pure.

GitHub shows ten annotations of each kind per step, hence the worst first; the summary has them all.
Source: GitHub Docs, "Usage limits" of annotations; "Workflow commands", "Adding a job summary".
"""

from __future__ import annotations

from collections.abc import Iterator

from supaops.report.github import annotation
from supaops.report.health.document import FindingPart, HealthDocument
from supaops.report.health.sums import sums
from supaops.report.markdown import MAX_CHARACTERS, code, fitting, plain
from supaops.status import Severity

_MARK = {Severity.CRITICAL: "✗", Severity.UNKNOWN: "?", Severity.WARNING: "!"}


def health_annotations(document: HealthDocument) -> Iterator[str]:
    """Yield one workflow command per check that is not OK, at the YAML's line where it has one."""
    for part in document.worst_first:
        level = "warning" if part.level is Severity.WARNING else "error"
        title = f"{document.environment}: {part.severity} {part.id}"
        yield annotation(level, title, "\n".join(_told(part)), place=part.declared_at)
    if not document.worst_first:
        yield annotation("notice", f"{document.environment}: {document.status}", sums(document))


def health_markdown(document: HealthDocument) -> str:
    """Return a heading, the sums, and a table of what is not OK."""
    head = [f"### Health of {code(document.environment)}: {document.status}", sums(document)]
    rows = [_row(part) for part in document.worst_first]
    if not rows:
        return "\n\n".join(head) + "\n"
    kept = list(fitting(rows, MAX_CHARACTERS))
    left = len(rows) - len(kept)
    note = [f"_{left} more do not fit here; `supaops verify` shows them._"] if left else []
    table = "\n".join(["| | check | seen | fix | declared at |", "|---|---|---|---|---|", *kept])
    return "\n\n".join([*head, table, *note]) + "\n"


def _told(part: FindingPart) -> Iterator[str]:
    yield part.observed
    yield part.why
    if part.fix:
        yield f"fix: {part.fix}"
    yield f"runbook: {part.runbook}"


def _row(part: FindingPart) -> str:
    mark = f"{_MARK[part.level]} {part.severity}"
    cells = (
        mark,
        code(part.id),
        plain(part.observed),
        code(part.fix),
        code(part.declared_at or ""),
    )
    return f"| {' | '.join(cells)} |"
