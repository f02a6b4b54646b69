"""What turned between two rounds, and how it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from supaops.checks.changes import changes, said
from supaops.checks.finding import Finding, Verdict
from supaops.report.changes import (
    change_json,
    change_lines,
    heartbeat_line,
    slow_json,
    slow_line,
    start_json,
    start_line,
)
from supaops.status import Severity

AT = datetime(2026, 11, 27, 12, 21, 3, tzinfo=UTC)
OK, WARNING, CRITICAL, UNKNOWN, SKIPPED = Severity


def finding(severity: Severity, id: str = "net.queue", observed: str = "seen") -> Finding:  # noqa: A002  it is called so everywhere else
    return Finding(id, "title", "why", Verdict(severity, observed, "do this"))


def turned(before: Severity | None, now: Severity) -> list[tuple[Severity | None, Severity]]:
    known = {} if before is None else {"net.queue": before}
    return [(each.before, each.finding.severity) for each in changes(known, [finding(now)])]


@pytest.mark.parametrize("before", [OK, WARNING, CRITICAL, UNKNOWN])
def test_a_check_turns_to_every_other_severity_and_not_to_its_own(before: Severity) -> None:
    for now in (OK, WARNING, CRITICAL, UNKNOWN):
        assert turned(before, now) == ([] if now is before else [(before, now)])


def test_a_check_that_is_well_at_first_has_not_turned_and_one_that_is_not_has() -> None:
    assert turned(None, OK) == []
    assert turned(None, CRITICAL) == [(None, CRITICAL)]


def test_a_check_that_was_skipped_meanwhile_turns_from_what_it_said_before() -> None:
    known = said({"net.queue": CRITICAL}, [finding(SKIPPED)])
    assert changes(known, [finding(SKIPPED)]) == []
    assert changes(known, [finding(CRITICAL)]) == []
    assert [each.before for each in changes(known, [finding(OK)])] == [CRITICAL]


def test_a_change_is_one_line_with_its_fix_below_unless_all_is_well() -> None:
    [change] = changes({"net.queue": OK}, [finding(CRITICAL)])
    assert [line.plain for line in change_lines(AT, change)] == [
        "2026-11-27T12:21:03Z  net.queue  OK -> CRITICAL  seen",
        "                      fix: do this",
    ]
    [back] = changes({"net.queue": CRITICAL}, [finding(OK, observed="")])
    assert [line.plain for line in change_lines(AT, back)] == [
        "2026-11-27T12:21:03Z  net.queue  CRITICAL -> OK"
    ]


def test_a_check_that_never_said_anything_shows_no_arrow() -> None:
    [change] = changes({}, [finding(WARNING)])
    first = next(change_lines(AT, change)).plain
    assert first == "2026-11-27T12:21:03Z  net.queue  WARNING  seen"


def test_the_first_round_tells_how_many_checks_said_what() -> None:
    found = [finding(OK), finding(OK, "a.b"), finding(SKIPPED, "c.d"), finding(WARNING, "e.f")]
    assert start_line(AT, found).plain == (
        "2026-11-27T12:21:03Z  WARNING: 1 warning, 1 skipped; 2 of 4 checks OK."
    )
    assert start_json(AT, found) == {
        "at": "2026-11-27T12:21:03.000Z",
        "event": "start",
        "status": "WARNING",
        "checks": {"OK": 2, "WARNING": 1, "CRITICAL": 0, "UNKNOWN": 0, "SKIPPED": 1},
    }


def test_a_change_as_json_is_one_line_whatever_was_observed() -> None:
    [change] = changes({}, [finding(CRITICAL, observed='a "quote"\nand a line')])
    text = json.dumps(change_json(AT, change))
    assert "\n" not in text
    assert json.loads(text)["observed"] == 'a "quote"\nand a line'
    assert json.loads(text)["from"] is None
    assert json.loads(text)["runbook"] == "docs/runbooks/net.queue.md"


def test_a_slow_round_is_told_with_both_times() -> None:
    assert slow_line(AT, 7.21, 5).plain.endswith(
        "a round took 7.2 s, longer than the interval of 5 s"
    )
    assert slow_json(AT, 7.2104, 5)["duration_s"] == 7.21


def test_a_heartbeat_says_the_verdict_and_ids_alone() -> None:
    assert heartbeat_line([finding(OK)]) == "OK"
    found = [finding(OK, "a.b"), finding(SKIPPED, "c.d"), finding(CRITICAL, observed="a secret")]
    assert heartbeat_line(found) == "CRITICAL: net.queue"
