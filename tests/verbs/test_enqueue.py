"""`supaops enqueue`: a job as the queue's own function makes it, from text, a file or a pipe."""

from __future__ import annotations

import io
import json

import pytest

from supaops.db.connect import Connection, connect
from supaops.db.operators import Actor, NewJob, enqueue_job
from supaops.status import ExitStatus
from tests.db.calls import job, value
from tests.db.test_playbook import FRESH, statement
from tests.projects import Project
from tests.verbs.conftest import Outcome, Supaops, audit, states

pytestmark = pytest.mark.stack
SYNC = "game_platform_sync"
PAYLOAD = '{"dryRun": false}'


def number(done: Outcome) -> int:
    assert done.status == ExitStatus.OK, done.err
    return int(done.out.split()[-1].rstrip("."))


def test_a_job_is_as_the_playbooks_statement_makes_it(queue: Connection, supaops: Supaops) -> None:
    by_command = job(queue, number(supaops("enqueue", SYNC, "--payload", PAYLOAD, "--yes")))
    by_hand = job(queue, value(queue, statement(FRESH)))
    moving = {"id", "created_at", "run_at", "ready_at"}
    assert {k: v for k, v in by_command.items() if k not in moving} == {
        k: v for k, v in by_hand.items() if k not in moving
    }
    [row] = audit(queue)
    assert (row["action"], row["target"]) == ("enqueue", f"job:{by_command['id']}")
    assert "dryRun" not in str(row)


def test_a_payload_comes_from_a_file_or_from_standard_input(
    queue: Connection, supaops: Supaops, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.folder / "payload.json"
    path.write_text(PAYLOAD, encoding="utf-8")
    by_file = number(supaops("enqueue", SYNC, "--payload", f"@{path}", "--yes"))
    monkeypatch.setattr("sys.stdin", io.StringIO(PAYLOAD))
    by_pipe = number(supaops("enqueue", SYNC, "--payload", "-", "--yes"))
    assert job(queue, by_file)["payload"] == job(queue, by_pipe)["payload"] == {"dryRun": False}


def test_every_option_is_a_column(queue: Connection, supaops: Supaops) -> None:
    row = job(
        queue,
        number(
            supaops(
                "enqueue", "supaops_smoke", "--queue", "side", "--priority", "-5",
                "--max-attempts", "7", "--dedup-key", "k", "--run-at", "2999-01-01T00:00Z",
                "--yes",
            )
        ),
    )  # fmt: skip
    columns = ("queue", "priority", "max_attempts", "dedup_key")
    assert [row[name] for name in columns] == ["side", -5, 7, "k"]
    assert row["run_at"].year == 2999


def test_a_live_duplicate_is_shown_and_nothing_is_added(
    queue: Connection, supaops: Supaops
) -> None:
    words = ("enqueue", "supaops_smoke", "--dedup-key", "k", "--yes")
    first = number(supaops(*words))
    assert f"Job {first} is live and has this dedup key" in supaops(*words).out
    told = json.loads(supaops(*words, "--format", "json").out)
    assert (told["job_id"], told["was_there"]) == (first, True)
    assert list(states(queue)) == [first]


def test_a_live_duplicate_of_a_transaction_that_began_later_was_there(
    queue: Connection, project: Project
) -> None:
    new = NewJob("supaops_smoke", {}, dedup_key="k")
    with queue.transaction():
        queue.execute("select")  # now() is now
        with connect(project.url, application_name="pytest another") as other:
            first, was_there = enqueue_job(other, project.config, new, Actor("first"))
        assert not was_there
        assert enqueue_job(queue, project.config, new, Actor("second")) == (first, True)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ([SYNC, "--payload", "{'secret': 1}"], 64, "the payload is no JSON, line 1"),
        ([SYNC, "--payload", "@nowhere.json"], 64, "cannot read nowhere.json"),
        ([SYNC, "--payload", '{"dryRun": "x"}'], 1, "breaks its declared schema"),
        (["nobody"], 1, "unknown task type 'nobody'"),
        ([SYNC, "--run-at", "soon"], 64, "--run-at"),
        ([SYNC, "--queue", "*"], 1, "expected a name"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_added(
    queue: Connection, supaops: Supaops, words: list[str], status: int, told: str
) -> None:
    done = supaops("enqueue", *words, "--yes")
    assert done.status == status
    assert told in done.err
    assert "secret" not in done.err
    assert states(queue) == {}
