"""Each JSON document of a command that has no schema, with every key that it can have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from supaops.checks.catalogue import CHECKS
from supaops.checks.changes import Change
from supaops.checks.finding import Finding, Verdict
from supaops.compare import Comparison
from supaops.compare.difference import Difference
from supaops.config.health import Runbook
from supaops.config.thresholds import Checks
from supaops.db.history import Revision
from supaops.db.incident import Happening, Lately, QueueState
from supaops.db.incident import Pause as Paused
from supaops.db.selection import Attempt, Details, JobRow
from supaops.incident import Failing, Page
from supaops.jobs.bulk import Outcome
from supaops.jobs.hops import Hop
from supaops.jobs.pausing import How, Pause
from supaops.jobs.resuming import Proof
from supaops.jobs.selection import Selection
from supaops.jobs.smoke import SmokeResult
from supaops.jobs.verb import REPLAY
from supaops.local.inspection import Inspection, Part
from supaops.report.bulk import outcome_json
from supaops.report.changes import change_json, slow_json, start_json
from supaops.report.cleanup import cleanup_json
from supaops.report.drained import drained_json
from supaops.report.environments import comparison_json
from supaops.report.health.listing import checks_json
from supaops.report.history_text import history_json
from supaops.report.incident import incident_json
from supaops.report.jobs import details_json, enqueued_json, rows_json
from supaops.report.pauses import paused_json, resumed_json
from supaops.report.scan import scan_json
from supaops.report.smoke import smoke_json
from supaops.scan import Leak, Scan, Source
from supaops.status import Severity
from supaops.worker.tally import Tally

_AT = datetime(2026, 1, 31, tzinfo=UTC)
_WELL = Verdict(Severity.CRITICAL, "seen", "do this", evidence=("one",), since=_AT)
_FINDING = Finding("net.queue", "title", "why", _WELL)
_JOB = JobRow(1, "a", "q", "failed", 0, 1, 5, "w", "k", "boom", 3, _AT, _AT, _AT, _AT)
_ATTEMPT = Attempt(1, "w", _AT, _AT, "failed", "boom")
_DETAILS = Details(_JOB, {"a": 1}, [2], _AT, "q is paused", (_ATTEMPT,))
_PAUSE = Pause("q", "*", How.CRON, "a move", _AT, _AT, "ada", ("job_queue_worker",))
_HOPS = (
    Hop("enqueue", ok=True, detail="task type a", latency=timedelta(seconds=1)),
    Hop("claim", ok=False, cause="nobody claims", fix="look"),
)
_SMOKE = SmokeResult("local", 1, "c", _HOPS, 200, 7)
_LATELY = Lately(
    failed=(),
    bad_since=_AT,
    posted_at=_AT,
    answered_at=_AT,
    queues=(QueueState("q", 1, 2, 3, 4.0),),
    pauses=(Paused("q", "*", "a move", "ada", _AT, None),),
    changes=(Happening(_AT, "ada", "apply", "revision 1", "why", 1),),
)
_PAGE = Page(
    environment="live",
    at=_AT,
    window=timedelta(days=1),
    findings=(_FINDING,),
    failing=(Failing("a", "q", "boom N", 3, 2, 1, _AT, _AT, 1, "boom 1"),),
    lately=_LATELY,
    silence="",
    steps=("look",),
    contacts=Runbook(),
)
_STACK = Inspection(
    running=True,
    server_version="17",
    source="system",
    port=1,
    api_url="u",
    account="a",
    data=Path("d"),
    log=Path("l"),
    standins_log=Path("s"),
    server_pid=1,
    supervisor_pid=2,
    loops_pid=3,
    started_at=_AT,
    parts=(Part("pg_net", "native", running=True),),
)
_OUTCOME = Outcome(REPLAY, (1,), {"gone": 1}, {2: "its key is taken"}, {1: 3})
_REVISION = Revision(1, _AT, "local", "ada", "abc", "0.1.0", "1 created", {"changes": []})
_LEAK = Leak(Source.FILE, "a.sql:1:1", "a JSON web token")

DOCUMENTS: dict[str, Sequence[Any]] = {
    "List of checks": [checks_json(CHECKS, Checks())],
    "Events of watch": [
        start_json(_AT, [_FINDING]),
        change_json(_AT, Change(None, _FINDING)),
        slow_json(_AT, 7.0, 5.0),
    ],
    "Smoke test": [smoke_json(_SMOKE)],
    "Incident": [incident_json(_PAGE)],
    "Jobs": [rows_json([_JOB], "local")],
    "One job": [details_json(_DETAILS, "local", payload=True)],
    "Enqueued job": [enqueued_json(1, was_there=False)],
    "Many jobs": [outcome_json(_OUTCOME, "local", Selection((1, 2), {"failed": 2}))],
    "Pause": [paused_json(_PAUSE, "local")],
    "Resume": [resumed_json([_PAUSE], [_PAUSE], "local", Proof(_SMOKE, 200))],
    "Clean-up": [cleanup_json("local", {"succeeded": 1}, 1)],
    "History": [history_json([_REVISION])],
    "Environments": [
        comparison_json(Comparison("a", "b", (Difference("g", "n", "1", "2"),), ("x",)))
    ],
    "Secrets found": [scan_json(Scan("local", (_LEAK,), ("files",), ("runs",)))],
    "Drained queue": [json.loads(drained_json(Tally(1, 1).counts(), 1.0))],
    "Local stack": [{**asdict(_STACK), "keys": {"SUPABASE_ANON_KEY": "k"}}],
}
"""By the heading of docs/reference/json.md; several where one cannot have every key."""
