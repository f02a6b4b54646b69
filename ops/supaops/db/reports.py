"""What an exchange reports, as the JSON of ``job_queue_exchange``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from supaops.db.work import Done, Failure, NewJob


def done_reports(done: Sequence[Done]) -> str:
    """Return JSON: by lease where there is no more to say; results are JSON text already."""
    reports: list[str] = []
    plain: dict[int, list[int]] = {}
    for job, result, enqueue in done:
        if result is None and not enqueue:
            plain.setdefault(job.lease_id, []).append(job.id)
        else:
            members = [f'"job_id":{job.id}', f'"lease_id":{job.lease_id}']
            members += [f'"result":{result}'] if result is not None else []
            members += [f'"enqueue":{json.dumps([*map(new_job, enqueue)])}'] if enqueue else []
            reports.append(f"{{{','.join(members)}}}")
    reports += [f'{{"job_ids":{ids},"lease_id":{lease}}}' for lease, ids in plain.items()]
    return f"[{','.join(reports)}]"


def failure_reports(failed: Sequence[Failure]) -> str:
    """Return JSON."""
    return json.dumps([*map(_failure, failed)]) if failed else "[]"


def new_job(job: NewJob) -> dict[str, Any]:
    """Return what ``job_queue_enqueue_many`` takes as one job; what is None takes its default."""
    found = {key: value for key, value in job._asdict().items() if value is not None}
    if job.run_at is not None:
        found["run_at"] = job.run_at.isoformat()
    return found


def _failure(failure: Failure) -> dict[str, Any]:
    job, error, retry_in, discard = failure
    report: dict[str, Any] = {"job_id": job.id, "lease_id": job.lease_id, "error": error}
    if retry_in is not None:
        report["retry_in"] = f"{retry_in.total_seconds():.6f} s"
    if discard:
        report["discard"] = True
    return report
