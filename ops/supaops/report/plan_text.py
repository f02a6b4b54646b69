"""A plan as text for people: a line per resource that is not as declared, then the sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.text import Text

from supaops.plan import Action, Change, Decisions, Plan, difference, hazards, summary
from supaops.render.resource import Kind
from supaops.report.difference import difference_lines

_MARK = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.DELETE: ("-", "red"),
    Action.DRIFT: ("!", "magenta"),
    Action.CONFLICT: ("x", "bold red"),
    Action.FOREIGN: (".", "dim"),
    Action.NOOP: (" ", "dim"),
}
_MAX_DIFF_LINES = 40
_MAX_LISTED_CREATES = 5

_CHANGES = "Changes"
_SECTIONS = {
    Action.CREATE: _CHANGES,
    Action.UPDATE: _CHANGES,
    Action.DELETE: "No longer declared; kept, unless --prune deletes it",
    Action.DRIFT: "Drift: changed outside supaops; an apply repairs it",
    Action.CONFLICT: "Conflicts: an apply asks, or overwrites what is live with --force",
    Action.FOREIGN: "Foreign: not made by supaops; untouched",
    Action.NOOP: "As declared",
}


def plan_lines(
    plan: Plan,
    *,
    decisions: Decisions = Decisions(),  # noqa: B008  frozen
    verbose: bool = False,
) -> Iterator[Text]:
    """Yield the plan section by section; it is correct without colour.

    Args:
        decisions: what the reader has decided already; pruned deletions are changes.
        verbose: also show no-ops, and the whole text of what is created.
    """
    for title, changes in _sections(plan, decisions, verbose=verbose).items():
        yield Text(f"{title}:", "bold")
        for group in _groups(changes, verbose=verbose, is_first=plan.is_first):
            yield from group
        yield Text()
    yield _last_line(plan)


def _sections(plan: Plan, decisions: Decisions, *, verbose: bool) -> dict[str, list[Change]]:
    """Return the changes to show by section, in the order in which sections matter."""
    titles = {**_SECTIONS, **({Action.DELETE: _CHANGES} if decisions.prune else {})}
    shown = [change for change in plan.changes if verbose or change.action is not Action.NOOP]
    sections: dict[str, list[Change]] = {title: [] for title in titles.values()}
    for change in shown:
        sections[titles[change.action]].append(change)
    return {title: changes for title, changes in sections.items() if changes}


def _groups(
    changes: Iterable[Change], *, verbose: bool, is_first: bool
) -> Iterator[Iterable[Text]]:
    """Yield the lines of each change; a crowd of new objects of one kind is one line."""
    for (kind, action), group in groupby(changes, key=lambda change: (change.kind, change.action)):
        members = list(group)
        if action is Action.CREATE and len(members) > _MAX_LISTED_CREATES and not verbose:
            yield [_crowd_line(kind, len(members))]
        else:
            yield from (_lines(change, verbose=verbose, is_first=is_first) for change in members)


def _crowd_line(kind: Kind, count: int) -> Text:
    mark, style = _MARK[Action.CREATE]
    line = Text(f"  {mark} {Action.CREATE:<9}", style).append(f"{count} x {kind}", "bold")
    return line.append("  plan --verbose lists them", "dim")


def _lines(change: Change, *, verbose: bool, is_first: bool) -> Iterator[Text]:
    yield change_line(change)
    for hazard in hazards(change, is_first=is_first):
        yield Text(f"      hazard: {hazard.message}", "bold yellow")
    diff = difference(change) if _has_story(change, verbose) else []
    yield from difference_lines(diff[:_MAX_DIFF_LINES])
    if len(diff) > _MAX_DIFF_LINES:
        yield Text(f"      ... {len(diff) - _MAX_DIFF_LINES} more lines: plan --format json", "dim")


def change_line(change: Change) -> Text:
    """Return one change's line: mark, action, address and, where it tells something, the reason."""
    mark, style = _MARK[change.action]
    line = Text(f"  {mark} {change.action:<9}", style)
    line.append(change.address, "" if style == "dim" else "bold")
    if change.reason != "does not exist yet":
        line.append(f"  {change.reason}", "dim")
    return line


def _has_story(change: Change, verbose: bool) -> bool:  # noqa: FBT001  private
    """Tell whether the difference says more than the line: a new function's whole text does not."""
    if change.action in (Action.FOREIGN, Action.NOOP, Action.DELETE):
        return False
    return verbose or change.action is not Action.CREATE or change.kind is Kind.CRON_JOB


def _last_line(plan: Plan) -> Text:
    if not plan.pending:
        foreign = plan.counts[Action.FOREIGN]
        note = f" ({foreign} foreign, untouched)" if foreign else ""
        return Text(f"No changes: {plan.environment} is as declared{note}.", "green")
    count = sum(len(hazards(change, is_first=plan.is_first)) for change in plan.pending)
    warning = f"; {count} {'hazard' if count == 1 else 'hazards'}" if count else ""
    return Text(f"Plan: {summary(plan)}{warning}.", "bold")
