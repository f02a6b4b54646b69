"""The queue over the Data API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from supaops.db.reports import done_reports, failure_reports
from supaops.db.work import Claimed, Done, Exchanged, Failure, Job, read_payload
from supaops.worker.transports.data_api.client import Api
from supaops.worker.transports.data_api.values import as_interval, interval, moment

# Supabase returns 1,000 rows of a function and drops the rest (its setting "Max rows"). A job that
# was claimed and then dropped would wait for its lease to end; one row is the answer to reports.
_MOST = 999
_COLUMNS = (
    "id,task_type,queue,payload::text,priority,attempts,max_attempts,lease_id,lease_expires_at,"
    "timeout,run_at,created_at,traceparent"
)


class DataApiQueue:
    """Call the queue's SQL functions, each in one request and one transaction.

    Every method raises ConnectionFailed when trying again may help, DatabaseError when it will not.

    Args:    name: the functions' prefix, as `queue.name` in the YAML.
    """

    def __init__(self, api: Api, *, name: str) -> None:
        self._api = api
        self._name = name

    async def confirm(self, dispatch: int, nonce: str) -> bool:
        """Use up the nonce of a post; false when this database has sent no such post, or once."""
        return bool(await self._call("confirm", {"dispatch_id": dispatch, "nonce": nonce}))

    async def exchange(
        self,
        done: Sequence[Done],
        failed: Sequence[Failure],
        *,
        limit: int,
        worker: str,
        lease: timedelta,
        queues: Sequence[str] | None = None,
    ) -> Exchanged:
        """Report what has ended and claim the next, in one request and one commit.

        Args:
            limit: 999 at most are claimed.
            queues: whose jobs are claimed; None for those of every queue.
        """
        others = {
            "limit": min(limit, _MOST),
            "worker": worker,
            "lease": as_interval(lease),
            "queues": None if queues is None else list(queues),
        }
        reports = f'"done":{done_reports(done)},"failed":{failure_reports(failed)}'
        body = f"{{{reports},{json.dumps(others)[1:]}"
        select = f"refused,statuses,{_COLUMNS}"
        said = await self._api.post(f"{self._name}_exchange", body, select=select)
        answer, *rows = self._api.read(said)
        return Exchanged(
            _claimed(rows),
            frozenset(answer["refused"]),
            {each["id"]: each["status"] for each in answer["statuses"]},
        )

    async def heartbeat(self, lease_id: int, *, lease: timedelta) -> frozenset[int]:
        """Extend a lease from now; return the ids of its jobs that it no longer holds."""
        arguments = {"lease_id": lease_id, "lease": as_interval(lease)}
        return frozenset(await self._call("heartbeat", arguments) or ())

    async def writing_since(self, moment: datetime | None) -> datetime | None:  # noqa: ARG002
        """Return None: who is writing shows in a private schema, which no API exposes."""
        return None

    async def give_back(self, lease_id: int, job_ids: Sequence[int]) -> frozenset[int]:
        """Return unfinished jobs to the queue at once, their attempts uncounted."""
        arguments = {"lease_id": lease_id, "job_ids": list(job_ids)}
        return frozenset(await self._call("give_back", arguments) or ())

    async def register(
        self, worker: str, handlers: Sequence[str], about: Mapping[str, Any]
    ) -> None:
        """Say that a worker is there, and which task types it has a handler for."""
        arguments = {"worker": worker, "handlers": list(handlers), "about": dict(about)}
        await self._call("register_worker", arguments)

    async def forget(self, worker: str) -> None:
        """Say that a worker is gone."""
        await self._call("forget_worker", {"worker": worker})

    async def _call(self, verb: str, arguments: Mapping[str, Any]) -> Any:
        return await self._api.call(f"{self._name}_{verb}", arguments)


def _claimed(rows: list[dict[str, Any]]) -> Claimed:
    first, waiting = [_job(row) for row in rows[:1]], iter(rows[1:])

    async def make(count: int) -> list[Job]:
        return [_job(row) for row in islice(waiting, count)]

    return Claimed(first, len(rows) - len(first), make)


def _job(row: dict[str, Any]) -> Job:
    read = {
        "payload": read_payload(row["payload"]),
        "lease_expires_at": moment(row["lease_expires_at"]),
        "timeout": interval(row["timeout"]),
        "run_at": moment(row["run_at"]),
        "created_at": moment(row["created_at"]),
    }
    return Job(**{name: read.get(name, row[name]) for name in Job._fields})
