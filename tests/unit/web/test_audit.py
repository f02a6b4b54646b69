"""The audit's filter, what it tells of an act, and its cells."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supaops.db.pages.audit import NEWEST, Filter, Place
from supaops.web.pages.audit.export import cell
from supaops.web.pages.audit.filters import Asked
from supaops.web.pages.audit.sides import Side, sides, told

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("12", Filter(target="job:12")),
        ("job:12", Filter(target="job:12")),
        ("queue:mail task_type:send", Filter(target="queue:mail task_type:send")),
        ("queue", Filter(kind="queue:")),
        ("cron:", Filter(kind="cron:")),
        ("٣", Filter(kind="٣:")),
    ],
)
def test_a_target_is_a_thing_or_a_kind_of_things(typed: str, wanted: Filter) -> None:
    assert Asked(target=typed).parsed(NOW).filter == wanted


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("2026-11-27T12:00", NOW - timedelta(hours=6)),
        ("2026-11-27T13:00+01:00", NOW - timedelta(hours=6)),
    ],
)
def test_a_time_is_an_age_or_a_moment_in_utc(typed: str, moment: datetime) -> None:
    found = Asked(since=typed, until=typed).parsed(NOW)
    assert (found.filter.since, found.filter.until, found.problems) == (moment, moment, {})


@pytest.mark.parametrize("name", ["since", "until", "before"])
@pytest.mark.parametrize("typed", ["soon", "0", "9999999999d", "_", f"2h_{2**70}"])
def test_what_cannot_be_read_is_said_beside_its_field(name: str, typed: str) -> None:
    found = Asked(**{name: typed}).parsed(NOW)
    assert list(found.problems) == [name]
    assert found.before == NEWEST


def test_the_place_of_older_acts_survives_the_url() -> None:
    place = Place(datetime(2026, 11, 27, 17, 59, 59, 123456, tzinfo=UTC), -7)
    assert Asked().older(place).parsed(NOW).before == place


def test_the_filter_is_the_url_without_what_is_empty() -> None:
    asked = Asked.of({"actor": " ada ", "reason": "a&b\0", "since": "", "color": "red"})
    assert asked.query == "actor=ada&reason=a%26b"


def test_what_an_act_changed_stands_first() -> None:
    found = sides({"id": 1, "status": "failed"}, {"id": 1, "status": "pending"}, ())
    assert found == [Side("status", "failed", "pending"), Side("id", "1", "1")]


def test_neither_declared_keys_nor_what_looks_like_a_secret_is_told() -> None:
    before = {"last_error": "refused postgres://me:hunter2@db/x", "deep": [{"apiToken": "abc"}]}
    for text in (told(before, ["token"]), str(sides(before, None, ["token"]))):
        assert "hunter2" not in text
        assert "abc" not in text
        assert "[redacted]" in text


def test_an_act_with_one_side_or_an_odd_one_is_told() -> None:
    assert sides(None, None, ()) == []
    assert sides(None, [1, 2], ()) == [Side("", None, "[1, 2]")]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_cell_is_no_formula_and_reads_back_as_it_was(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell(text), "end"])
    [[back, end]] = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert end == "end"
    assert back.removeprefix("'") == text.removeprefix("'")
    assert not back.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_gets_a_quote(text: str) -> None:
    assert cell(text) == f"'{text}"
