"""What a reader should know before a table becomes ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supaops.adopt.alteration import restated
from supaops.adopt.draft import Draft, Rows
from supaops.db.live import State
from supaops.render.resource import Kind, Resource

_BLOCKS_DELETES = ("a", "r")
_SPELLED = {"timestamptz": "timestamp with time zone"}
_CAST = re.compile(r"::[\w. \"]+$")


def table_notes(draft: Draft, rows: Rows) -> list[str]:
    """Return a sentence for each thing that changes, and for what stays as it is."""
    size = _size(draft.found.facts["bytes"])
    return [
        f"{counted(rows.jobs)}, {size}: written anew once, and nobody reads or writes meanwhile",
        *_changes(draft, rows),
        *_status_type(draft),
        *_kept(draft),
        *_references(draft),
        *_access(draft),
    ]


def function_notes(resources: Iterable[Resource], state: State, prefix: str) -> Iterator[str]:
    """Yield what stands under the names of our functions and is not ours."""
    for each in resources:
        live = state.live.get(each.address)
        named = each.kind is Kind.FUNCTION and each.name.startswith(prefix)
        if not named or live is None or each.address in state.recorded:
            continue
        for signature in live.facts["signatures"]:
            yield f"function {signature} is yours and stays: {_fate(signature, each)}"


def _fate(signature: str, ours: Resource) -> str:
    if _normal(signature) == _normal(ours.spec["reference"]):
        return "in conflict with ours, so that only `supaops apply --force` replaces it"
    return "an overload of ours, so that only `supaops apply --force` takes its place and drops it"


def _normal(signature: str) -> str:
    text = signature.replace(", ", ",")
    for short, long in _SPELLED.items():
        text = text.replace(short, long)
    return text


def _changes(draft: Draft, rows: Rows) -> Iterator[str]:
    added = [name for name, each in draft.derived.items() if not each.found]
    if added:
        yield f"columns added: {', '.join(added)}"
    for name, each in draft.derived.items():
        if each.found and each.is_converted:
            remark = f"; {each.note}" if each.note else ""
            yield f"{name} becomes {each.column.type}, from {each.found.full_type}{remark}"
        if filled := rows.counts.get(f"gap_{name}", 0):
            yield f"{name} is filled in where it is missing: {counted(filled)}"
        if each.found and (old := _CAST.sub("", each.found.default or "")):
            new = each.column.default or "what its task type declares"
            if old != new:
                yield f"the default of {name} becomes {new}, from {old}"
    for old, new in draft.choices.statuses.items():
        yield f"status {old} becomes {new}"
    yield from _ids(draft)


def _ids(draft: Draft) -> Iterator[str]:
    key = draft.found.column("id")
    if key and draft.is_rekeyed:
        yield f"the jobs get new ids; the old one, {key.full_type}, goes on as legacy_id"
    elif key and key.type != "bigint":
        yield f"id becomes bigint, from {key.full_type}"


def _status_type(draft: Draft) -> Iterator[str]:
    status = draft.found.column("status")
    if status and status.kind == "e":
        yield f"a function of yours that compares the status with {status.type} fails from now on"
    if again := restated(draft):
        yield f"made again, since they name {status.type if status else ''}: {', '.join(again)}"


def _kept(draft: Draft) -> Iterator[str]:
    ours = {*draft.derived, "id"}
    columns = [each.name for each in draft.found.columns if each.name not in ours]
    rules = [
        *(f"constraint {each.name}" for each in draft.found.constraints if each.type != "p"),
        *(f"index {each.name}" for each in draft.found.indexes if not each.is_constraint),
        *draft.found.kept,
    ]
    if columns:
        yield f"your columns stay: {', '.join(columns)}"
    if rules:
        yield f"these stay too, and hold for all that is written: {', '.join(rules)}"


def _references(draft: Draft) -> Iterator[str]:
    for each in draft.found.references:
        if each.on_delete in _BLOCKS_DELETES:
            yield (
                f"{each.table} refers to the jobs without `on delete`: "
                "a clean-up fails while it refers to an old one"
            )


def _access(draft: Draft) -> Iterator[str]:
    if draft.found.facts["is_public"]:
        yield "anon or authenticated may read it now; the next apply takes that back"


def counted(jobs: int) -> str:
    """Return ``1 job`` or ``5 jobs``."""
    return "1 job" if jobs == 1 else f"{jobs} jobs"


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1024:  # noqa: PLR2004  bytes in a kB
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
