"""What the fields of the control room's filter mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supaops.config.problem import Complaint
from supaops.db.filtering import InPayload
from supaops.web.pages.jobs.filters import Asked, understood
from supaops.web.pages.jobs.listing import chips
from supaops.web.pages.jobs.payload_path import parse_payload
from supaops.web.typed import time_before

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        ("customer.id:42", ("customer", "id"), ("42", '"42"')),
        ('customer.id:"42"', ("customer", "id"), ('"42"',)),
        ("dryRun:true", ("dryRun",), ("true", '"true"')),
        ("parent:null", ("parent",), ("null", '"null"')),
        ("price:-1.5e3", ("price",), ("-1.5e3", '"-1.5e3"')),
        ("url:https://a.test/b", ("url",), ('"https://a.test/b"',)),
        ("items.0.sku:a b", ("items", "0", "sku"), ('"a b"',)),
        ("token:", ("token",), None),
        ("n:1e9999", ("n",), ('"1e9999"',)),
        ("n:007", ("n",), ('"007"',)),
        ("n:٤٢", ("n",), ('"٤٢"',)),
    ],
)
def test_a_path_leads_to_a_value_as_text_or_as_what_it_looks_like(
    text: str, path: tuple[str, ...], values: tuple[str, ...] | None
) -> None:
    assert parse_payload(text) == InPayload(path, values)


@pytest.mark.parametrize("text", ["42", ":42", "a..b:1", ".a:1"])
def test_what_is_no_path_says_how_one_looks(text: str) -> None:
    with pytest.raises(Complaint, match=r"path\.to\.key:value"):
        parse_payload(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("2026-11-27T17:00", NOW - timedelta(hours=1)),
        ("2026-11-27 18:00+01:00", NOW - timedelta(hours=1)),
        ("2026-11-27", NOW.replace(hour=0)),
    ],
)
def test_a_time_is_how_long_ago_or_an_iso_time_in_utc(text: str, moment: datetime) -> None:
    assert time_before(text, NOW) == moment


@pytest.mark.parametrize("text", ["soon", "-2h", "0s", "9999999d", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_says_how_one_looks(text: str) -> None:
    with pytest.raises(Complaint, match="2h"):
        time_before(text, NOW)


def test_ids_are_numbers_that_a_job_can_have() -> None:
    assert understood(Asked(id="3, 1 2"), NOW).wanted.ids == (3, 1, 2)
    assert "id" in understood(Asked(id="1, x"), NOW).problems
    assert "id" in understood(Asked(id=str(2**63)), NOW).problems
    assert "id" in understood(Asked(id="1," * 1001), NOW).problems


def test_each_part_of_a_filter_can_be_taken_away_and_the_page_begins_anew() -> None:
    asked = Asked(status=("failed", "retrying"), queue="mail", before="77", size="25")
    assert chips(asked) == [
        ("failed", "status=retrying&queue=mail&size=25"),
        ("retrying", "status=failed&queue=mail&size=25"),
        ("queue: mail", "status=failed&status=retrying&size=25"),
    ]
