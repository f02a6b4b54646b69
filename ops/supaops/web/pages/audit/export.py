"""The audit as a file: read and sent some rows at a time, so that it may be long."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response, StreamingResponse

from supaops.config.secrecy import without_secrets
from supaops.db.pages.audit import Act, Batch, Filter, Place, read_batch
from supaops.errors import SupaopsError
from supaops.report.times import iso
from supaops.web.pages.audit.filters import Asked
from supaops.web.pages.audit.sides import told
from supaops.web.refusal import Refusal
from supaops.web.visit import Visit

MOST = 50_000
"""Acts that a file holds."""
COLUMNS = (
    "id",
    "at",
    "actor",
    "action",
    "target",
    "reason",
    "source",
    "request_id",
    "before",
    "after",
)
# What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_Row = dict[str, Any]


@dataclass(slots=True)
class Sending:
    """The acts of a file, batch by batch; `end` says why the last one is not all.

    Each batch has a transaction and a time limit of its own: who reads slowly holds no connection.
    """

    visit: Visit
    wanted: Filter
    first: Batch
    end: str = ""

    def acts(self) -> Iterator[list[Act]]:
        """Yield lists of acts, the newest first, `MOST` in all."""
        batch, room = self.first, MOST
        while len(batch.acts) <= room:
            yield batch.acts
            room -= len(batch.acts)
            if batch.older is None:
                return
            try:
                batch = self._next(batch.older)
            except SupaopsError as error:
                self.end = f"incomplete: {error.message}"
                return
        yield batch.acts[:room]
        self.end = f"truncated after {MOST:,} acts: narrow the filter"

    def _next(self, before: Place) -> Batch:
        with self.visit.reading() as conn:
            return read_batch(conn, self.wanted, before)


def export_csv(visit: Visit) -> Response:
    """Return what the filter finds as RFC 4180 has it; no cell is a formula to a spreadsheet."""
    return _answer(visit, "csv", "text/csv; charset=utf-8", _csv)


def export_json(visit: Visit) -> Response:
    """Return what the filter finds as one JSON object."""
    return _answer(visit, "json", "application/json", _json)


def _answer(
    visit: Visit, ending: str, media_type: str, written: Callable[[Sending], Iterator[str]]
) -> Response:
    found = replace(Asked.of(visit.query), before="").parsed(visit.site.clock())
    if found.problems:
        name, problem = next(iter(found.problems.items()))
        raise Refusal(400, f"{name}: {problem}", hint="mend it on the page of the audit first")
    with visit.reading() as conn:
        first = read_batch(conn, found.filter)
    name = f"audit-{visit.site.config.environment}.{ending}"
    return StreamingResponse(
        written(Sending(visit, found.filter, first)),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _csv(sending: Sending) -> Iterator[str]:
    yield _lines([COLUMNS])
    for acts in sending.acts():
        rows = (_row(sending.visit, act) for act in acts)
        yield _lines([[cell(row[name]) for name in COLUMNS] for row in rows])
    if sending.end:
        yield _lines([[sending.end]])


def _json(sending: Sending) -> Iterator[str]:
    yield '{"acts": ['
    comma = ""
    for acts in sending.acts():
        for act in acts:
            yield comma + "\n" + json.dumps(_row(sending.visit, act), ensure_ascii=False)
            comma = ","
    yield "\n], " + json.dumps({"complete": not sending.end, "problem": sending.end or None})[1:]


def _row(visit: Visit, act: Act) -> _Row:
    keys = visit.site.config.dashboard.redact
    return {
        "id": act.id if act.id > 0 else None,
        "at": iso(act.at),
        "actor": act.actor,
        "action": act.action,
        "target": act.target,
        "reason": act.reason and without_secrets(act.reason),
        "source": act.source,
        "request_id": act.request_id,
        "before": told(act.before, keys) or None,
        "after": told(act.after, keys) or None,
    }


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet calculates."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
