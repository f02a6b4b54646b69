"""The page of the cron jobs, and which acts it refuses, on a queue in which nothing ticks."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from supaops.db.connect import Connection
from supaops.db.health.queue import read_held
from supaops.db.operators import Actor
from supaops.db.pages.cron import read_board
from supaops.db.pause import in_force
from supaops.errors import Refused
from supaops.jobs.cron_pausing import JobPause, pause_job, resume_job
from supaops.jobs.resuming import resume
from supaops.jobs.running import run_job
from supaops.plan import read_plan
from supaops.plan.cron import cron_changes
from supaops.web.site import BASE
from tests.db.calls import column, value
from tests.projects import Project
from tests.web.forms import notice, post, visiting
from tests.web.scene import furnish
from tests.web.site import Served

pytestmark = pytest.mark.stack

WORKER, CLEANUP, MAINTENANCE = (
    "job_queue_worker",
    "job_queue_cleanup_daily",
    "job_queue_maintenance",
)
ADA = Actor("ada", None, "dashboard", "r1")
ACTIVATE = "select cron.alter_job(jobid, active := %s) from cron.job where jobname = %s"


@pytest.fixture(autouse=True)
def _as_declared(project: Project, queue: Connection) -> object:
    yield
    queue.execute("delete from supaops.pause")
    queue.execute(
        "update supaops.environment set disarmed_at = null, disarmed_by = null,"
        " disarmed_reason = null"
    )
    project.apply(queue)


def text(page: str) -> str:
    """Return what a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_job_that_was_changed_by_hand_has_drifted_field_by_field(
    control_room: Served, queue: Connection
) -> None:
    queue.execute(
        "select cron.alter_job(jobid, schedule := '*/5 * * * *') from cron.job where jobname = %s",
        [WORKER],
    )
    with visiting(control_room, "vera") as client:
        page = text(client.get(f"{BASE}/cron").text)
    assert "job_queue_worker inactive drifted" in page
    assert "schedule * * * * * */5 * * * *" in page
    assert "Every 5 minutes" in page


def test_a_job_that_is_gone_is_missing_and_one_of_others_is_only_shown(
    control_room: Served, queue: Connection
) -> None:
    queue.execute("select cron.unschedule(%s)", [WORKER])
    queue.execute("select cron.schedule('nightly', '0 4 * * *', 'select ''sb_secret_abc''')")
    with visiting(control_room, "ada") as client:
        page = client.get(f"{BASE}/cron").text
        refused = post(client, "/cron", "/cron/run", job="nightly")
    queue.execute("select cron.unschedule('nightly')")
    assert "job_queue_worker missing gone" in text(page)
    assert "nightly At 04:00" in text(page)
    assert "sb_secret_abc" not in page
    assert 'id="pause-nightly"' not in page
    assert refused.status_code == 409
    assert "cron job nightly is not declared" in refused.text


def test_the_plan_of_the_cron_jobs_alone_says_what_the_whole_one_says(
    project: Project, queue: Connection
) -> None:
    queue.execute(ACTIVATE, [True, WORKER])
    whole = {
        change.address: (change.action, change.reason)
        for change in read_plan(queue, project.desired).changes
        if change.address.startswith("cron_job.")
    }
    board = read_board(queue, project.config)
    alone = cron_changes(project.desired, board.state).values()
    assert {change.address: (change.action, change.reason) for change in alone} == whole


