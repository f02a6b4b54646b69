"""The page of the queues: what it tells, and that pausing and resuming are who may's."""

from __future__ import annotations

import re

import pytest

from supaops.db.connect import Connection
from supaops.db.pages.queues import read_queues
from supaops.web.site import BASE
from tests.db.calls import claim, column, enqueue
from tests.projects import Project
from tests.web.forms import notice, post, visiting
from tests.web.scene import furnish
from tests.web.site import Served

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def _clean(queue: Connection) -> None:
    queue.execute("delete from supaops.worker")


def card(page: str, name: str) -> str:
    """Return what the page says of one queue, without its marks."""
    part = page.split(f'id="queue-{name}"', 1)[1].split("</section>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", part)).replace("&#39;", "'")


def test_a_queue_tells_its_jobs_limits_task_types_and_workers(
    control_room: Served, queue: Connection
) -> None:
    furnish(queue)
    queue.execute(
        "insert into supaops.worker (name, handlers) values ('w1', '{send_email}'), ('w2', '{x}')"
    )
    with visiting(control_room, "vera") as client:
        mail = card(client.get(f"{BASE}/queues").text, "mail")
    assert "1 of 5 at once" in mail
    assert "100 start in 1 min at most" in mail
    assert "send_email" in mail
    assert "w1" in mail
    assert "w2" not in mail
    assert "at the present rate" in mail
    assert " ended, at most " in mail


def test_the_page_takes_few_statements(
    project: Project, queue: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(queue)
    statements: list[object] = []
    original = queue.execute

    def counting(statement: object, *arguments: object, **options: object) -> object:
        statements.append(statement)
        return original(statement, *arguments, **options)  # type: ignore[call-overload]  # a spy

    with queue.transaction():
        queue.execute("set transaction isolation level repeatable read, read only")
        monkeypatch.setattr(queue, "execute", counting)
        read_queues(queue, project.config)
    assert len(statements) <= 9


def test_a_paused_queue_starts_nothing_new_and_what_runs_goes_on(
    control_room: Served, queue: Connection
) -> None:
    held = enqueue(queue, "send_email")
    assert [row["id"] for row in claim(queue)] == [held]
    enqueue(queue, "send_email")
    with visiting(control_room, "otto") as client:
        fields = {"queue": "mail", "reason": "the relay moves", "until": "30m"}
        told = notice(client, post(client, "/queues", "/queues/pause", **fields))
        shown = card(client.get(f"{BASE}/queues").text, "mail")
        assert told == "Queue mail is paused: what runs goes on, and nothing new starts."
        assert "by otto" in shown
        assert "the relay moves" in shown
        assert "Ends by itself" in shown
        assert claim(queue) == []
        queue.execute("select job_queue_mark_succeeded(%s)", [held])
        whole = {"queue": "mail", "task_type": "*", "how": "flag"}
        told = notice(client, post(client, "/queues", "/queues/resume", **whole))
        assert told == "Queue mail is resumed."
    assert len(claim(queue)) == 1
    rows = queue.execute(
        "select actor, action, reason, source, target from supaops.audit"
        " where request_id is not null order by id"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("otto", "pause", "the relay moves", "dashboard", "queue:mail"),
        ("otto", "resume", None, "dashboard", "queue:mail"),
    ]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"reason": " "}, "a pause needs a reason"),
        ({"reason": "x", "until": "2001-01-01T00:00Z"}, "2001-01-01 00:00 UTC has passed"),
        ({"reason": "x", "until": "soon"}, "expected a time or a duration"),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_what_was_typed(
    control_room: Served, queue: Connection, fields: dict[str, str], problem: str
) -> None:
    enqueue(queue, "send_email")
    with visiting(control_room, "otto") as client:
        refused = post(client, "/queues", "/queues/pause", queue="mail", **fields)
    opened = refused.text.split('id="pause-mail" open', 1)[1].split("</form>", 1)[0]
    assert refused.status_code == 409
    assert problem in opened
    assert 'data-live=""' in refused.text
    assert f'value="{fields.get("until", "")}"' in opened
    assert column(queue, "select 1 from supaops.pause") == []


def test_an_unknown_queue_is_refused_with_the_queue_s_own_words(
    control_room: Served, queue: Connection
) -> None:
    with visiting(control_room, "otto") as client:
        refused = post(client, "/queues", "/queues/pause", queue="mial", reason="x")
    assert refused.status_code == 409
    assert "mial" in refused.text
    assert column(queue, "select 1 from supaops.pause") == []


def test_every_queue_at_once_is_an_admin_s(control_room: Served, queue: Connection) -> None:
    everything = {"queue": "*", "reason": "a fire"}
    with visiting(control_room, "vera") as client:
        assert f'action="{BASE}/queues/pause"' not in client.get(f"{BASE}/queues").text
        assert post(client, "/queues", "/queues/pause", **everything).status_code == 403
    with visiting(control_room, "otto") as client:
        assert post(client, "/queues", "/queues/pause", **everything).status_code == 403
    assert column(queue, "select 1 from supaops.pause") == []
    with visiting(control_room, "ada") as client:
        told = notice(client, post(client, "/queues", "/queues/pause", **everything))
    assert told == "Every queue is paused: what runs goes on, and nothing new starts."
    with visiting(control_room, "otto") as client:
        whole = {"queue": "*", "task_type": "*", "how": "flag"}
        assert post(client, "/queues", "/queues/resume", **whole).status_code == 403


def test_a_pause_by_the_secret_names_the_command_that_ends_it(
    control_room: Served, queue: Connection
) -> None:
    queue.execute(
        "insert into supaops.pause (queue, task_type, how, reason, paused_by, stopped)"
        " values ('*', '*', 'secret', 'a leak', 'ada', '{job_queue_runner_secret}')"
    )
    with visiting(control_room, "ada") as client:
        page = client.get(f"{BASE}/queues").text
        fields = {"queue": "*", "task_type": "*", "how": "secret"}
        refused = post(client, "/queues", "/queues/resume", **fields)
    assert "<code>supaops resume --env test</code>" in page
    assert refused.status_code == 409
    assert "value is not known here" in refused.text
    assert column(queue, "select how from supaops.pause") == ["secret"]


def test_a_pause_that_is_over_already_says_so(control_room: Served) -> None:
    with visiting(control_room, "otto") as client:
        fields = {"queue": "mail", "task_type": "*", "how": "flag"}
        refused = post(client, "/queues", "/queues/resume", **fields)
    assert refused.status_code == 409
    assert "it is not paused any more" in refused.text
