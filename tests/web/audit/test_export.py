"""The audit as a file."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import datetime
from typing import Any

import httpx
import pytest

from supaops.db.connect import Connection
from supaops.db.pages import audit
from supaops.errors import ConnectionFailed
from supaops.web.pages.audit import export
from tests.web.site import Served

pytestmark = pytest.mark.stack


@pytest.fixture
def acts(queue: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put 25 acts into the queue's audit, which an export reads ten at a time."""
    monkeypatch.setattr(audit, "BATCH", 10)
    queue.execute(
        "insert into supaops.audit (actor, action, reason, target, after, source)"
        " select 'ada', 'retry', '=1+1' || chr(10) || 'a \"quoted\", line', 'job:' || n, %s, 'cli'"
        " from generate_series(1, 25) as n",
        ['{"status": "pending", "token": "hide-me"}'],
    )


def get(site: Served, path: str) -> httpx.Response:
    with closing(site.client("vera")) as client:
        return client.get(site.url(path))


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def document(answer: httpx.Response) -> Any:
    return answer.json()


@pytest.mark.usefixtures("acts")
def test_a_csv_holds_all_that_the_filter_finds(control_room: Served) -> None:
    answer = get(control_room, "/audit.csv?action=retry")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-test.csv"'
    assert answer.text.startswith(
        "id,at,actor,action,target,reason,source,request_id,before,after\r\n"
    )
    found = rows(answer)
    assert [row["target"] for row in found] == [f"job:{n}" for n in range(25, 0, -1)]
    assert found[0]["reason"] == '\'=1+1\na "quoted", line'
    assert found[0]["after"] == '{"token": "[redacted]", "status": "pending"}'
    assert datetime.fromisoformat(found[0]["at"]).tzinfo


@pytest.mark.usefixtures("acts")
def test_a_json_holds_the_same(control_room: Served) -> None:
    found = document(get(control_room, "/audit.json"))
    assert (found["complete"], found["problem"]) == (True, None)
    targets = [act["target"] for act in found["acts"]]
    assert set(targets) == {"revision:1", *(f"job:{n}" for n in range(1, 26))}
    assert len(found["acts"]) == 26


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("most", [24, 20, 3])
def test_a_file_that_was_cut_says_so_in_its_last_line(
    control_room: Served, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(export, "MOST", most)
    told = f"truncated after {most} acts: narrow the filter"
    [*found, last] = rows(get(control_room, "/audit.csv?action=retry"))
    assert (len(found), last["id"]) == (most, told)
    cut = document(get(control_room, "/audit.json?action=retry"))
    assert (len(cut["acts"]), cut["complete"], cut["problem"]) == (most, False, told)


@pytest.mark.usefixtures("acts")
def test_a_file_of_as_many_as_there_may_be_is_complete(
    control_room: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST", 25)
    assert len(rows(get(control_room, "/audit.csv?action=retry"))) == 25


@pytest.mark.usefixtures("acts")
def test_a_file_whose_making_broke_off_says_so(
    control_room: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, looks = audit.read_batch, iter(range(99))

    def failing(*given: Any) -> Any:
        if next(looks) > 0:
            raise ConnectionFailed("the server went away")
        return plain(*given)

    monkeypatch.setattr(export, "read_batch", failing)
    found = rows(get(control_room, "/audit.csv?action=retry"))
    assert len(found) == 11
    assert found[-1]["id"] == "incomplete: the server went away"


def test_a_wrong_filter_makes_a_page_and_no_file(control_room: Served) -> None:
    answer = get(control_room, "/audit.csv?since=soon")
    assert answer.status_code == 400
    assert "Since: expected 2h" in answer.text


def test_nobody_exports_without_signing_in(control_room: Served) -> None:
    with closing(control_room.client()) as client:
        for ending in ("csv", "json"):
            assert client.get(control_room.url(f"/audit.{ending}")).status_code == 303


@pytest.mark.usefixtures("queue")
def test_an_empty_export_has_its_header(control_room: Served) -> None:
    assert rows(get(control_room, "/audit.csv?actor=nobody")) == []
    assert document(get(control_room, "/audit.json?actor=nobody"))["acts"] == []
