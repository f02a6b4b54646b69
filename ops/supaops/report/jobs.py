"""Jobs as text for people, and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from supaops.jobs.selection import Attempt, Details, JobRow
from supaops.report.times import distance, iso, utc

FORMAT_VERSION = "1.0"
_WIDE = 120
_STYLE = {
    "pending": "cyan",
    "running": "yellow",
    "succeeded": "green",
    "failed": "bold red",
    "cancelled": "dim",
}


def job_lines(rows: Sequence[JobRow], now: datetime, width: int | None) -> Iterator[Text]:
    """Yield a table of jobs; the last column is cut where the terminal ends.

    Args:    width: of the terminal; None is a pipe, where nothing is cut.
    """
    wide = width is None or width >= _WIDE
    head = ["id", "status", "task type", "queue", "tries", "when", *(["worker"] if wide else [])]
    table = [_cells(row, now, wide=wide) for row in rows]
    sizes = [max(map(len, column)) for column in zip(head, *table, strict=True)]
    yield _line(head, sizes, "last error", width)
    for row, cells in zip(rows, table, strict=True):
        line = _line(cells, sizes, _one_line(row.last_error), width)
        start = sizes[0] + 2
        line.stylize(_STYLE[row.status], start, start + len(row.status))
        yield line


def next_page_lines(rows: Sequence[JobRow], limit: int) -> Iterator[Text]:
    """Yield how to see older jobs, when there may be any."""
    if len(rows) == limit:
        yield Text(f"older ones: add --before {rows[-1].id}", "dim")


def change_line(row: JobRow) -> Text:
    """Return one line for a job that is new or has changed, with the time of it."""
    at = (row.completed_at or row.started_at or row.created_at).astimezone(UTC)
    line = Text(f"{at:%H:%M:%S}  {row.id}  ")
    line.append(f"{row.status:<9}", _STYLE[row.status])
    line.append(f"  {row.task_type}  {row.queue}  {_tries(row)}")
    told = row.last_error if row.status in ("pending", "failed") else row.worker
    return line.append(f"  {_one_line(told)}" if told else "", "dim")


def details_lines(job: Details, now: datetime, *, payload: bool) -> Iterator[Text]:
    """Yield one job whole: its facts, its attempts, and if asked for its payload and result."""
    yield Text(f"Job {job.row.id}  ", "bold").append(job.row.status, _STYLE[job.row.status])
    for label, value in _facts(job, now):
        yield Text(f"  {label:<11}", "dim").append(value, "not dim")
    yield Text()
    yield Text("Attempts:" if job.attempts else "No attempt yet.", "bold")
    for attempt in job.attempts:
        yield from _attempt_lines(attempt)
    if payload:
        yield from _document_lines("Payload", job.payload)
        yield from _document_lines("Result", job.result)
    else:
        yield Text("Payload and result: --payload", "dim")


def rows_json(rows: Sequence[JobRow], environment: str) -> dict[str, Any]:
    """Return jobs as JSON-able data, newest first, without payloads."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "jobs": [row_json(row) for row in rows],
    }


def row_json(row: JobRow) -> dict[str, Any]:
    """Return one job as JSON-able data; times are ISO 8601 in UTC."""
    return {key: _plain(value) for key, value in asdict(row).items() if key != "version"}


def details_json(job: Details, environment: str, *, payload: bool) -> dict[str, Any]:
    """Return one job whole as JSON-able data, with payload and result only if asked for."""
    documents = {"payload": job.payload, "result": job.result} if payload else {}
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        **row_json(job.row),
        "lease_expires_at": iso(job.lease_expires_at),
        "paused": job.paused,
        "attempts_made": [
            {key: _plain(value) for key, value in asdict(each).items()} for each in job.attempts
        ],
        **documents,
    }


def enqueued_json(job_id: int, *, was_there: bool) -> dict[str, Any]:
    """Return what an enqueue has added as JSON-able data, or which live job was there already."""
    return {"format_version": FORMAT_VERSION, "job_id": job_id, "was_there": was_there}


def _cells(row: JobRow, now: datetime, *, wide: bool) -> list[str]:
    cells = [str(row.id), row.status, row.task_type, row.queue, _tries(row), _when(row, now)]
    return [*cells, row.worker or "-"] if wide else cells


def _line(cells: Sequence[str], sizes: Sequence[int], last: str, width: int | None) -> Text:
    padded = [cells[0].rjust(sizes[0])]
    padded += [cell.ljust(size) for cell, size in zip(cells[1:], sizes[1:], strict=True)]
    line = Text(f"{'  '.join(padded)}  {last}".rstrip(), no_wrap=True)
    if width is not None:
        line.truncate(width, overflow="ellipsis")
    return line


def _tries(row: JobRow) -> str:
    return f"{row.attempts}/{row.max_attempts}"


def _when(row: JobRow, now: datetime) -> str:
    """Return when it is due, or has begun, or has ended."""
    if row.status == "pending":
        due = distance(row.run_at, now)
        return due if due.startswith("in ") else f"due {due}"
    return distance(row.completed_at or row.started_at or row.created_at, now)


def _facts(job: Details, now: datetime) -> Iterator[tuple[str, str]]:
    row = job.row
    yield "task type", row.task_type
    yield "queue", f"{row.queue}, priority {row.priority}"
    yield "attempts", f"{row.attempts} of {row.max_attempts}"
    times = {"enqueued": row.created_at, "started": row.started_at, "ended": row.completed_at}
    if row.status == "pending":
        times["next run"] = row.run_at
    times["lease until"] = job.lease_expires_at
    for label, at in times.items():
        if at is not None:
            yield label, f"{utc(at)} ({distance(at, now)})"
    texts = {"worker": row.worker, "dedup key": row.dedup_key, "paused": job.paused}
    for label, text in {**texts, "last error": row.last_error}.items():
        if text:
            yield label, text


def _attempt_lines(attempt: Attempt) -> Iterator[Text]:
    began = utc(attempt.started_at) if attempt.started_at else "-"
    took = ""
    if attempt.started_at and attempt.finished_at:
        took = f"{(attempt.finished_at - attempt.started_at).total_seconds():.1f} s"
    line = Text(f"  {attempt.attempt:>3}  {began}  {took:>9}  ")
    line.append(attempt.outcome, _STYLE.get(attempt.outcome, "yellow"))
    yield line.append(f"  {attempt.worker or ''}".rstrip(), "dim")
    if attempt.error:
        yield Text(f"       {_one_line(attempt.error)}", "dim")


def _document_lines(title: str, document: Any) -> Iterator[Text]:
    if document is None:
        return
    yield Text(f"{title}:", "bold")
    for line in json.dumps(document, indent=2, ensure_ascii=False).splitlines():
        yield Text(f"  {line}", no_wrap=True)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value
