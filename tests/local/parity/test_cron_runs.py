"""What runs, when, and what the history says of it. All jobs tick together, once for the module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from supaops.apply import remind_scheduler
from supaops.db.connect import Connection
from supaops.local import Stack
from tests.local.parity.conftest import emptied
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.parity]

LOST = (
    "server closed the connection unexpectedly\n"
    "\tThis probably means the server terminated abnormally\n"
    "\tbefore or while processing the request.\n"
)
RAISED = (
    "ERROR:  ups\nDETAIL:  d\nHINT:  h\n"
    "CONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE\n"
)
OUTCOMES = {
    "select": ("select generate_series(1, 2)", "succeeded", "2 rows"),
    "select one": ("select 1", "succeeded", "1 row"),
    "insert": ("insert into public.noted values ('insert', null)", "succeeded", "INSERT 0 1"),
    "do": ("do $$ begin raise notice 'x'; end $$", "succeeded", "DO"),
    "nothing": ("", "succeeded", "0 rows"),
    "the last of many": ("select 1; create temp table x ()", "succeeded", "CREATE TABLE"),
    "division": ("select 1 / 0", "failed", "ERROR:  division by zero\n"),
    "syntax": (
        "selekt 1", "failed",
        'ERROR:  syntax error at or near "selekt"\nLINE 1: selekt 1\n        ^\n',
    ),
    "raise": (
        "do $$ begin raise exception 'ups' using detail = 'd', hint = 'h'; end $$", "failed",
        RAISED,
    ),
    "left open": (
        "begin; insert into public.noted values ('left open', null)", "succeeded", "INSERT 0 1",
    ),
    "undone": (
        "insert into public.noted values ('undone', null); select 1 / 0", "failed",
        "ERROR:  division by zero\n",
    ),
    "copy": ("copy (select 1) to stdout", "failed", "COPY not supported"),
    "killed": ("select pg_terminate_backend(pg_backend_pid())", "failed", LOST),
}  # fmt: skip
"""What a job's command leaves in the history: status and message."""

STANDIN_ONLY = {
    "copy": "the real pg_cron never comes back from COPY, and runs no other job from then on",
}
"""Outcomes that the real extension cannot be asked for, and why."""

OTHERS = {
    "who": "insert into public.noted select 'who', to_jsonb(x) from (select current_user::text as"
    " role, current_database() as database, current_setting('application_name') as name,"
    " pg_backend_pid() as pid) as x",
    "long": "select pg_sleep(1.2)",
    "every two": "/* every two */ select 1",
    "inactive": "insert into public.noted values ('inactive', null)",
    "unscheduled": "insert into public.noted select 'unscheduled', null from pg_sleep(3)",
}
"""Jobs that are looked at in other ways."""

Runs = list[dict[str, Any]]


@pytest.fixture(scope="module")
def db(stack: Stack) -> Iterator[Connection]:
    """Return one connection for the module; what the jobs left stays for all of its tests."""
    with emptied(stack) as connection:
        yield connection


@pytest.fixture(scope="module")
def history(db: Connection, standins: frozenset[str]) -> dict[str, Runs]:
    """Return the runs of each job, once each job has run and the long one three times."""
    db.execute("create table public.noted (what text, seen jsonb)")
    commands = {name: command for name, (command, _, _) in OUTCOMES.items()} | OTHERS
    if "pg_cron" not in standins:
        commands = {name: text for name, text in commands.items() if name not in STANDIN_ONLY}
    with db.transaction():
        ids = {name: schedule(db, name, command) for name, command in commands.items()}
        db.execute("select cron.alter_job(%s, active := false)", (ids["inactive"],))
        db.execute("select cron.alter_job(%s, schedule := '2 seconds')", (ids["every two"],))
    remind_scheduler(db)  # `emptied` may have dropped more than the real one keeps up with
    until(lambda: "running" in statuses(db, ids["unscheduled"]))
    db.execute("select cron.unschedule('unscheduled')")
    until(lambda: statuses(db, ids["long"]).count("succeeded") > 2)
    db.execute("select cron.unschedule(jobid) from cron.job")
    until(lambda: None not in {run["end_time"] for run in runs(db)})
    return {name: [run for run in runs(db) if run["jobid"] == ids[name]] for name in commands}


