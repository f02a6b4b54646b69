"""A run of checks as text for people: a header per part of the chain, what is wrong under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.text import Text

from supaops.checks.finding import Finding, worst
from supaops.report.explaining import explaining
from supaops.report.health.sums import WORST_FIRST, counted, sentence
from supaops.report.severity import STYLE
from supaops.report.times import utc
from supaops.status import Severity

_SYMBOL = {
    Severity.OK: "[✓]",
    Severity.WARNING: "[!]",
    Severity.CRITICAL: "[✗]",
    Severity.UNKNOWN: "[?]",
    Severity.SKIPPED: "[-]",
}
_WORD, _GROUP = 8, 8
_INDENT = 4
_SUMS = 80 - _WORD - 1 - _GROUP - 2
"""Room for what is told of a whole group, in columns."""
_SHOWN = 5
"""Pieces of evidence; the rest is in the JSON."""


@dataclass(frozen=True, slots=True)
class Look:
    """How much is told, and in which signs.

    Attributes:
        verbose: also show the checks that are OK, and each that was skipped.
        explained: also tell why each matters, what was seen, and where its runbook is.
        symbols: whether headers have marks such as ``[✓]`` in place of words.
    """

    verbose: bool = False
    explained: bool = False
    symbols: bool = False


def finding_lines(
    findings: Sequence[Finding],
    look: Look = Look(),
) -> Iterator[Text]:
    """Yield the groups in the order of the chain, each with what is wrong in it, and the sums."""
    shown = [each for each in findings if _is_shown(each, look)]
    width = max((len(each.id) for each in shown), default=0)
    for group, members in groupby(findings, key=lambda each: each.group):
        parts = list(members)
        yield _header(group, parts, look)
        for each in parts:
            yield from _lines(each, width, look) if _is_shown(each, look) else ()
    verdict = worst(findings)
    yield Text()
    counts = Counter(each.severity for each in findings)
    yield Text(f"{verdict.name}: {sentence(counts)}", STYLE[verdict])


def closing_line(findings: Sequence[Finding], environment: str) -> Text:
    """Return that there is nothing to do, or how to read the runbook of the worst."""
    if worst(findings) is Severity.OK:
        return Text(f"Nothing to do: every link of the chain of {environment} works.", "green")
    first = max(findings, key=lambda each: each.severity.rank)
    return Text(f"Step by step: {explaining(first.id)}", "cyan")


def values_line() -> Text:
    """Return where the values come from that the YAML names."""
    told = "Where each value comes from: .env.example; with a filled-in copy: "
    return Text(f"{told}set -a; . ./.env; set +a", "cyan")


def _is_shown(finding: Finding, look: Look) -> bool:
    return look.verbose or finding.severity not in (Severity.OK, Severity.SKIPPED)


def _header(group: str, findings: list[Finding], look: Look) -> Text:
    """Return the group's worst severity, its name, and how many of its checks say what."""
    severity = max((each.severity for each in findings), key=lambda each: each.rank)
    mark = _SYMBOL[severity] if look.symbols else f"{severity.name:<{_WORD}}"
    line = Text(f"{mark} ", STYLE[severity]).append(f"{group:<{_GROUP}}  ", "bold default")
    return line.append(_sums(findings, look), "not bold default")


def _sums(findings: list[Finding], look: Look) -> str:
    counts = Counter(each.severity for each in findings)
    told = ", ".join(filter(None, (counted(counts[each], each) for each in WORST_FIRST)))
    reasons = dict.fromkeys(each.observed for each in findings if each.severity is Severity.SKIPPED)
    line = f"{told}: {'; '.join(reasons)}"
    # Reasons that are too long for the line stand below, when they are asked for.
    return line if reasons and not look.verbose and len(line) <= _SUMS else told


def _lines(finding: Finding, width: int, look: Look) -> Iterator[Text]:
    severity = finding.severity
    line = Text(f"{'':{_INDENT}}{severity.name:<{_WORD}}  ", STYLE[severity])
    line.append(f"{finding.id:<{width}}  ", "bold default")
    yield line.append(finding.observed, "not bold default")
    is_told = severity not in (Severity.OK, Severity.SKIPPED)
    for label, text in _details(finding, look if is_told else Look()):
        style = "cyan" if label == "fix" else "dim"
        yield Text(f"{'':{_INDENT + _WORD + 2}}{label}: {text}", style)


def _details(finding: Finding, look: Look) -> Iterator[tuple[str, str]]:
    verdict = finding.verdict
    if look.verbose or look.explained:
        yield from [("why", finding.why)] if look.explained else []
        yield from [("since", utc(verdict.since))] if verdict.since else []
        yield from (("seen", each) for each in _evidence(verdict.evidence))
    if verdict.fix:
        yield "fix", verdict.fix
    if look.explained:
        yield "runbook", explaining(finding.id)


def _evidence(evidence: Sequence[str]) -> Iterable[str]:
    rest = len(evidence) - _SHOWN
    return [*evidence[:_SHOWN], *([f"{rest} more: --format json"] if rest > 0 else [])]
