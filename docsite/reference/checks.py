"""The checks of docs/reference/checks.md: the catalogue, and the heads of the runbooks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby

from docsite.navigation import GROUPS
from supaops.checks.catalogue import CHECKS
from supaops.checks.check import AnyCheck
from supaops.config.reference import rows
from supaops.config.thresholds import Checks
from supaops.report.health.listing import bounds_text

_WORKER = "the worker, with a GET that carries the secret"
_ASKED = {
    "config_facts": "the files; it needs no database",
    "missing_values": "the sources of secrets; it needs no database",
    "plan_facts": "the files and the database, as a plan does",
    "answer": "whether the database answers",
    "reached": f"{_WORKER}; without an answer the dispatch ledger",
    "strangers_answer": "the worker, with a POST that carries no secret",
    "described": _WORKER,
    "versions": f"{_WORKER}, and the database",
    "reports": f"the files, and {_WORKER}",
}
"""What a reader asks, by its name; any other asks the database alone."""


def checks_text(severities: Mapping[str, str]) -> str:
    """Return a section per group, and within it one per check.

    Args:
        severities: what each runbook says of its check's severity, by the check's id.
    Raises:
        KeyError for a check without a runbook, or a group without a title.
    """
    parts = []
    for group, checks in groupby(CHECKS, lambda each: each.group):
        parts.append(f"## {GROUPS[group]}")
        parts += [_section(each, severities[each.id]) for each in checks]
    return "\n\n".join(parts)


def _section(check: AnyCheck, severity: str) -> str:
    needs = ", ".join(f"[`{each}`](#{each.replace('.', '')})" for each in check.needs)
    lines = [
        f"### {check.id}",
        "",
        f"**{check.title}.** {check.why}",
        "",
        f"- Severity: {severity}",
        *_threshold(check.id),
        f"- Asks: {_ASKED.get(check.reads.__name__, 'the database')}",
        *([f"- Needs: {needs}"] if needs else []),
        f"- Fix: [its runbook](../runbooks/{check.id}.md#fix)",
    ]
    return "\n".join(lines)


def _threshold(check: str) -> Iterator[str]:
    """Yield the key with a check's bounds, their defaults, and what they are about."""
    defaults, key = Checks(), f"checks.{check}"
    bounds = bounds_text(defaults.thresholds(check), defaults.unit(check))
    if bounds:
        yield f"- Threshold: `{key}`, {bounds}. {_meanings()[key]}"


@cache
def _meanings() -> dict[str, str]:
    """Return what each key of the YAML means, as docs/reference/config.md says it."""
    cells = (row.strip("| ").split(" | ") for row in rows())
    return {row[0].strip("`"): row[-1] for row in cells}
