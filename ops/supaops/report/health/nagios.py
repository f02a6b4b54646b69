"""A run of checks as a Nagios plugin's output: a line with performance data, then details. Pure.

Source: Monitoring Plugins Development Guidelines, "Plugin Output for Nagios", "Performance data".
"""

from __future__ import annotations

from collections.abc import Iterator

from supaops.report.health.document import FindingPart, HealthDocument

_NAMED = 5
_UNITS = {"s": ("s", 1.0), "share": ("%", 100.0), "bytes": ("B", 1.0)}
"""By our unit: the guidelines' one, and how many of it ours is."""


def nagios_lines(document: HealthDocument) -> Iterator[str]:
    """Yield the first line, which is all that an old Nagios reads, and a line per finding."""
    data = " ".join(_datum(each) for each in document.findings if each.value is not None)
    yield f"{_first(document)} | {data}" if data else _first(document)
    for part in document.worst_first:
        fix = f"; fix: {_flat(part.fix)}" if part.fix else ""
        yield f"{part.severity} {part.id}: {_flat(part.observed)}{fix}"


def _first(document: HealthDocument) -> str:
    told, total = document.worst_first, len(document.findings)
    head = f"SUPAOPS {document.status}: {_flat(document.environment)}: "
    if not told:
        return f"{head}{document.summary.ok} of {total} checks OK"
    names = ", ".join(each.id for each in told[:_NAMED])
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return f"{head}{len(told)} of {total} checks not OK ({names}{more})"


def _datum(part: FindingPart) -> str:
    """Return ``'label'=value[UOM];warn;crit;min;max``; what is worse is outside 0..bound."""
    unit, factor = _UNITS.get(part.unit, ("", 1.0))
    value, *bounds = (_number(n, factor) for n in (part.value, part.warning, part.critical))
    limit = "100" if unit == "%" else ""
    return f"'{part.id}'={value}{unit};{';'.join(bounds)};0;{limit}"


def _number(value: float | None, factor: float) -> str:
    """Return a decimal number, as the guidelines have no exponents; empty for none."""
    if value is None:
        return ""
    return f"{value * factor:.6f}".rstrip("0").rstrip(".")


def _flat(text: str) -> str:
    """Return text on one line, without the bar that begins the performance data."""
    return " ".join(text.split()).replace("|", "/")
