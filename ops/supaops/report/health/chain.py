"""A run of checks as the chain's links, each with how well it is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from supaops.report.health.document import FindingPart
from supaops.report.health.sums import WORST_FIRST, counted
from supaops.status import Severity

_TITLES = {
    "config": "Configuration",
    "conn": "Database",
    "cron": "pg_cron",
    "net": "pg_net",
    "vault": "Vault",
    "security": "Security",
    "queue": "Queue",
    "worker": "Worker",
    "sentry": "Sentry",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One part of the chain and its checks.

    Attributes:
        level: the worst of its checks; SKIPPED when all were.
        sums: such as ``1 warning, 5 OK``.
    """

    name: str
    title: str
    level: Severity
    sums: str
    parts: tuple[FindingPart, ...]

    @property
    def is_well(self) -> bool:
        """Tell whether there is nothing to look at."""
        return self.level in (Severity.OK, Severity.SKIPPED)


def links(findings: Sequence[FindingPart]) -> Iterator[Link]:
    """Yield the parts of the chain in their order."""
    for name, members in groupby(findings, key=lambda each: each.group):
        parts = tuple(members)
        counts = Counter(each.level for each in parts)
        level = max(counts, key=lambda severity: severity.rank)
        sums = ", ".join(filter(None, (counted(counts[each], each) for each in WORST_FIRST)))
        yield Link(name, _TITLES.get(name, name), level, sums, parts)