def schedule(db: Connection, name: str, command: str) -> int:
    row = db.execute("select cron.schedule(%s, '1 seconds', %s) as id", (name, command)).fetchone()
    assert row
    return int(row["id"])


def runs(db: Connection) -> Runs:
    return db.execute("select * from cron.job_run_details order by runid").fetchall()


def statuses(db: Connection, jobid: int) -> list[str]:
    return [run["status"] for run in runs(db) if run["jobid"] == jobid]


def noted(db: Connection, what: str) -> list[Any]:
    rows = db.execute("select seen from public.noted where what = %s", (what,)).fetchall()
    return [row["seen"] for row in rows]


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_run_ends_with_the_status_and_words_of_pg_cron(
    history: dict[str, Runs], name: str
) -> None:
    if name not in history:
        pytest.skip(STANDIN_ONLY[name])
    _, status, message = OUTCOMES[name]
    assert {(run["status"], run["return_message"]) for run in history[name]} in (
        {(status, message)},
        {(status, message), ("failed", "job canceled")},  # The last may have met the end.
    )


def test_a_run_records_what_ran_where_and_as_whom(history: dict[str, Runs]) -> None:
    first = history["who"][0]
    expected = {"command": OTHERS["who"], "database": "postgres", "username": "postgres"}
    assert first.items() >= expected.items()


def test_a_job_runs_in_a_session_of_its_own_that_the_history_names(
    db: Connection, history: dict[str, Runs]
) -> None:
    first, *_ = seen = noted(db, "who")
    assert first == {
        "role": "postgres", "database": "postgres", "name": "pg_cron",
        "pid": history["who"][0]["job_pid"],
    }  # fmt: skip
    assert len({session["pid"] for session in seen}) == len(seen) > 1


def test_a_command_of_several_statements_is_one_transaction(
    db: Connection, history: dict[str, Runs]
) -> None:
    assert history["undone"]
    assert noted(db, "undone") == []


def test_a_transaction_that_a_command_leaves_open_is_undone(
    db: Connection, history: dict[str, Runs]
) -> None:
    assert history["left open"]
    assert noted(db, "left open") == []


def test_an_inactive_job_does_not_run(db: Connection, history: dict[str, Runs]) -> None:
    assert history["inactive"] == []
    assert noted(db, "inactive") == []


@pytest.mark.parametrize(("name", "seconds"), [("select", 1), ("every two", 2)])
def test_seconds_count_from_start_to_start(
    history: dict[str, Runs], name: str, seconds: int
) -> None:
    starts = [run["start_time"] for run in history[name]]
    gaps = [after - before for before, after in pairwise(starts)]
    assert gaps
    assert all(gap >= timedelta(seconds=seconds - 0.05) for gap in gaps)


def test_a_job_that_takes_longer_than_its_interval_does_not_overlap_itself(
    history: dict[str, Runs],
) -> None:
    pauses = [after["start_time"] - run["end_time"] for run, after in pairwise(history["long"])]
    assert len(pauses) > 1
    assert timedelta() <= min(pauses) < timedelta(seconds=1)  # Due already: it follows at once.


def test_a_job_unscheduled_during_its_run_is_recorded_as_canceled_yet_finishes(
    db: Connection, history: dict[str, Runs]
) -> None:
    (run,) = history["unscheduled"]
    assert (run["status"], run["return_message"]) == ("failed", "job canceled")
    assert until(lambda: noted(db, "unscheduled")) == [None]


def test_the_history_outlives_its_job_and_may_be_deleted(
    db: Connection, history: dict[str, Runs]
) -> None:
    assert history["select"]
    assert db.execute("select from cron.job").fetchall() == []
    (run,) = history["unscheduled"]
    db.execute("delete from cron.job_run_details where runid = %s", (run["runid"],))
    assert run["runid"] not in {row["runid"] for row in runs(db)}
