"""From a trace to the hops of the chain, each with its verdict, cause and remedy. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.config.model import Config
from supaops.db.smoke import LiveCronJob, Row, Trace
from supaops.db.write import REMIND_BY_HAND

HTTP_OK = 200

_HTTP_CAUSES = {
    401: "the worker refused the secret: its own differs from the one in Vault",
    404: "nothing answers at the endpoint's path",
    409: "the worker works on another database",
    503: "the worker is disabled, or cannot reach its database",
}
_HTTP_FIXES = {
    401: "give both the same JOB_QUEUE_RUNNER_SECRET: restart the worker, then {apply}",
    404: "correct JOB_QUEUE_WORKER_ENDPOINT, then {apply}",
    409: "give the worker the DATABASE_URL of this environment; if this is a copy, leave it so",
    503: "unset JOB_QUEUE_DISABLED and look at the worker's log",
}


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of the chain.

    Attributes:
        ok: the job has passed it.
        failed: it will not pass any more, so that waiting longer is of no use.
        latency: since the hop before it; None until passed.
        detail: what was seen, such as ``HTTP 200``.
        cause, fix: of a hop that is not ok: why, and the command that helps.
    """

    name: str
    ok: bool
    detail: str = ""
    latency: timedelta | None = None
    failed: bool = False
    cause: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of one smoke job.

    Attributes:
        since: when it was enqueued, by the server's clock.
        cron_jobs: those live that should wake the worker, by name.
    """

    config: Config
    trace: Trace
    since: datetime
    cron_jobs: Mapping[str, LiveCronJob]


_Passed = tuple[datetime, str]


def hops(journey: Journey) -> tuple[Hop, ...]:
    """Return the hops in the order of time, up to and including the first that is not passed."""
    return tuple(_walk(journey))


def _walk(journey: Journey) -> Iterator[Hop]:
    before = journey.since
    for name, look in _STAGES:
        seen = look(journey)
        if isinstance(seen, Hop):
            yield seen
            return
        at, detail = seen
        # A tick that was under way when the job came began before it.
        yield Hop(name, ok=True, detail=detail, latency=max(at - before, timedelta()))
        before = max(at, before)


def _enqueue(journey: Journey) -> _Passed:
    return journey.since, f"task type {journey.config.smoke.task_type}"


def _tick(journey: Journey) -> _Passed | Hop:
    run = journey.trace.run
    if run is None:
        return _no_tick(journey)
    if run["status"] == "failed":
        cause = f"run {run['runid']} failed: {(run['return_message'] or '').strip()}"
        fix = f"supaops plan --env {journey.config.environment}"
        return _broken("cron tick", cause, fix, failed=True)
    if run["start_time"] is None:
        return _broken("cron tick", f"run {run['runid']} has not started", _LAUNCHER)
    return run["start_time"], f"run {run['runid']}"


_LAUNCHER = (
    "select * from pg_stat_activity where backend_type like 'pg_cron%' "
    "or application_name like 'pg_cron%'"
)

# pg_cron can miss a change of its jobs (ADR 11); any other makes it read them all.
_NO_RUN = "; ".join((REMIND_BY_HAND, _LAUNCHER))


def _no_tick(journey: Journey) -> Hop:
    env, jobs = journey.config.environment, journey.cron_jobs
    if not any(job.call == "trigger_worker" for job in journey.config.cron.jobs.values()):
        cause, fix = "no cron job calls trigger_worker", "declare one under cron.jobs"
        return _broken("cron tick", cause, fix, failed=True)
    if not jobs:
        cause, fix = "the declared cron job is not in pg_cron", f"supaops apply --env {env}"
        return _broken("cron tick", cause, fix, failed=True)
    if not any(job.active for job in jobs.values()):
        cause = f"{', '.join(jobs)} is not active in {env}"
        fix = f"set active: true in environments/{env}.yaml, then supaops apply --env {env}"
        return _broken("cron tick", cause, fix, failed=True)
    return _broken("cron tick", "pg_cron started no run in time", _NO_RUN)


def _request(journey: Journey) -> _Passed | Hop:
    dispatch = journey.trace.dispatch
    if dispatch is None:
        return _no_request(journey)
    return dispatch["created_at"], f"request {dispatch['request_id']}"


def _no_request(journey: Journey) -> Hop:
    if journey.trace.held:
        cause = f"the run was not to post: this database is {journey.trace.held}"
        fix = f"supaops verify --env {journey.config.environment}"
        # What the guard has disarmed may yet be armed by an accepted probe.
        by_operator = journey.trace.held.startswith("disarmed by the operator")
        return _broken("request", cause, fix, failed=by_operator)
    if journey.config.worker.skip_when_idle:
        cause = "the run found no job ready: the job's queue may be paused"
        return _broken("request", cause, "select * from supaops.pause")
    cause = "the run posted nothing yet"
    return _broken("request", cause, "select * from cron.job_run_details order by runid desc")


def _claim(journey: Journey) -> _Passed | Hop:
    job = journey.trace.job
    if job is None:
        fix = f"supaops smoke --env {journey.config.environment}"
        return _broken("claim", "the job was deleted meanwhile", fix, failed=True)
    if job["started_at"] is None:
        return _refusal(journey) or _unclaimed(journey)
    return job["started_at"], f"by {job['worker']}"


def _unclaimed(journey: Journey) -> Hop:
    dispatch = journey.trace.dispatch or {}
    if dispatch["is_queued"]:
        waiting = journey.trace.net_backlog
        cause = f"{waiting} requests wait in net.http_request_queue: pg_net's worker does not send"
        return _broken("net queue", cause, "select net.worker_restart()")
    if dispatch["status_code"] is None:
        cause = f"no answer to request {dispatch['request_id']} yet"
        return _broken("answer", cause, "look at the worker's log")
    cause = "the worker answered 200 but did not claim the job: it may be paused"
    return _broken("claim", cause, "select * from supaops.pause")


def _success(journey: Journey) -> _Passed | Hop:
    job: Row = journey.trace.job or {}
    if job["status"] in ("failed", "cancelled"):
        cause = f"the job {job['status']}: {job['last_error'] or 'no reason given'}"
        return _broken("success", cause, "look at the worker's log", failed=True)
    if job["status"] != "succeeded":
        return _broken("success", f"the job is still {job['status']}", "look at the worker's log")
    return job["completed_at"], "handler returned"


def _answer(journey: Journey) -> _Passed | Hop:
    dispatch: Row = journey.trace.dispatch or {}
    refusal = _refusal(journey)
    if refusal is not None:
        return refusal
    if dispatch["status_code"] is None:
        cause = f"no answer to request {dispatch['request_id']} was recorded"
        return _broken("answer", cause, "select * from net._http_response order by id desc")
    return dispatch["responded_at"], f"HTTP {dispatch['status_code']}"


def _refusal(journey: Journey) -> Hop | None:
    """Return the broken hop of an answer that is not 200, or None."""
    dispatch = journey.trace.dispatch or {}
    env = journey.config.environment
    if dispatch.get("error"):
        fix = f"supaops serve --env {env}, at the address in JOB_QUEUE_WORKER_ENDPOINT"
        return _broken("answer", f"no HTTP answer: {dispatch['error']}", fix, failed=True)
    status = dispatch.get("status_code")
    if status in (None, HTTP_OK):
        return None
    cause = f"HTTP {status}: {_HTTP_CAUSES.get(status, 'the worker did not accept the call')}"
    fix = _HTTP_FIXES.get(status, "look at the worker's log")
    return _broken("answer", cause, fix.format(apply=f"supaops apply --env {env}"), failed=True)


def _broken(name: str, cause: str, fix: str, *, failed: bool = False) -> Hop:
    return Hop(name, ok=False, failed=failed, cause=cause, fix=fix)


_STAGES: tuple[tuple[str, Callable[[Journey], _Passed | Hop]], ...] = (
    ("enqueue", _enqueue),
    ("cron tick", _tick),
    ("request", _request),
    ("claim", _claim),
    ("success", _success),
    ("answer", _answer),
)
