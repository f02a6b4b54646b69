"""Acts as they are read, newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supaops.db.connect import Connection
from supaops.db.pages import audit
from supaops.db.pages.audit import NEWEST, Filter, Line, read_batch, read_choices, read_lines
from tests.web.statements import statements

pytestmark = pytest.mark.stack
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def act(
    queue: Connection, target: str, minutes: float = 0, times: int = 1, **other: object
) -> None:
    """Write an act of the audit, some minutes after noon."""
    row = {
        "at": NOON + timedelta(minutes=minutes),
        "actor": "ada",
        "action": "retry",
        "reason": None,
        "source": "cli",
        "request_id": None,
        "target": target,
        "times": times,
        **other,
    }
    queue.execute(
        "insert into supaops.audit (at, actor, action, reason, target, source, request_id)"
        " select %(at)s, %(actor)s, %(action)s, %(reason)s,"
        " case when %(times)s = 1 then %(target)s else %(target)s || n end,"
        " %(source)s, %(request_id)s from generate_series(1, %(times)s) as n",
        row,
    )


def acts(queue: Connection, wanted: Filter | None = None) -> list[tuple[str, int]]:
    """Return what a page tells, without what was applied."""
    lines = read_lines(queue, wanted or Filter()).lines
    return [(line.targets[0], line.acts) for line in lines if line.action != "apply"]


def everything(queue: Connection) -> list[Line]:
    """Return the lines of all pages."""
    lines: list[Line] = []
    page = read_lines(queue, Filter())
    while page.older:
        lines += page.lines
        page = read_lines(queue, Filter(), page.older)
    return [*lines, *page.lines]


def test_what_one_request_did_to_many_jobs_is_one_line(queue: Connection) -> None:
    act(queue, "job:", 0, times=300, request_id="r1")
    act(queue, "job:9", 0.1, times=12, request_id="r1")
    act(queue, "job:7", 1, request_id="r2")
    [_applied, first, second] = read_lines(queue, Filter()).lines
    assert (first.targets, first.acts) == (("job:7",), 1)
    assert second.acts == 312
    assert second.targets[0] == "job:912"
    assert len(second.targets) == audit.SHOWN


def test_without_a_request_one_transaction_is_one_line(queue: Connection) -> None:
    act(queue, "job:1", 0, times=3)
    act(queue, "job:2", 1, times=4)
    assert [number for _target, number in acts(queue)] == [4, 3]


def test_acts_of_others_or_for_other_reasons_are_lines_of_their_own(queue: Connection) -> None:
    for other in ({}, {"actor": "otto"}, {"reason": "why"}, {"action": "cancel"}, {"source": None}):
        act(queue, "job:1", **other)
    assert [number for _target, number in acts(queue)] == [1] * 5


def test_an_act_between_two_of_a_request_keeps_its_place(queue: Connection) -> None:
    act(queue, "job:1", 0, request_id="r1")
    act(queue, "queue:mail", 1, action="pause")
    act(queue, "job:2", 2, request_id="r1")
    assert acts(queue) == [("job:2", 1), ("queue:mail", 1), ("job:1", 1)]


def test_no_act_is_lost_between_pages_even_of_one_moment(
    queue: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LINES", 7)
    for number in range(60):
        act(queue, f"job:{number}", number // 20, actor=f"actor{number}")
    told = [target for line in everything(queue) for target in line.targets]
    assert sorted(told) == sorted([*(f"job:{n}" for n in range(60)), "revision:1"])


def test_a_page_that_looked_at_enough_goes_on_where_it_stopped(
    queue: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "WINDOW", 10)
    act(queue, "job:1", 0, actor="otto")
    act(queue, "job:5", 1, times=25)
    page, looks = read_lines(queue, Filter(actor="otto")), 1
    assert page.is_cut
    while page.older and not page.lines:
        page, looks = read_lines(queue, Filter(actor="otto"), page.older), looks + 1
    assert [line.targets for line in page.lines] == [("job:1",)]
    assert looks == 3


@pytest.mark.parametrize(
    ("wanted", "targets"),
    [
        (Filter(actor="otto"), ["job:2"]),
        (Filter(action="pause"), ["queue:mail"]),
        (Filter(source="dashboard"), ["job:3"]),
        (Filter(reason="PROVIDER"), ["queue:mail"]),
        (Filter(target="job:1"), ["job:1"]),
        (Filter(kind="job:"), ["job:3", "job:2", "job:1"]),
        (Filter(request="r9"), ["job:3"]),
        (Filter(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=3)), ["job:3"]),
        (Filter(actor="ada", kind="queue:"), ["queue:mail"]),
    ],
)
def test_a_filter_finds_what_it_asks_for(
    queue: Connection, wanted: Filter, targets: list[str]
) -> None:
    act(queue, "job:1", 0)
    act(queue, "job:2", 1, actor="otto")
    act(queue, "job:3", 2, source="dashboard", request_id="r9")
    act(queue, "queue:mail", 3, action="pause", reason="the provider is down", source=None)
    assert [target for target, _number in acts(queue, wanted)] == targets


def test_what_was_applied_stands_among_the_acts(queue: Connection) -> None:
    act(queue, "job:1")
    queue.execute("select job_queue_pause('mail', 'down')")
    told = [(line.action, line.targets[0]) for line in read_lines(queue, Filter()).lines]
    assert told == [("pause", "queue:mail"), ("apply", "revision:1"), ("retry", "job:1")]
    applied = read_lines(queue, Filter(target="revision:1")).lines
    assert [line.targets for line in applied] == [("revision:1",)]
    assert "to create" in (applied[0].reason or "")


def test_one_act_tells_what_it_found_and_left(queue: Connection) -> None:
    queue.execute("select job_queue_pause('mail', 'down')")
    queue.execute("select job_queue_resume('mail')")
    resume, pause, *_ = read_lines(queue, Filter()).lines
    assert (pause.before, pause.after["reason"]) == (None, "down")
    assert (resume.before["reason"], resume.after) == ("down", None)


def test_batches_hold_every_act_once(queue: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 7)
    for number in range(30):
        act(queue, f"job:{number}", number // 10)
    batch, told = read_batch(queue, Filter(kind="job:"), NEWEST), []
    while batch.older:
        told += batch.acts
        batch = read_batch(queue, Filter(kind="job:"), batch.older)
    told += batch.acts
    assert [each.target for each in told] == [f"job:{n}" for n in range(29, -1, -1)]


def test_who_acted_of_late_can_be_chosen(queue: Connection) -> None:
    act(queue, "job:1", actor="otto", action="cancel")
    assert read_choices(queue) == (["otto"], ["apply", "cancel"])


def test_the_page_reads_in_three_round_trips(
    queue: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(queue, "job:1")
    calls = statements(monkeypatch)
    read_choices(queue)
    read_lines(queue, Filter())
    assert len(calls) == 3
