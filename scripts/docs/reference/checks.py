"""docs/reference/checks.md, from the catalogue and the heads of the runbooks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from scripts.docs.navigation import GROUPS
from supaops.checks.catalogue import CHECKS
from supaops.checks.check import AnyCheck
from supaops.config.thresholds import Checks
from supaops.report.health.listing import bounds_text

_HEAD = """
# Checks

<!-- Made by `make golden` from the checks and the heads of their runbooks; change those instead. -->

What `supaops verify`, `doctor`, `watch`, `incident` and the page Health look at: {count} checks, in the order of the chain. An id is
stable: `--only` and `--skip` take it or its group, and so does `checks.skip` of the YAML. How a run goes, what the five
severities mean, and what a run costs is told in [health checks](../explanation/health.md).

All of them work as role `postgres`, which is no superuser on Supabase, in one read-only transaction. A check that needs another
one is skipped while that one is CRITICAL, UNKNOWN or skipped. Thresholds are keys of the YAML, and more is always worse.
"""

_DATABASE = "the database"
_ASKED = {
    "config_facts": "the files; it needs no database",
    "missing_values": "the sources of secrets; it needs no database",
    "plan_facts": "the files and the database, as a plan does",
    "answer": "whether the database answers",
    "reached": "the worker, with a GET that carries the secret; without an answer the dispatch ledger",
    "strangers_answer": "the worker, with a POST that carries no secret",
    "described": "the worker, with a GET that carries the secret",
    "versions": "the worker, with a GET that carries the secret, and the database",
    "reports": "the files, and the worker with a GET that carries the secret",
}
"""What a reader asks, by its name; any other asks the database alone."""


def checks_page(severities: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        severities: what each runbook says of its check's severity, by the check's id.
    Raises:
        KeyError for a check without a runbook, or a group without a title.
    """
    parts = [_HEAD.strip().format(count=len(CHECKS))]
    for group, checks in groupby(CHECKS, lambda each: each.group):
        parts.append(f"## {GROUPS[group]}")
        parts += [_section(each, severities[each.id]) for each in checks]
    return "\n\n".join(parts) + "\n"


def _section(check: AnyCheck, severity: str) -> str:
    needs = ", ".join(f"[`{each}`](#{each.replace('.', '')})" for each in check.needs)
    lines = [
        f"### {check.id}",
        "",
        f"**{check.title}.** {check.why}",
        "",
        f"- Severity: {severity}",
        *_threshold(check.id),
        f"- Asks: {_ASKED.get(check.reads.__name__, _DATABASE)}",
        *([f"- Needs: {needs}"] if needs else []),
        f"- Fix: [its runbook](../runbooks/{check.id}.md#fix)",
    ]
    return "\n".join(lines)


def _threshold(check: str) -> Iterator[str]:
    """Yield the key with a check's bounds, what they are about, and their defaults."""
    defaults = Checks()
    group, _, name = check.partition(".")
    bounds = bounds_text(defaults.thresholds(check), defaults.unit(check))
    section = getattr(defaults, group, None)
    field = type(section).model_fields.get(name) if section is not None else None
    if bounds and field is not None:
        yield f"- Threshold: `checks.{check}`, {bounds}. {field.description}"
