"""A change of many jobs: previewed, confirmed, carried out once, and told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape

import httpx
import pytest

from supaops.db.connect import Connection
from tests.db.calls import claim, column, enqueue, job, value
from tests.web.jobs.pages import hidden, ids, post
from tests.web.site import Served

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def otto(control_room: Served) -> Iterator[httpx.Client]:
    """Return a signed-in operator."""
    with closing(control_room.client("otto")) as client:
        yield client


def failed(queue: Connection, number: int, error: str = "upstream") -> list[int]:
    """Return the ids of jobs that have failed for good."""
    made = [enqueue(queue, "send_email", max_attempts=1) for _ in range(number)]
    claim(queue, number)
    queue.execute(
        "select job_queue_mark_failed(id, %s) from unnest(%s::bigint[]) as id", [error, made]
    )
    return made


def preview(
    client: httpx.Client, site: Served, query: str = "", **fields: object
) -> httpx.Response:
    """Choose jobs in the list and press a button."""
    page = client.get(site.url(f"?{query}" if query else ""))
    asked = {"query": query, **fields}
    return post(client, site, "/bulk", page, **asked)


def confirm(
    client: httpx.Client, site: Served, page: httpx.Response, **fields: object
) -> httpx.Response:
    """Confirm a preview."""
    return post(client, site, "/bulk/apply", page, order=hidden(page, "order"), **fields)


def notice(client: httpx.Client, answer: httpx.Response) -> str:
    """Follow a redirect to the list, and return what it tells of the act."""
    assert answer.status_code == 303, answer.text
    page = client.get(answer.headers["location"])
    found = re.search(r'class="notice \w+"[^>]*>(?:\s*<p>)?(.*?)</p>', page.text)
    assert found
    return unescape(found[1])


def audit(queue: Connection) -> list[dict[str, object]]:
    return queue.execute("select * from supaops.audit order by id").fetchall()


def test_selected_jobs_are_retried_after_a_preview_and_each_is_audited(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    one, other, third = failed(queue, 3)
    page = preview(otto, control_room, verb="retry", scope="selected", id=[one, other])
    assert "Retry 2 jobs?" in page.text
    assert job(queue, one)["status"] == "failed"
    answer = confirm(otto, control_room, page, reason="upstream is back")
    assert notice(otto, answer) == "2 retried, 0 left alone, 0 failed."
    assert [job(queue, each)["status"] for each in (one, other, third)] == [
        "pending",
        "pending",
        "failed",
    ]
    rows = audit(queue)
    assert [row["target"] for row in rows] == [f"job:{one}", f"job:{other}"]
    for row in rows:
        assert (row["actor"], row["source"], row["reason"]) == (
            "otto",
            "dashboard",
            "upstream is back",
        )
        assert re.fullmatch("[0-9a-f]{32}", str(row["request_id"]))


def test_the_preview_counts_by_status_and_says_what_is_left_alone_and_why(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    broken = failed(queue, 2)
    running = enqueue(queue, "send_email")
    claim(queue, 1)
    page = preview(
        otto, control_room, verb="retry", scope="selected", id=[*broken, running, 10**12]
    )
    assert "Retry 2 jobs?" in page.text
    assert "1: running, left to its worker" in page.text
    assert "1: not there" in page.text
    assert 'data-live=""' in page.text


def test_all_that_match_are_changed_and_those_that_come_later_are_not(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    wanted, other = failed(queue, 3), failed(queue, 1, "something else")
    page = preview(otto, control_room, "error=upstream", verb="retry", scope="all")
    assert "Retry 3 jobs?" in page.text
    assert "of those that are failed" in page.text
    late = failed(queue, 1)
    answer = confirm(otto, control_room, page)
    assert answer.headers["location"].endswith("?error=upstream")
    assert notice(otto, answer) == "3 retried, 0 left alone, 0 failed."
    assert {job(queue, each)["status"] for each in wanted} == {"pending"}
    assert {job(queue, each)["status"] for each in other + late} == {"failed"}


def test_this_page_is_the_jobs_that_were_on_it(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    made = [enqueue(queue, "send_email") for _ in range(30)]
    listed = otto.get(control_room.url("?size=25"))
    page = post(
        otto,
        control_room,
        "/bulk",
        listed,
        verb="cancel",
        scope="page",
        page=hidden(listed, "page"),
        query="size=25",
    )
    assert "Cancel 25 jobs?" in page.text
    confirm(otto, control_room, page)
    assert (
        column(queue, "select id from job_queue where status = 'cancelled' order by id")
        == (made[5:])
    )


def test_a_job_that_has_moved_on_since_the_preview_is_left_alone(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    one, other, gone = failed(queue, 3)
    page = preview(otto, control_room, verb="retry", scope="selected", id=[one, other, gone])
    queue.execute("update job_queue set status = 'succeeded' where id = %s", [other])
    queue.execute("delete from job_queue where id = %s", [gone])
    told = notice(otto, confirm(otto, control_room, page))
    assert told == "1 retried, 2 left alone (1 not there, 1 succeeded already), 0 failed."
    assert job(queue, other)["status"] == "succeeded"


def test_a_confirmation_counts_once(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    [one] = failed(queue, 1)
    page = preview(otto, control_room, verb="clone", scope="selected", id=[one])
    assert "1 cloned" in notice(otto, confirm(otto, control_room, page))
    again = notice(otto, confirm(otto, control_room, page))
    assert again == "That was carried out already."
    assert value(queue, "select count(*) from job_queue") == 2


def test_more_than_a_hundred_ask_for_the_count(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    queue.execute("select job_queue_enqueue('send_email') from generate_series(1, 101)")
    page = preview(otto, control_room, "status=pending", verb="cancel", scope="all")
    assert "Type 101 to go on" in page.text
    wrong = confirm(otto, control_room, page, count="100", reason="typed")
    assert wrong.status_code == 400
    assert 'value="typed"' in wrong.text
    assert not audit(queue)
    told = notice(otto, confirm(otto, control_room, wrong, count="101"))
    assert told == "101 cancelled, 0 left alone, 0 failed."


def test_many_are_done_in_parts_and_no_part_touches_a_job_twice(
    queue: Connection, otto: httpx.Client, control_room: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.web.pages.jobs.applying.MOST", 4)
    monkeypatch.setattr("supaops.web.pages.jobs.preview.MOST_IDS", 5)
    made = [enqueue(queue, "send_email") for _ in range(10)]
    page = preview(otto, control_room, "status=pending", verb="clone", scope="all")
    first = confirm(otto, control_room, page, reason="again")
    assert "4 of 10 done" in first.text
    second = confirm(otto, control_room, first, reason="again")
    assert "Go on with the next 2" in second.text
    third = confirm(otto, control_room, second, reason="again")
    assert notice(otto, third) == (
        "10 of 10 dealt with, of the last: 2 cloned, 0 left alone, 0 failed."
    )
    assert [row["target"] for row in audit(queue)] == [f"job:{each}" for each in made]
    assert value(queue, "select count(*) from job_queue") == 20


def test_of_many_those_that_come_later_are_not_touched_either(
    queue: Connection, otto: httpx.Client, control_room: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.web.pages.jobs.preview.MOST_IDS", 5)
    made = [enqueue(queue, "send_email") for _ in range(8)]
    page = preview(otto, control_room, "status=pending", verb="cancel", scope="all")
    queue.execute("delete from job_queue where id = any(%s)", [made[:2]])
    late = [enqueue(queue, "send_email") for _ in range(2)]
    assert "6 cancelled" in notice(otto, confirm(otto, control_room, page))
    assert {job(queue, each)["status"] for each in late} == {"pending"}


def test_a_job_that_cannot_be_changed_is_told_with_its_cause(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    one = enqueue(queue, "send_email", dedup_key="only")
    page = preview(otto, control_room, verb="clone", scope="selected", id=[one])
    told = notice(otto, confirm(otto, control_room, page))
    assert re.search(rf"0 cloned, 0 left alone, 1 failed \({one}: .*only", told)


def test_an_old_preview_is_shown_anew_and_changes_nothing(
    queue: Connection, otto: httpx.Client, control_room: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one] = failed(queue, 1)
    page = preview(otto, control_room, verb="retry", scope="selected", id=[one])
    with monkeypatch.context() as context:
        context.setattr("supaops.web.pages.jobs.orders.HOLDS_S", -1)
        late = confirm(otto, control_room, page)
    assert "too old" in late.text
    assert job(queue, one)["status"] == "failed"
    assert "1 retried" in notice(otto, confirm(otto, control_room, late))


def test_a_forged_or_borrowed_confirmation_is_refused(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    [one] = failed(queue, 1)
    page = preview(otto, control_room, verb="retry", scope="selected", id=[one])
    order = hidden(page, "order")
    forged = post(otto, control_room, "/bulk/apply", page, order=f"x{order}")
    assert forged.status_code == 403
    assert "not made here" in forged.text
    with closing(control_room.client("ada")) as ada:
        own = ada.get(control_room.url())
        borrowed = post(ada, control_room, "/bulk/apply", own, order=order)
    assert borrowed.status_code == 403
    assert "by somebody else" in borrowed.text
    assert job(queue, one)["status"] == "failed"


def test_a_viewer_sees_the_buttons_off_and_is_refused_by_the_server(
    queue: Connection, control_room: Served
) -> None:
    [one] = failed(queue, 1)
    with closing(control_room.client("vera")) as vera:
        page = vera.get(control_room.url())
        assert ids(page) == [one]
        assert len(re.findall(r'<button name="verb"[^>]* disabled>', page.text)) == 3
        assert "may look and not act" in page.text
        for path in ("/bulk", "/bulk/apply"):
            refused = post(vera, control_room, path, page, verb="retry", id=one)
            assert (refused.status_code, "A viewer may not do this" in refused.text) == (403, True)
    assert not audit(queue)


def test_nothing_chosen_leads_back_and_says_so(
    queue: Connection, otto: httpx.Client, control_room: Served
) -> None:
    failed(queue, 1)
    answer = preview(
        otto, control_room, "status=failed&status=ready", verb="retry", scope="selected"
    )
    assert answer.headers["location"].endswith("?status=failed&status=ready")
    assert "Select jobs first" in notice(otto, answer)


def test_a_preview_that_is_loaded_again_leads_to_the_list(
    otto: httpx.Client, control_room: Served
) -> None:
    for path in ("/bulk", "/bulk/apply"):
        assert otto.get(control_room.url(path)).headers["location"] == control_room.url().replace(
            control_room.root, ""
        )
