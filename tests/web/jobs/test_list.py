"""The list of jobs over HTTP: its filters, its pages, and the tiles above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from supaops.db.connect import Connection, connect
from supaops.db.filtering import Filter
from supaops.db.pages import search as searching
from supaops.db.pages import tiles as counting
from supaops.db.pages.search import Place, search
from tests.db.calls import claim, enqueue
from tests.projects import Project
from tests.web.jobs.pages import ids, link, tile
from tests.web.scene import furnish
from tests.web.site import Served

pytestmark = pytest.mark.stack

List = Callable[..., httpx.Response]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a look at the queue more time than a busy machine can use up."""
    monkeypatch.setattr(searching, "BUDGET_S", 10.0)
    monkeypatch.setattr(counting, "BUDGET_S", 10.0)


@pytest.fixture(scope="module")
def vera(control_room: Served) -> Iterator[httpx.Client]:
    """Return a signed-in viewer."""
    with closing(control_room.client("vera")) as client:
        yield client


@pytest.fixture
def listed(queue: Connection, vera: httpx.Client, control_room: Served) -> List:
    """Return a function that loads the list with a filter."""
    del queue
    return lambda **query: vera.get(control_room.url(), params=query)


def many(queue: Connection, number: int, task_type: str = "send_email") -> list[int]:
    """Enqueue jobs in one transaction; return their ids."""
    rows = queue.execute(
        "select job_queue_enqueue(%s, jsonb_build_object('n', n)) as id"
        " from generate_series(1, %s) as n",
        [task_type, number],
    ).fetchall()
    return [row["id"] for row in rows]


def test_each_status_finds_its_jobs_and_those_alone(queue: Connection, listed: List) -> None:
    known = furnish(queue)
    for status in ("running", "succeeded", "failed", "cancelled", "retrying", "scheduled"):
        found = ids(listed(status=status, size=100))
        assert known[status] in found
        assert not set(found) & ({*known.values()} - {known[status]} - {known["retrying"]})
    assert known["pending"] in ids(listed(status="ready"))
    assert set(ids(listed(status=["failed", "running"]))) >= {known["failed"], known["running"]}


def test_every_other_field_narrows_the_list(queue: Connection, listed: List) -> None:
    failing = enqueue(queue, "send_email", payload=Jsonb({"customer": {"id": 42}}), max_attempts=1)
    claim(queue, 1, worker="w-left")
    queue.execute("select job_queue_mark_failed(%s, 'Boom: No Answer')", [failing])
    other = enqueue(queue, "make_thumbnail", payload=Jsonb({"customer": {"id": "42", "vip": None}}))
    assert ids(listed(error="no answer")) == [failing]
    assert ids(listed(worker="w-l")) == [failing]
    assert ids(listed(queue="media")) == ids(listed(task_type="make_thumbnail")) == [other]
    assert ids(listed(payload="customer.id:42")) == [other, failing]
    assert ids(listed(payload='customer.id:"42"')) == [other]
    assert ids(listed(payload="customer.vip:null")) == [other]
    assert ids(listed(payload="customer.vip:")) == [other]
    assert ids(listed(since="1h", status="failed")) == [failing]
    assert ids(listed(until="1h")) == []
    assert ids(listed(id=f"{other}, {failing}", queue="mail")) == [failing]


def test_one_id_leads_to_its_job(listed: List) -> None:
    answer = listed(id="4711")
    assert (answer.status_code, answer.headers["location"].rpartition("/")[2]) == (303, "4711")


def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(listed: List) -> None:
    answer = listed(payload="nonsense", since="soon", error="kept", id="1, two")
    assert answer.status_code == 200
    for typed in ("nonsense", "soon", "kept", "1, two"):
        assert f'value="{typed}"' in answer.text
    for name in ("payload", "since", "id"):
        assert f'aria-describedby="problem-{name}"' in answer.text
        assert f'id="problem-{name}"' in answer.text


