"""A plan as Markdown, fit for a comment on a pull request. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supaops.plan import Document
from supaops.plan.document import ChangePart
from supaops.plan.model import Action
from supaops.report.markdown import MAX_CHARACTERS, code, fitting, html, plain

_MARK = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.DRIFT: "!",
    Action.CONFLICT: "x",
}

_SUMS = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.DELETE: "to delete",
    Action.DRIFT: "drifted",
    Action.CONFLICT: "in conflict",
}


def plan_markdown(document: Document) -> str:
    """Return a heading with the sums, hazards, a table per section, and folded differences.

    What does not fit into a comment is left out from the end, and said so.
    """
    head = "\n\n".join(_head(document))
    room = MAX_CHARACTERS - len(head)
    details = list(_details(document))
    kept = list(fitting(details, room))
    left = len(details) - len(kept)
    note = [f"_{left} differences do not fit here; `supaops plan` shows them._"] if left else []
    return "\n\n".join([head, *kept, *note]) + "\n"


def _head(document: Document) -> Iterator[str]:
    yield f"### Plan of {code(document.environment)}"
    if document.warnings:
        yield "\n".join(["> [!CAUTION]", *(f"> {plain(each)}  " for each in document.warnings)])
    if not (document.changes or document.drift):
        yield f"No changes: {code(document.environment)} is as declared."
        return
    yield f"**{_sums(document)}** in database {code(document.database)}."
    everything = (*document.changes, *document.drift)
    if warnings := [line for change in everything for line in _warnings(change)]:
        yield "\n".join(["> [!WARNING]", *warnings])
    yield from _table("Changes", _of(document, Action.CREATE, Action.UPDATE))
    yield from _table("Drift: changed outside supaops; an apply repairs it", document.drift)
    yield from _table(
        "Conflicts: changed on both sides; refused without `--force`",
        _of(document, Action.CONFLICT),
    )
    fate = "deleted by this plan" if document.decisions.prune else "kept without `--prune`"
    yield from _table(f"No longer declared; {fate}", _of(document, Action.DELETE))
    if document.foreign:
        yield f"{len(document.foreign)} foreign, not made by supaops, untouched."


def _sums(document: Document) -> str:
    counts = ((words, document.summary.get(action, 0)) for action, words in _SUMS.items())
    return ", ".join(f"{count} {words}" for words, count in counts if count)


def _of(document: Document, *actions: Action) -> list[ChangePart]:
    return [change for change in document.changes if change.action in actions]


def _warnings(change: ChangePart) -> Iterator[str]:
    for hazard in change.hazards:
        yield f"> {code(change.address)} {plain(hazard.message)}  "


def _table(title: str, changes: Iterable[ChangePart]) -> Iterator[str]:
    rows = [
        f"| {_MARK[change.action]} {change.action} | {code(change.address)} | "
        f"{plain(change.reason)} | {code(change.place or change.source or '')} |"
        for change in changes
    ]
    if rows:
        yield f"**{title}**"
        yield "\n".join(["| | resource | why | declared at |", "|---|---|---|---|", *rows])


def _details(document: Document) -> Iterator[str]:
    for change in (*document.changes, *document.drift):
        if not change.diff or change.action is Action.DELETE:
            continue
        body = "\n".join(change.diff)
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", body)), default=0))
        yield (
            f"<details><summary>{change.action} <code>{html(change.address)}</code></summary>\n\n"
            f"{fence}diff\n{body}\n{fence}\n\n</details>"
        )