def test_the_page_takes_few_statements(
    project: Project, queue: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(queue)
    statements: list[object] = []
    original = queue.execute

    def counting(statement: object, *arguments: object, **options: object) -> object:
        statements.append(statement)
        return original(statement, *arguments, **options)  # type: ignore[call-overload]  # a spy

    monkeypatch.setattr(queue, "execute", counting)
    read_board(queue, project.config)
    assert len(statements) <= 5


def test_two_paused_jobs_have_each_its_own_reason_and_end(
    project: Project, queue: Connection
) -> None:
    end = datetime(2999, 1, 1, tzinfo=UTC)
    pause_job(queue, project.config, JobPause(CLEANUP, "first", end), ADA)
    pause_job(queue, project.config, JobPause(MAINTENANCE, "second"), Actor("otto", "second"))
    pauses = read_board(queue, project.config).pauses
    assert {name: (each.reason, each.paused_by, each.until) for name, each in pauses.items()} == {
        CLEANUP: ("first", "ada", end),
        MAINTENANCE: ("second", "otto", None),
    }
    resume_job(queue, project.config, MAINTENANCE, ADA)
    [left] = in_force(queue, project.config)
    assert (left.reason, left.paused_by, left.until, left.stopped) == (
        "first",
        "ada",
        end,
        (CLEANUP,),
    )


def test_a_resume_of_the_whole_chain_ends_the_pause_of_a_single_job(
    project: Project, queue: Connection
) -> None:
    pause_job(queue, project.config, JobPause(CLEANUP, "a move"), ADA)
    resume(queue, project.config, in_force(queue, project.config), {}, ADA)
    assert in_force(queue, project.config) == []
    assert read_board(queue, project.config).pauses == {}


def test_a_pause_without_a_reason_is_refused_beside_its_form_and_loses_nothing(
    control_room: Served, queue: Connection
) -> None:
    with visiting(control_room, "ada") as client:
        fields = {"job": CLEANUP, "reason": " ", "until": "18:00"}
        refused = post(client, "/cron", "/cron/pause", **fields)
        past = post(client, "/cron", "/cron/pause", **{**fields, "until": "2001-01-01T00:00Z"})
    assert refused.status_code == past.status_code == 409
    opened = refused.text.split(f'id="pause-{CLEANUP}" open', 1)[1].split("</form>", 1)[0]
    assert "a pause needs a reason" in opened
    assert 'value="18:00"' in opened
    assert "2001-01-01 00:00 UTC has passed" in past.text
    assert column(queue, "select 1 from supaops.pause") == []


@pytest.mark.parametrize(("name", "act"), [("vera", "run"), ("otto", "pause"), ("otto", "resume")])
def test_who_may_not_do_it_sees_no_form_and_is_refused_all_the_same(
    control_room: Served, queue: Connection, name: str, act: str
) -> None:
    with visiting(control_room, name) as client:
        page = client.get(f"{BASE}/cron").text
        assert f'action="{BASE}/cron/{act}"' not in page
        refused = post(client, "/cron", f"/cron/{act}", job=CLEANUP, reason="x")
    assert refused.status_code == 403
    assert column(queue, "select action from supaops.audit") == []


def test_a_run_that_cannot_be_done_by_the_guard_is_refused_with_the_way_out(
    control_room: Served, queue: Connection
) -> None:
    queue.execute("select supaops.disarm(reason => 'a copy', environment => 'test')")
    with visiting(control_room, "otto") as client:
        page = client.get(f"{BASE}/cron").text
        refused = post(client, "/cron", "/cron/run", job=CLEANUP)
    assert "Disarmed by the operator: a copy." in page
    assert 'title="The database is disarmed."' in page
    assert refused.status_code == 409
    assert "the database is disarmed" in refused.text
    assert column(queue, "select action from supaops.audit where action = 'run'") == []


def test_a_run_that_fails_is_told_and_stands_in_the_audit(
    control_room: Served, queue: Connection
) -> None:
    queue.execute(
        "select cron.alter_job(jobid, command := 'select 1/0') from cron.job where jobname = %s",
        [CLEANUP],
    )
    with visiting(control_room, "otto") as client:
        told = notice(client, post(client, "/cron", "/cron/run", job=CLEANUP))
    assert told.endswith(": ERROR:  division by zero")
    [after] = column(queue, "select after from supaops.audit where action = 'ran'")
    assert (after["succeeded"], after["message"]) == (False, "ERROR:  division by zero")


def test_a_second_click_is_refused_while_a_run_is_under_way(
    project: Project, queue: Connection
) -> None:
    queue.execute(
        "insert into supaops.audit (actor, action, target) values ('otto', 'run', %s)",
        [f"cron:{CLEANUP}"],
    )
    with pytest.raises(Refused, match="a run by otto is under way"):
        run_job(queue, project.config, CLEANUP, ADA)
    queue.execute("update supaops.audit set at = now() - interval '1 minute'")
    assert run_job(queue, project.config, CLEANUP, ADA).succeeded


def test_a_job_that_is_paused_keeps_no_queue_from_being_late(
    project: Project, queue: Connection
) -> None:
    pause_job(queue, project.config, JobPause(CLEANUP, "a move"), ADA)
    [held] = read_held(queue, project.config.queue, 0).pauses
    assert not held.covers("default", "game_platform_sync")
    assert value(queue, "select count(*) from supaops.pause") == 1