@pytest.mark.parametrize("query", [{}, {"status": "pending"}])
def test_no_job_is_left_out_or_comes_twice_while_others_come_and_end(
    queue: Connection, listed: List, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_LOOK", 10)  # so that a page needs several
    before = many(queue, 60)
    seen: list[int] = []
    answer = listed(size=25, **query)
    for _ in range(9):
        seen += ids(answer)
        many(queue, 7)
        # The oldest wait longest: those of this page have been shown when they are claimed.
        if older := link(answer, "Older →"):
            answer = listed(**dict(httpx.QueryParams(older.partition("?")[2])))
        else:
            break
    assert sorted(seen) == before
    assert len(seen) == len(set(seen))


def test_a_job_whose_transaction_commits_late_takes_its_place_by_id(
    queue: Connection, listed: List, project: Project
) -> None:
    many(queue, 25)
    with connect(project.url, application_name="pytest late") as late, late.transaction():
        held = enqueue(late, "send_email")
        newest = many(queue, 25)
        first = listed(size=25)
        assert ids(first) == newest[::-1]
    older = listed(**dict(httpx.QueryParams((link(first, "Older →") or "").partition("?")[2])))
    assert ids(older)[0] == held
    assert ids(listed(size=25)) == newest[::-1]


def test_newer_leads_back_to_the_very_page(
    queue: Connection, listed: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_LOOK", 10)
    many(queue, 80)
    for query in ({}, {"status": "pending"}):
        first = listed(size=25, **query)
        pages = [first]
        for _ in range(2):
            older = (link(pages[-1], "Older →") or "").partition("?")[2]
            pages.append(listed(**dict(httpx.QueryParams(older))))
        newer = (link(pages[2], "← Newer") or "").partition("?")[2]
        assert ids(listed(**dict(httpx.QueryParams(newer)))) == ids(pages[1])
        newer = (link(pages[1], "← Newer") or "").partition("?")[2]
        assert ids(listed(**dict(httpx.QueryParams(newer)))) == ids(first)
        assert link(first, "← Newer") is None


def test_a_search_that_its_time_does_not_suffice_for_goes_on_where_it_stopped(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_LOOK", 10)
    [wanted] = many(queue, 1, "make_thumbnail")
    many(queue, 34)
    clock = count()
    filtered = Filter(error=None, worker=None, until=None, task_type="make_thumbnail")
    place, looked = Place(), 0
    for _ in range(4):
        found = search(
            queue, project.config, filtered, place, {"pending": 1}, lambda: next(clock) * 0.05
        )
        looked += found.looked
        if found.search_on is None:
            break
        assert not found.rows
        place = found.search_on
    assert [row.id for row in found.rows] == [wanted]
    assert looked == 35


@pytest.mark.parametrize("way", ["few", "many"])
def test_old_failed_jobs_are_found_without_a_look_at_those_that_came_later(
    queue: Connection, project: Project, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    broken = many(queue, 6, "make_thumbnail")
    claim(queue, 6)
    queue.execute(
        "select job_queue_mark_failed(id, 'no', discard => true) from unnest(%s::bigint[]) as id",
        [broken],
    )
    many(queue, 40)
    if way == "many":
        monkeypatch.setattr("supaops.db.walking.FEW", 3)
    wanted, counts = Filter(statuses=("failed",)), {"pending": 40, "failed": 6}
    first = search(queue, project.config, wanted, Place(size=4), counts)
    assert [row.id for row in first.rows] == broken[:1:-1]
    assert first.looked <= 6
    assert first.older is not None
    second = search(queue, project.config, wanted, first.older, counts)
    assert [row.id for row in second.rows] == broken[1::-1]
    assert second.older is None
    assert second.newer is not None
    again = search(queue, project.config, wanted, second.newer, counts)
    assert [row.id for row in again.rows] == broken[:1:-1]


def test_a_page_whose_time_was_used_up_says_how_far_it_looked(
    queue: Connection, listed: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_LOOK", 10)
    monkeypatch.setattr(searching, "BUDGET_S", 0.0)
    many(queue, 30)
    answer = listed(worker="nobody")
    assert "Looked at 10 jobs in the time that a page has: none of them match." in answer.text
    while on := link(answer, "Search on"):
        answer = listed(**dict(httpx.QueryParams(on.partition("?")[2])))
    assert "No job matches" in answer.text
    up = listed(worker="nobody", after=1)
    assert "after=" in (link(up, "Search on") or "")


def test_an_empty_queue_and_an_empty_result_say_which_they_are(
    queue: Connection, listed: List
) -> None:
    assert "No job yet" in listed().text
    many(queue, 1)
    answer = listed(status="failed", error="<b>")
    assert "No job matches" in answer.text
    assert "<b>" not in answer.text


def test_an_error_shows_its_first_line_and_no_secret(queue: Connection, listed: List) -> None:
    job_id = enqueue(queue, "send_email", max_attempts=1)
    claim(queue, 1)
    error = "\nBoom at postgres://ann:hunter22@db.test/x <i>\nTraceback of lines"
    queue.execute("select job_queue_mark_failed(%s, %s)", [job_id, error])
    text = listed(status="failed").text
    assert "Boom at &lt;a database URL with a password&gt;" in text
    for hidden in ("hunter22", "Traceback", "<i>"):
        assert hidden not in text


def test_the_tiles_count_what_their_links_list(queue: Connection, listed: List) -> None:
    furnish(queue)
    for query in ({}, {"queue": "mail"}, {"task_type": "send_email"}, {"error": "no answer"}):
        page = listed(size=100, **query)
        for label in ("Pending", "Running", "Retrying", "Scheduled", "Failed"):
            value, _ = tile(page, label)
            jobs = listed(size=100, status=label.lower(), **query)
            assert len(ids(jobs)) == int(value), (query, label)


def test_a_status_changes_no_tile_and_marks_its_own(queue: Connection, listed: List) -> None:
    furnish(queue)
    labels = ("Pending", "Running", "Retrying", "Scheduled", "Failed", "Succeeded")
    every, failed = listed(), listed(status="failed")
    assert [tile(every, each) for each in labels] == [tile(failed, each) for each in labels]
    assert failed.text.count('class="tile critical" href') >= 1
    assert 'aria-current="true"' in failed.text
    assert 'aria-current="true"' not in every.text


def test_the_tiles_of_age_obey_the_filter_and_leave_out_what_is_paused(
    queue: Connection, listed: List
) -> None:
    queue.execute("select job_queue_pause('media', 'being moved')")
    many(queue, 1, "make_thumbnail")
    queue.execute("update job_queue set ready_at = now() - interval '2 h', version = version + 1")
    queue.execute("select setval(floor, 1) from supaops.lane")
    assert tile(listed(), "Oldest ready")[0] == "—"
    queue.execute("select job_queue_resume('media')")
    assert tile(listed(), "Oldest ready") == ("2 h", "promised in 60 s")
    assert tile(listed(queue="mail"), "Oldest ready")[0] == "—"
    assert tile(listed(error="x"), "Oldest ready")[1] == "promised in 60 s, any job"


def test_a_number_that_was_not_counted_to_its_end_says_so(
    queue: Connection, listed: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.db.pages.tiles.LOOKED", 5)
    monkeypatch.setattr("supaops.db.pages.tiles.AT_MOST", 3)
    monkeypatch.setattr("supaops.db.walking.FEW", 3)
    many(queue, 9)
    assert tile(listed(payload="n:"), "Pending") == ("5+", "of the newest 5 jobs")
    # Pending jobs are counted; what is due is what is left of them.
    assert tile(listed(), "Pending") == ("9", "9 due now")
    assert tile(listed(), "Scheduled") == ("0", "due later")


def test_succeeded_counts_the_window_by_queue_and_by_task_type(
    queue: Connection, listed: List
) -> None:
    assert tile(listed(), "Succeeded") == ("—", "no minute was counted yet")
    queue.execute(
        "insert into supaops.sample (at, queue, pending, running, succeeded, failed, cancelled)"
        " select now() - make_interval(mins => m), 'mail', 0, 0, s, 0, 0"
        " from (values (90, 10), (50, 100), (40, 130), (30, 5), (20, 9)) as v(m, s)"
    )
    assert tile(listed(), "Succeeded") == ("34", "in the last 1h")
    assert tile(listed(queue="mail", window="6h"), "Succeeded") == ("124", "in the last 6h")
    done = many(queue, 2)
    claim(queue, 2)
    queue.execute("select job_queue_mark_succeeded(id) from unnest(%s::bigint[]) as id", [done])
    assert tile(listed(task_type="send_email"), "Succeeded") == ("2", "in the last 1h")


def test_the_last_answer_of_the_worker_is_told(queue: Connection, listed: List) -> None:
    assert tile(listed(), "Last HTTP")[0] == "—"
    queue.execute(
        "insert into supaops.dispatch (request_id, backend_pid, status_code, responded_at)"
        " values (900001, 1, 200, now() - interval '9 min'), (900002, 1, 503, now()),"
        " (900003, 1, null, null)"
    )
    assert tile(listed(), "Last HTTP") == ("503", "0 s ago")


def test_the_page_makes_few_statements(
    queue: Connection, listed: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(queue)
    execute, asked = psycopg.Connection.execute, []

    def counted(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        asked.append(query)
        return execute(self, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", counted)
    for query in ({}, {"status": "failed"}, {"payload": "image:3"}):
        asked.clear()
        assert ids(listed(**query))
        assert len([each for each in asked if each != ""]) <= 11, query
